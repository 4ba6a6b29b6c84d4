r"""Binary cross entropy from logits.

Yes-or-no questions: the model gives a raw score $x$ (a *logit*), $\sigma(x) = 1/(1+e^{-x})$ turns it into the
probability of "yes", and the loss is the negative log of the probability given to the truth.

$$L = -\frac{1}{n}\sum_{i=1}^{n} \bigl[\, t_i \log\sigma(x_i) + (1-t_i)\log(1-\sigma(x_i)) \,\bigr]$$

$x$ is `logits`, $t$ is `targets`, $n$ is the batch size. Note that $1-\sigma(x) = \sigma(-x)$.

Computed as written, this breaks: in float32 $\sigma(20)$ is exactly 1, so $\log(1-\sigma(20))$ is $-\infty$ where the
true value is $-20$. Rearrange the formula so that it is right for every logit.

- `logits`: floats of shape (batch).
- `targets`: shape (batch), each 0.0 or 1.0, in the dtype of `logits`.
- Returns the mean over the batch.

**Graded:** the value and the gradient with respect to `logits`, for ordinary logits, for a single example, and for
logits in the thousands of either sign, where both must be finite and right (so no epsilon inside the log, and no
clamping of probabilities); the value where logits are exactly 0.

**Not graded:** the gradient at a logit of exactly 0 (well-known forms with $\max(x, 0)$ and $\lvert x\rvert$ have
corners there, though the loss has none); targets between 0 and 1; the gradient with respect to `targets`.

**Not allowed:** the answer itself, `torch.nn.functional.binary_cross_entropy_with_logits` (also as
`torch.binary_cross_entropy_with_logits`) and `torch.nn.BCEWithLogitsLoss` (or the operator behind them). Everything
else in torch is, `logsigmoid`, `softplus` and `logaddexp` among it.

**Always:** the result is a 0-d tensor with the dtype of `logits`; float32, float64 and bfloat16 are tried. Arguments
come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any batch size from 1
up may come, odd ones too; an empty batch is not graded, since the mean over nothing has no agreed value. The same
call twice gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left changed.
Speed is not graded.
"""

from torch import Tensor

from grader.spec import Binary, Float, case, exercise


@exercise(
    case("a batch of logits", "the formula, averaged over the batch", batch=16),
    case("one example", "a batch of one is still a batch", batch=1, weight=0.5),
    case(
        "confident logits stay finite",
        "log(sigmoid(x)) underflows to -inf for x far below 0",
        batch=32,
        std={"logits": 1e3},
        criterion="stability",
    ),
    case(
        "undecided logits",
        "at x = 0 both answers cost log 2; the gradient is not asked for",
        batch=5,
        fill={"logits": "zeros"},
        gradients=[],
        weight=0.5,
    ),
    gradients=["logits"],
    forbid=[
        "torch.nn.functional.binary_cross_entropy_with_logits",
        "torch.nn.BCEWithLogitsLoss",
        "torch.binary_cross_entropy_with_logits",
        "torch.ops.aten.binary_cross_entropy_with_logits",
    ],
    hints=[
        "Where does the plain formula take the log of something that has been rounded to 0?",
        "torch can give log σ(x) directly, without σ(x) in between; and log(1 - σ(x)) is log σ(-x).",
        "`F.logsigmoid(logits)` and `F.logsigmoid(-logits)` are the two logs; weigh them by `targets` and `1 - targets`.",
    ],
    without={
        "empty": "the mean over nothing has no agreed value",
        "ties": "right forms with max(x, 0) have a corner at x = 0; the case 'undecided logits' checks the value",
    },
)
def bce_with_logits(logits: Float[Tensor, "batch"], targets: Binary[Tensor, "batch"]) -> Float[Tensor, ""]:
    """Binary cross entropy from logits."""
