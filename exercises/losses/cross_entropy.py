r"""Cross entropy.

One class of many is right. A softmax turns the logits of an example into probabilities, and the loss is the negative
log of the one given to the right class:

$$L = -\frac{1}{n}\sum_{i=1}^{n} \log \frac{e^{x_{i,t_i}}}{\sum_{k} e^{x_{ik}}}
    = \frac{1}{n}\sum_{i=1}^{n} \Bigl[\log\sum_{k} e^{x_{ik}} - x_{i,t_i}\Bigr]$$

$x$ is `logits`, $t$ is `targets`, $n$ is the batch size, and $k$ runs over the classes. Computed as written, $e^{x}$
overflows in float32 from $x \approx 89$; subtracting the row's largest logit first changes nothing in the formula and
everything in the arithmetic.

- `logits`: floats of shape (batch, classes): raw scores, no softmax has been applied.
- `targets`: int64 of shape (batch), from 0 to classes - 1.
- Returns the mean over the batch.

**Graded:** the value and the gradient with respect to `logits`, for ordinary logits, for two classes, for rows of
equal logits, and for logits in the thousands of either sign, where both must be finite and right (so no epsilon inside
the log).

**Not graded:** class weights, label smoothing, ignored targets, targets given as probabilities, targets outside the
range.

**Not allowed:** the answer itself, `torch.nn.functional.cross_entropy` and `torch.nn.CrossEntropyLoss` (or the
operator behind them). Everything else in torch is, `log_softmax` and `logsumexp` among it.

**Always:** the result is a 0-d tensor with the dtype of `logits`; float32, float64 and bfloat16 are tried. Arguments
come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any batch size from 1
up may come, odd ones too; an empty batch is not graded, since the mean over nothing has no agreed value. The same
call twice gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left changed.
Speed is not graded.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Float, Int, below, case, exercise


@exercise(
    case("a batch of logits", "softmax over the classes, mean over the batch", batch=8, classes=5),
    case("more classes than rows", "the batch's size and the classes' must not be mixed up", batch=3, classes=11),
    case("undecided rows", "equal logits cost log(classes)", batch=6, classes=4, fill={"logits": "zeros"}, weight=0.5),
    case(
        "confident logits stay finite",
        "exp(x) overflows, and the log of an underflowed softmax is -inf",
        batch=16,
        classes=5,
        std={"logits": 1e3},
        criterion="stability",
    ),
    gradients=["logits"],
    forbid=[
        "torch.nn.functional.cross_entropy",
        "torch.nn.CrossEntropyLoss",
        "torch.ops.aten.cross_entropy_loss",
    ],
    hints=[
        "Two steps: log-probabilities along the right axis, then one element from each row.",
        "`F.log_softmax` does the first step without overflowing. Which axis holds the classes?",
        "`F.log_softmax(logits, dim=-1)`, then pick with `gather` at `targets`, average, and change the sign.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def cross_entropy(
    logits: Float[Tensor, "batch classes"], targets: Annotated[Int[Tensor, "batch"], below("classes")]
) -> Float[Tensor, ""]:
    """Cross entropy."""
