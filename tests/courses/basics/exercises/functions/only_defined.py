"""Only defined.

Return `x` doubled. The notebook around it trains for an hour, so only imports and definitions are run.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(case("typical", "twice as much"), gradients=["x"], notebook="definitions")
def only_defined(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]: ...
