"""Describe scores.

Return a dict with `best` (the largest score of each row and its place, a tuple of two tensors), `above` (a list of one
bool tensor: which scores are above `limit`), `rows` (the number of rows, an int) and `mean` (the mean of all, a float).
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("typical", "every part has its type", batch=5, width=4, args={"limit": 0.1}),
    gradients=["scores"],
    without={
        "empty": "no mean",
        "ties": "no largest",
        "one": "as good as any",
        "bfloat16": "equal scores",
        "near_equal": "equal scores",
    },
)
def describe_scores(scores: Float[Tensor, "batch width"], limit: float = 0.0) -> dict: ...
