r"""Cross entropy with label smoothing.

A target that says "100 % cat" asks for a logit of infinity. Label smoothing (Szegedy et al. 2016, *Rethinking the
Inception Architecture*, section 7) takes a share $\varepsilon$ of the target and spreads it evenly over **all** $K$
classes, the right one included:

$$q_{ik} = (1-\varepsilon)\,[k = t_i] + \frac{\varepsilon}{K}
\qquad L = -\frac{1}{n}\sum_{i=1}^{n}\sum_{k=1}^{K} q_{ik} \log \mathrm{softmax}(x_i)_k$$

$x$ is `logits`, $t$ is `targets`, $\varepsilon$ is `eps`, $n$ is the batch size. The right class ends with
$1-\varepsilon+\varepsilon/K$, each other one with $\varepsilon/K$. This is PyTorch's definition; a variant that spreads
$\varepsilon$ over the $K-1$ wrong classes only is also in use, and is not what is asked for.

- `logits`: floats of shape (batch, classes), raw scores.
- `targets`: int64 of shape (batch), from 0 to classes - 1.
- `eps`: a float from 0 (plain cross entropy) to below 1, 0.1 if left out.
- Returns the mean over the batch.

**Graded:** the value and the gradient with respect to `logits`, for the default `eps`, a large one and 0, for two
classes, and for logits in the thousands of either sign, where both must be finite and right.

**Not graded:** `eps` of 1 or more or below 0; class weights; ignored targets; targets outside the range.

**Not allowed:** the answer itself, `torch.nn.functional.cross_entropy` and `torch.nn.CrossEntropyLoss` (or the
operator behind them). Everything else in torch is allowed, unless it calls them for you.

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
    case("a batch of logits", "a tenth of each target is spread over all classes", batch=8, classes=5),
    case("heavy smoothing", "eps is an argument, not a constant", batch=6, classes=7, args={"eps": 0.4}),
    case("no smoothing", "with eps = 0 plain cross entropy remains", batch=6, classes=4, args={"eps": 0.0}, weight=0.5),
    case("two classes", "over K or over K - 1: here it matters most", batch=7, classes=2, args={"eps": 0.2}),
    case(
        "confident logits stay finite",
        "a class of probability 0 still carries eps / K of the target",
        batch=8,
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
        "The loss is a blend of two: one looks at the right class, the other at all classes alike.",
        "Sum q · log p over the classes: what does the ε / K part of q turn that sum into?",
        "Per example: `(1 - eps)` times minus the picked log-probability, plus `eps` times minus the row's mean.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def label_smoothing_ce(
    logits: Float[Tensor, "batch classes"],
    targets: Annotated[Int[Tensor, "batch"], below("classes")],
    eps: float = 0.1,
) -> Float[Tensor, ""]:
    """Cross entropy with label smoothing."""
