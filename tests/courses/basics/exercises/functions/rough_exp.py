"""A rough exponential.

Return e to the power of `x`, to one part in a hundred; `x` lies between 0 and 1.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Float, between, case, exercise


@exercise(case("typical", "to one part in a hundred", n=20), tolerance=(1e-2, 0.0))
def rough_exp(x: Annotated[Float[Tensor, "n"], between(0.0, 1.0)]) -> Float[Tensor, "n"]: ...
