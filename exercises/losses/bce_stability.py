r"""Two roads to one number.

A cell, not a function. From `logits` and `targets` compute the binary cross entropy twice:

- `manual`: first the probabilities $p = \sigma(x)$ with `torch.sigmoid`, then
  $-\frac1n\sum_i [t_i\log p_i + (1-t_i)\log(1-p_i)]$ from them;
- `stable`: the same loss straight from the logits, without ever rounding a probability.

Print both. For everyday logits they agree to the last digits; try `logits = torch.tensor([30.0, -200.0])` with
`targets = torch.tensor([0.0, 1.0])` and watch what `manual` becomes.

- `logits`: floats of shape (batch); `targets`: shape (batch), each 0.0 or 1.0.
- `manual`, `stable`: the mean over the batch, each a 0-d tensor (not a Python number, so no `.item()`).

**How it is graded:** the cell is run again with other logits and targets in place of yours. Lines of the cell that set
`logits` or `targets` to new values are dropped for that (a line such as `logits = logits.float()` stays). So compute
from these two names, and assign to `manual` and `stable` in the same cell.

**Graded:** for logits of everyday size (between -3 and 3): `manual`, `stable`, and that what the cell prints contains
both numbers, as `print(manual)` shows them or with more digits (words around them are welcome). There `manual` needs
no epsilon and no clamping, and one large enough to move the result is wrong. For logits in the thousands of either
sign: `stable` only, which must be finite and right; `manual` may then be infinite, NaN or merely wrong, as long as
it is assigned, and nothing that is printed counts.

**Not graded:** gradients; empty batches; dtypes other than float32 and float64; how you write either formula.

**Allowed:** everything. `torch.nn.functional.binary_cross_entropy` and
`torch.nn.functional.binary_cross_entropy_with_logits` are welcome here.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Binary, Float, between, case, exercise


def may_break_down(manual: object) -> str | None:
    """Accept any one number or tensor: with extreme logits every reading of `manual` gives something else."""
    return None if manual is not None else "`manual` was not assigned."


def may_print_anything(printed: object) -> str | None:
    """Accept any text, since the printed `manual` is anyone's guess there."""
    return None if printed is not None else "The cell printed nothing."


STARTER = """\
logits = torch.tensor([2.0, -1.0, 0.5, -2.5])
targets = torch.tensor([1.0, 0.0, 0.0, 1.0])

manual = ...  # sigmoid first, then binary cross entropy
stable = ...  # straight from the logits

print("manual:", manual)
print("stable:", stable)
"""


@exercise(
    case("everyday logits", "both roads lead to the same number", batch=16),
    case("everyday logits in float64", "no digit is lost on the way", batch=8, dtype="float64", weight=0.5),
    case("three examples", "the mean is over the batch that is there", batch=3, weight=0.5),
    case(
        "logits in the thousands",
        "sigmoid has rounded to 0 or 1, and only the form that starts from the logits survives",
        batch=32,
        fill={"logits": "extreme"},
        criterion="stability",
        check={"output.manual": may_break_down, "printed": may_print_anything},
    ),
    points=5,
    outputs=["manual", "stable"],
    prints=True,
    starter=STARTER,
    hints=[
        "`manual` needs probabilities; `stable` must never see them.",
        "Look up the two functions whose names differ by `_with_logits`, and what each expects as its first argument.",
        "`manual` from `torch.sigmoid(logits)` by `F.binary_cross_entropy`; `stable` from `logits` by its sibling.",
    ],
    without={
        "empty": "the mean over nothing has no agreed value",
        "large": "where sigmoid rounds to 0 or 1, right ways to compute `manual` disagree",
        "saturated": "where sigmoid rounds to 0 or 1, right ways to compute `manual` disagree",
        "bfloat16": "sigmoid rounds to 1 for everyday logits, and right ways to compute `manual` disagree",
    },
)
def bce_stability(
    logits: Annotated[Float[Tensor, "batch"], between(-3.0, 3.0)], targets: Binary[Tensor, "batch"]
) -> Float[Tensor, ""]: ...
