r"""Smooth L1 loss.

A parabola for small errors and a straight line for large ones: gentle near the target like the squared error, calm
about outliers like the absolute one. Girshick (2015, *Fast R-CNN*, eq. 3) used it for bounding boxes, with
$\beta = 1$. With $d_i = \hat y_i - y_i$:

$$\ell_i = \begin{cases} \dfrac{d_i^2}{2\beta} & \text{if } \lvert d_i\rvert < \beta \\[1ex]
\lvert d_i\rvert - \dfrac{\beta}{2} & \text{otherwise} \end{cases}
\qquad L = \frac{1}{N}\sum_{i=1}^{N}\ell_i$$

$\hat y$ is `pred`, $y$ is `target`, and $N = \text{batch}\cdot\text{features}$ counts all elements. The two pieces
meet at $\lvert d\rvert = \beta$ with the same height $\beta/2$ and the same slope $\pm 1$. (The Huber loss is $\beta$
times this one.)

- `pred`, `target`: floats of shape (batch, features).
- `beta`: a float above 0, 1.0 if left out.
- Returns the mean over every element.

**Graded:** the value and the gradient with respect to `pred`, for the default `beta` and for others, smaller and
larger; for errors in the thousands; and where errors are exactly 0 or exactly `beta` (both have a gradient).

**Not graded:** `beta` of 0 or below; the gradient with respect to `target`; arguments of different shapes.

**Not allowed:** the answer itself, `torch.nn.functional.smooth_l1_loss`, `torch.nn.SmoothL1Loss`, and the same curve
under Huber's name, `torch.nn.functional.huber_loss` and `torch.nn.HuberLoss` (or the operators behind them).
Everything else in torch is allowed, unless it calls them for you.

**Always:** the result is a 0-d tensor with the dtype of `pred`; both arguments share one dtype, and float32, float64
and bfloat16 are tried. Arguments come by position or by name, may be non-contiguous or expanded views, and are left
as they were. Any batch size from 1 up may come, odd ones too; an empty batch is not graded, since the mean over
nothing has no agreed value. The same call twice gives the same answer. Nothing global (default dtype, gradient mode,
random generators) is left changed. Speed is not graded.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("both pieces", "some errors fall on the parabola, others on the line", batch=8, features=5),
    case("a narrow parabola", "beta moves the border and scales the parabola", batch=8, features=3, args={"beta": 0.5}),
    case("a wide parabola", "nearly everything is quadratic, and divided by beta", args={"beta": 2.5}),
    case("outliers", "far from the target only the line is left", std={"pred": 1e3, "target": 1e3}),
    case(
        "errors of exactly 0 and beta",
        "the pieces join there without a jump or a corner",
        batch=8,
        features=3,
        fill={"pred": "ties", "target": "ties"},
        weight=0.5,
    ),
    gradients=["pred"],
    forbid=[
        "torch.nn.functional.smooth_l1_loss",
        "torch.nn.SmoothL1Loss",
        "torch.nn.functional.huber_loss",
        "torch.nn.HuberLoss",
        "torch.ops.aten.smooth_l1_loss",
        "torch.ops.aten.huber_loss",
    ],
    hints=[
        "Two formulas, one condition: what decides, for each element, which of them holds?",
        "`torch.where(condition, a, b)` chooses element by element, and lets gradients through the chosen side.",
        "With `size = (pred - target).abs()`, choose between `size ** 2 / (2 * beta)` and `size - beta / 2`; then mean.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def smooth_l1_loss(
    pred: Float[Tensor, "batch features"], target: Float[Tensor, "batch features"], beta: float = 1.0
) -> Float[Tensor, ""]:
    """Smooth L1 loss."""
