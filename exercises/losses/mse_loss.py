r"""Mean squared error.

The first loss of regression: how far each prediction is from its target, squared, so that one big miss costs more
than many small ones.

$$\mathrm{MSE} = \frac{1}{N}\sum_{i=1}^{N} (\hat y_i - y_i)^2$$

$\hat y$ is `pred` and $y$ is `target`. The sum runs over **all** $N = \text{batch}\cdot\text{features}$ elements, so
it is divided by the number of elements, not by the number of rows.

- `pred`, `target`: floats of shape (batch, features).
- Returns the mean over every element.

**Graded:** the value and the gradient with respect to `pred`: for ordinary data, for a single feature, for errors in
the thousands, and where `pred` equals `target` (value 0, gradient 0).

**Not graded:** the gradient with respect to `target`; `pred` and `target` of different shapes.

**Not allowed:** the answer itself, `torch.nn.functional.mse_loss` and `torch.nn.MSELoss` (or the operator behind
them, `torch.ops.aten.mse_loss`). Everything else in torch is allowed, unless it calls them for you.

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
    case(
        "far off",
        "errors in the thousands are squared, not clipped",
        batch=4,
        features=3,
        std={"pred": 1e3, "target": 1e3},
    ),
    case("perfect predictions", "nothing to lose, and nothing to learn", fill={"target": "same:pred"}, weight=0.5),
    points=5,
    gradients=["pred"],
    forbid=["torch.nn.functional.mse_loss", "torch.nn.MSELoss", "torch.ops.aten.mse_loss"],
    hints=[
        "Say the name backwards: error, squared, mean. That is the order of the three steps.",
        "Subtract the tensors as a whole; `**` and `.mean()` then act on every element at once.",
        "`error = pred - target`, then return the mean of `error ** 2` without naming an axis.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def mse_loss(pred: Float[Tensor, "batch features"], target: Float[Tensor, "batch features"]) -> Float[Tensor, ""]:
    """Mean squared error."""
