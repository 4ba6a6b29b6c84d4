r"""Causal mask.

A model that predicts the next word must not look at it. Given the attention scores of every position for every other,
return a copy in which position $i$ cannot look at any position $j > i$: those scores become $-\infty$, so that a softmax
gives them no weight. All other scores stay as they are.

`scores` has the shape (batch, queries, keys); as many keys as queries.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("three sequences", "position i sees 0..i", batch=3, steps=5),
    case("one position", "the first position sees itself", batch=2, steps=1),
    case("a longer sequence", "nothing is fixed to one length", batch=1, steps=11, hidden=True),
    gradients=["scores"],
    points=4,
    fresh=True,
    hints=["`torch.ones(...).triu(...)` tells which positions lie ahead, and `masked_fill` needs such a mask."],
)
def causal_mask(scores: Float[Tensor, "batch steps steps"]) -> Float[Tensor, "batch steps steps"]: ...
