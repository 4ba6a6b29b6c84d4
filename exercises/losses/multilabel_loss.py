r"""Multi-label loss.

A photo can show a dog *and* a ball: every label is its own yes-or-no question. So the loss is a binary cross entropy
for each label of each example, and the classes do not compete (no softmax). A rare label can be made to count more by
`pos_weight`, a factor $w_k$ on its positive term only:

$$\ell_{ik} = -\bigl[\, w_k\, t_{ik} \log\sigma(x_{ik}) + (1-t_{ik})\log(1-\sigma(x_{ik})) \,\bigr]
\qquad L = \frac{1}{n K}\sum_{i=1}^{n}\sum_{k=1}^{K}\ell_{ik}$$

$x$ is `logits`, $t$ is `targets`, $n$ is the batch size and $K$ the number of labels. The mean divides by $nK$ whatever
the weights are.

- `logits`: floats of shape (batch, labels).
- `targets`: shape (batch, labels), each 0.0 or 1.0, in the dtype of `logits`; a row may hold any number of ones.
- `pos_weight`: shape (labels), above 0, in the dtype of `logits`; or `None`, which means that every weight is 1.
- Returns the mean over all examples and labels.

**Graded:** the value and the gradient with respect to `logits`, with weights and without, for ordinary logits, and
for logits in the thousands of either sign, where both must be finite and right; for a single label; the value where
logits are exactly 0.

**Not graded:** the gradient at a logit of exactly 0; gradients with respect to `targets` and `pos_weight`; targets
between 0 and 1; `pos_weight` of other shapes.

**Not allowed:** the answer itself, `torch.nn.functional.binary_cross_entropy_with_logits` (also as
`torch.binary_cross_entropy_with_logits`), `torch.nn.BCEWithLogitsLoss`, and
`torch.nn.functional.multilabel_soft_margin_loss` and `torch.nn.MultiLabelSoftMarginLoss` (or the operator behind
them). Everything else in torch is allowed, unless it calls them for you.

**Always:** the result is a 0-d tensor with the dtype of `logits`; float32, float64 and bfloat16 are tried. Arguments
come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any batch size from 1
up may come, odd ones too; an empty batch is not graded, since the mean over nothing has no agreed value. The same
call twice gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left changed.
Speed is not graded.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Binary, Float, between, case, exercise


@exercise(
    case("weighted labels", "each label's positives count by its own weight", batch=8, labels=5),
    case("no weights", "pos_weight may be left out", batch=8, labels=5, omit=["pos_weight"]),
    case("one label", "the binary case with one more axis", batch=7, labels=1, weight=0.5),
    case(
        "confident logits stay finite",
        "log(sigmoid(x)) underflows to -inf for x far below 0",
        batch=8,
        labels=5,
        std={"logits": 1e3},
        criterion="stability",
    ),
    case(
        "undecided logits",
        "a positive costs its weight times log 2; the gradient is not asked for",
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
        "torch.nn.functional.multilabel_soft_margin_loss",
        "torch.nn.MultiLabelSoftMarginLoss",
    ],
    hints=[
        "Which of the two terms of the binary cross entropy is about positives?",
        "Shapes (batch, labels) and (labels) broadcast: the last axes line up, so no reshaping is needed.",
        "`positive = targets * F.logsigmoid(logits)`; multiply it by `pos_weight` if there is one, then add the rest.",
    ],
    without={
        "empty": "the mean over nothing has no agreed value",
        "ties": "right forms with max(x, 0) have a corner at x = 0; the case 'undecided logits' checks the value",
    },
)
def multilabel_loss(
    logits: Float[Tensor, "batch labels"],
    targets: Binary[Tensor, "batch labels"],
    pos_weight: Annotated[Float[Tensor, "labels"], between(0.5, 5.0)] | None = None,
) -> Float[Tensor, ""]:
    """Multi-label loss."""
