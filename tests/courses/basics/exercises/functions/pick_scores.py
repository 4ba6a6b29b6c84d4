"""Pick one score a row.

Return `scores[i, index[i]]` for every row `i`, without a Python loop. All inputs may be views; float64 is tried too.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Float, Int, below, case, exercise


@exercise(
    case("typical", "one element a row", batch=5, classes=7),
    case("float64", "the dtype is kept", dtype="float64"),
    case("strided", "memory need not be contiguous", layout="strided"),
    case("transposed", "memory need not be contiguous", layout="transposed"),
    case("expanded", "rows may share memory", layout="expanded"),
    case("by name", "parameters keep their names", by_keyword=True),
    gradients=["scores"],
    forbid=["loop"],
    require=["torch.gather"],
)
def pick_scores(
    scores: Float[Tensor, "batch classes"], index: Annotated[Int[Tensor, "batch"], below("classes")]
) -> Float[Tensor, "batch"]: ...
