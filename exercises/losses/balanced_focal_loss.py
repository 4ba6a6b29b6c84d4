r"""Balanced focal loss.

The focal loss as its authors use it: $\alpha$ is the weight of the positive examples, and the negative ones get what is
left, $1-\alpha$ (Lin et al. 2017, *Focal Loss for Dense Object Detection*, eq. 5).

$$p_{t,i} = \begin{cases} \sigma(x_i) & \text{if } t_i = 1 \\ 1-\sigma(x_i) & \text{if } t_i = 0 \end{cases}
\qquad \alpha_{t,i} = \begin{cases} \alpha & \text{if } t_i = 1 \\ 1-\alpha & \text{if } t_i = 0 \end{cases}
\qquad L = -\frac{1}{n}\sum_{i=1}^{n} \alpha_{t,i}\,(1-p_{t,i})^{\gamma}\,\log p_{t,i}$$

$x$ is `logits`, $t$ is `targets`, $n$ is the batch size: the mean is over all examples (the paper's detector divides by
the number of matched boxes instead; here it does not). Gradients flow through $(1-p_t)^\gamma$ too. It may look odd
that the default gives the rare positives the *smaller* weight, 0.25: with $\gamma = 2$ the easy negatives are already
so quiet that this works best in the paper.

- `logits`: floats of shape (batch).
- `targets`: shape (batch), each 0.0 or 1.0, in the dtype of `logits`.
- `alpha`: a float between 0 and 1, 0.25 if left out.
- `gamma`: a float, 0 or above, 2.0 if left out.
- Returns the mean over the batch.

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
    case("a batch of logits", "alpha for positives, 1 - alpha for negatives", batch=16),
    case("one example", "it is of one kind only, and gets that kind's weight", batch=1, weight=0.5),
    case("positives count more", "alpha and gamma are arguments", batch=12, args={"gamma": 0.5, "alpha": 0.8}),
    case("balance without focus", "with gamma = 0 a weighted cross entropy remains", batch=9, args={"gamma": 0.0}),
    case(
        "confident logits stay finite",
        "log(sigmoid(x)) underflows to -inf for x far below 0",
        batch=32,
        std={"logits": 1e3},
        criterion="stability",
    ),
    case(
        "undecided logits",
        "at x = 0 only alpha tells the examples apart; the gradient is not asked for",
        batch=5,
        fill={"logits": "zeros"},
        gradients=[],
        weight=0.5,
    ),
    gradients=["logits"],
    forbid=["torchvision.ops.sigmoid_focal_loss", "torchvision.ops.focal_loss.sigmoid_focal_loss"],
    hints=[
        "What changes from the focal loss is one factor: it now depends on the target.",
        "`alpha_t` can be written with arithmetic or with `torch.where`; it has one value for each example.",
        "`alpha_t = alpha * targets + (1 - alpha) * (1 - targets)`, in place of `alpha`, before the mean.",
    ],
    without={
        "empty": "the mean over nothing has no agreed value",
        "ties": "right forms with max(x, 0) have a corner at x = 0; the case 'undecided logits' checks the value",
    },
)
def balanced_focal_loss(
    logits: Float[Tensor, "batch"], targets: Binary[Tensor, "batch"], alpha: float = 0.25, gamma: float = 2.0
) -> Float[Tensor, ""]:
    """Balanced focal loss."""
