r"""Kullback-Leibler divergence.

How much is lost by believing $q$ when the truth is $p$ (Kullback and Leibler 1951)? The model gives $\log q$, the
target gives $p$:

$$\mathrm{KL}(p\,\|\,q) = \frac{1}{n}\sum_{i=1}^{n}\sum_{k} p_{ik}\,\bigl(\log p_{ik} - \log q_{ik}\bigr)$$

$\log q$ is `log_probs`, $p$ is `target_probs`, $n$ is the batch size: **sum** over the classes, **mean** over the batch
(PyTorch calls it `batchmean`). Where $p_{ik} = 0$ the term is 0, since $p\log p \to 0$.

- `log_probs`: floats of shape (batch, classes), log-probabilities, used as they are (no softmax).
- `target_probs`: shape (batch, classes), probabilities, in the dtype of `log_probs`; some may be exactly 0.
- Returns the sum over the classes, averaged over the batch.

**Graded:** the value and the gradient with respect to `log_probs` (it is $-p_{ik}/n$, so a second `log_softmax`, which
would leave the value as it is, shows here); for ordinary rows; for one-hot targets, whose zeros must not turn into NaN;
and for log-probabilities so low that their exponential is 0 in float32.

**Not graded:** the gradient with respect to `target_probs`; log-probabilities of $-\infty$; rows that do not sum to 1.

**Not allowed:** the answer itself, `torch.nn.functional.kl_div` (also as `torch.kl_div`), `torch.nn.KLDivLoss` and
`torch.distributions.kl_divergence`. Everything else in torch is allowed, unless it calls them for you.

**Always:** the result is a 0-d tensor with the dtype of `log_probs`; float32, float64 and bfloat16 are tried.
Arguments come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any batch
size from 1 up may come, odd ones too; an empty batch is not graded, since the mean over nothing has no agreed value.
The same call twice gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left
changed. Speed is not graded.
"""

from torch import Tensor

from grader.spec import Float, LogProbs, Probs, case, exercise


@exercise(
    case("a batch of rows", "sum over the classes, mean over the batch", batch=8, classes=5),
    case("more classes than rows", "the batch's size and the classes' must not be mixed up", batch=3, classes=11),
    case(
        "one-hot targets",
        "0 · log 0 counts as 0, not as NaN",
        batch=6,
        classes=5,
        fill={"target_probs": "one_hot"},
        criterion="stability",
    ),
    case(
        "nearly impossible classes",
        "exp() of such a log-probability is 0, so there is no way back from it",
        batch=6,
        classes=5,
        std={"log_probs": 200.0},
        criterion="stability",
    ),
    gradients=["log_probs"],
    forbid=[
        "torch.nn.functional.kl_div",
        "torch.kl_div",
        "torch.nn.KLDivLoss",
        "torch.ops.aten.kl_div",
        "torch.distributions.kl_divergence",
        "torch.distributions.kl.kl_divergence",
    ],
    hints=[
        "Only one of the two arguments is still missing its log.",
        "What does torch make of `0 * log(0)`? Look for a function made for x · log(y).",
        "`torch.special.xlogy(p, p)` is 0 where p is 0; subtract `p * log_probs`, sum the last axis, average.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def kl_divergence(
    log_probs: LogProbs[Tensor, "batch classes"], target_probs: Probs[Tensor, "batch classes"]
) -> Float[Tensor, ""]:
    """Kullback-Leibler divergence."""
