"""Kullback-Leibler divergence.

Return the divergence of `q` (log-probabilities) from `p` (probabilities), a value a row. `0 log 0` is 0. `p` is data:
no gradient goes to it.
"""

from torch import Tensor

from grader.spec import Float, LogProbs, Probs, case, exercise


@exercise(
    case("typical", "p log(p / q), summed over classes", batch=6, classes=5),
    case("one-hot targets", "a probability may be 0", fill={"p": "one_hot"}),
    gradients=["q"],
    detached=["p"],
    without={"twice": "a shorter list will do here"},
)
def divergence(p: Probs[Tensor, "batch classes"], q: LogProbs[Tensor, "batch classes"]) -> Float[Tensor, "batch"]: ...
