r"""Attend.

What each query takes away: the values, averaged with the attention weights,

$$o_i = \sum_j w_{ij} v_j .$$

Compute the weights as in the exercise before, or with anything that torch offers.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("a batch of sequences", "the formula", batch=2, queries=4, keys=6, dim=8, features=3),
    case("one key", "with one key, everything is its value", batch=2, keys=1),
    gradients=["query", "key", "value"],
    points=5,
    without={"empty": "an average over no values has no agreed value"},
    hints=["Matrix multiplication does the sum over keys: weights @ value."],
)
def attend(
    query: Float[Tensor, "batch queries dim"],
    key: Float[Tensor, "batch keys dim"],
    value: Float[Tensor, "batch keys features"],
) -> Float[Tensor, "batch queries features"]: ...
