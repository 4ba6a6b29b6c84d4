r"""Focal loss.

Cross entropy that looks away from what the model already gets right. In a picture with one face and ten thousand
patches of wall, the easy patches would drown the face; the factor $(1-p_t)^\gamma$ turns them down
(Lin et al. 2017, *Focal Loss for Dense Object Detection*, eq. 4), and $\alpha$ scales the whole.

$$p_{t,i} = \begin{cases} \sigma(x_i) & \text{if } t_i = 1 \\ 1-\sigma(x_i) & \text{if } t_i = 0 \end{cases}
\qquad L = \frac{1}{n}\sum_{i=1}^{n} \alpha\,(1-p_{t,i})^{\gamma}\,\bigl(-\log p_{t,i}\bigr)$$

$x$ is `logits`, $t$ is `targets`, $n$ is the batch size; $-\log p_t$ is the binary cross entropy of the example. Here
$\alpha$ multiplies **every** example alike, positive or negative (the next exercise, `balanced_focal_loss`, changes
that). The factor belongs to the loss: gradients flow through it too.

- `logits`: floats of shape (batch).
- `targets`: shape (batch), each 0.0 or 1.0, in the dtype of `logits`.
- `alpha`: a float above 0, 0.25 if left out.
- `gamma`: a float, 0 (plain cross entropy times `alpha`) or above, 2.0 if left out.
- Returns the mean over the batch: every example is scaled and focused by itself, then all are averaged.

**Graded:** the value and the gradient with respect to `logits`, for ordinary logits with the default arguments and
others (`gamma` of 0 and 0.5 too), for a single example, and, with the default `gamma`, for logits in the thousands of
either sign, where both must be finite and right (so no epsilon inside the log); the value where logits are exactly 0.

**Not graded:** the gradient at a logit of exactly 0; very confident logits together with `gamma` below 1; targets
between 0 and 1; the gradient with respect to `targets`.

**Not allowed:** the answer itself, `torchvision.ops.sigmoid_focal_loss`. Everything else is,
`torch.nn.functional.binary_cross_entropy_with_logits` included.

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
    case("another focus", "alpha and gamma are arguments", batch=12, args={"gamma": 0.5, "alpha": 0.6}),
    case("no focus", "with gamma = 0 cross entropy times alpha remains", batch=9, args={"gamma": 0.0}, weight=0.5),
    case(
        "confident logits stay finite",
        "log(sigmoid(x)) underflows to -inf for x far below 0",
        batch=32,
        std={"logits": 1e3},
        criterion="stability",
    ),
    case(
        "undecided logits",
        "at x = 0 every example has p_t = 1/2; the gradient is not asked for",
        batch=5,
        fill={"logits": "zeros"},
        gradients=[],
        weight=0.5,
    ),
    gradients=["logits"],
    forbid=["torchvision.ops.sigmoid_focal_loss", "torchvision.ops.focal_loss.sigmoid_focal_loss"],
    hints=[
        "Work out one number per example, p_t, before anything else. When is it close to 1?",
        "-log p_t is the binary cross entropy of one example: `reduction='none'` keeps them apart. p_t is then exp(-bce).",
        "`bce` per example, `pt = torch.exp(-bce)`, `alpha * (1 - pt) ** gamma * bce`, and only then the mean.",
    ],
    without={
        "empty": "the mean over nothing has no agreed value",
        "ties": "right forms with max(x, 0) have a corner at x = 0; the case 'undecided logits' checks the value",
    },
)
def focal_loss(
    logits: Float[Tensor, "batch"], targets: Binary[Tensor, "batch"], alpha: float = 0.25, gamma: float = 2.0
) -> Float[Tensor, ""]:
    """Focal loss."""
