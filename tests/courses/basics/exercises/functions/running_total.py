"""A running total.

A cell: from `steps` compute `total` (their sum so far, a tensor like `steps`) and `last` (the final one), and print
`last`.
"""

from torch import Tensor

from grader.spec import Float, case, exercise

STARTER = "steps = torch.tensor([1.0, 2.0])\n\ntotal = ...\nlast = ...\nprint(last)\n"


@exercise(
    case("typical", "a sum so far"),
    case("one step", "is its own total", n=1),
    outputs=["total", "last"],
    prints=True,
    starter=STARTER,
    without={"large": "sums of large numbers lose what is printed"},
)
def running_total(steps: Float[Tensor, "n"]): ...
