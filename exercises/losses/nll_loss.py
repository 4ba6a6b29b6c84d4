r"""Negative log-likelihood.

The model has already said how likely each class is, as log-probabilities; the loss looks up what it said about the
class that came true, and changes the sign.

$$L = -\frac{1}{n}\sum_{i=1}^{n} \log p_{i,\,t_i}$$

$\log p$ is `log_probs`, $t$ is `targets`, $n$ is the batch size: one number is picked from each row.

- `log_probs`: floats of shape (batch, classes); the exponentials of each row sum to 1. They are used as they are: no
  softmax, no exponential, no second log.
- `targets`: int64 of shape (batch), from 0 to classes - 1.
- Returns the mean over the batch.

**Graded:** the value and the gradient with respect to `log_probs` (it is $-1/n$ at each picked place and 0 elsewhere,
so applying `log_softmax` again, which would leave the value as it is, shows here); for ordinary rows, for two classes,
and for classes so unlikely that their probability is 0 in float32 while its log is not.

**Not graded:** class weights; an ignored class; targets outside the range; log-probabilities of $-\infty$.

**Not allowed:** the answer itself, `torch.nn.functional.nll_loss` and `torch.nn.NLLLoss` (or the operators behind
them). Everything else in torch is allowed, unless it calls them for you.

**Always:** the result is a 0-d tensor with the dtype of `log_probs`; float32, float64 and bfloat16 are tried.
Arguments come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any batch
size from 1 up may come, odd ones too; an empty batch is not graded, since the mean over nothing has no agreed value.
The same call twice gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left
changed. Speed is not graded.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Float, Int, LogProbs, below, case, exercise


@exercise(
    case("a batch of rows", "one number from each row, averaged", batch=8, classes=5),
    case("more classes than rows", "the batch's size and the classes' must not be mixed up", batch=3, classes=11),
    case("two classes", "the smallest choice there is", batch=7, classes=2, weight=0.5),
    case(
        "nearly impossible classes",
        "exp() of such a log-probability is 0, so there is no way back from it",
        batch=8,
        classes=5,
        std={"log_probs": 200.0},
        criterion="stability",
    ),
    points=5,
    gradients=["log_probs"],
    forbid=[
        "torch.nn.functional.nll_loss",
        "torch.nn.NLLLoss",
        "torch.ops.aten.nll_loss",
        "torch.ops.aten.nll_loss_forward",
        "torch.ops.aten.nll_loss_nd",
    ],
    hints=[
        "Nothing needs to be computed but a mean: the work is to pick the right element of each row.",
        "Row numbers and class numbers, side by side, are an index; `gather` along the last axis does it too.",
        "`log_probs.gather(1, targets.unsqueeze(1))` has one column, the picked values; average and negate it.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def nll_loss(
    log_probs: LogProbs[Tensor, "batch classes"], targets: Annotated[Int[Tensor, "batch"], below("classes")]
) -> Float[Tensor, ""]:
    """Negative log-likelihood."""
