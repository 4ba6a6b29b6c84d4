r"""Mean absolute error.

The loss for data with outliers: every unit of error costs the same, whether it comes from a near hit or a wild miss.
Its best constant prediction is the median, where the squared error's is the mean.

$$L_1 = \frac{1}{N}\sum_{i=1}^{N} \lvert \hat y_i - y_i \rvert$$

$\hat y$ is `pred` and $y$ is `target`; $N = \text{batch}\cdot\text{features}$ counts all elements.

- `pred`, `target`: floats of shape (batch, features).
- Returns the mean over every element.

**Graded:** the value, for ordinary data, a single feature, errors in the thousands, and where some predictions are
exact; the gradient with respect to `pred`, which is $\pm 1/N$, wherever $\hat y_i \ne y_i$.

**Not graded:** the gradient where $\hat y_i = y_i$ (the function has a corner there, and any slope from $-1/N$ to
$1/N$ can be argued for); the gradient with respect to `target`; arguments of different shapes.

**Not allowed:** the answer itself, `torch.nn.functional.l1_loss` and `torch.nn.L1Loss`. Everything else in torch is
allowed, unless it calls them for you.

**Always:** the result is a 0-d tensor with the dtype of `pred`; both arguments share one dtype, and float32, float64
and bfloat16 are tried. Arguments come by position or by name, may be non-contiguous or expanded views, and are left
as they were. Any batch size from 1 up may come, odd ones too; an empty batch is not graded, since the mean over
nothing has no agreed value. The same call twice gives the same answer. Nothing global (default dtype, gradient mode,
random generators) is left changed. Speed is not graded.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("a batch of predictions", "the formula, averaged over every element", batch=6, features=5),
    case("a single feature", "rows and elements are then the same number", batch=7, features=1),
    case("far off", "an outlier counts once, not squared", batch=4, features=3, std={"pred": 1e3, "target": 1e3}),
    case(
        "some predictions are exact",
        "an exact prediction costs nothing; its gradient is not asked for",
        batch=8,
        features=3,
        fill={"pred": "ties", "target": "ties"},
        gradients=[],
        weight=0.5,
    ),
    case(
        "in bfloat16",
        "the dtype is kept; rounding makes some predictions exact, so the gradient is not asked for",
        dtype="bfloat16",
        gradients=[],
        weight=0.25,
    ),
    points=5,
    gradients=["pred"],
    forbid=["torch.nn.functional.l1_loss", "torch.nn.L1Loss", "torch.ops.aten.l1_loss"],
    hints=[
        "What must happen to a negative error before you average, so that it cannot cancel a positive one?",
        "Take the absolute value of each element first, and the mean last.",
        "`(pred - target).abs()` has one error for every element; return its mean without naming an axis.",
    ],
    without={
        "empty": "the mean over nothing has no agreed value",
        "ties": "|x| has no gradient at 0; the case 'some predictions are exact' checks the value",
    },
)
def l1_loss(pred: Float[Tensor, "batch features"], target: Float[Tensor, "batch features"]) -> Float[Tensor, ""]:
    """Mean absolute error."""
