"""Sum what a mask keeps.

Return the sum of `values` where `mask` is True, times `weight` where one is given, in each row.
"""

from torch import Tensor

from grader.spec import Bool, Float, case, exercise


@exercise(
    case("typical", "a weight a column", batch=4, width=6),
    case("no weight", "the weight is optional", omit=["weight"]),
    gradients=["values", "weight"],
)
def masked_sum(
    values: Float[Tensor, "batch width"],
    mask: Bool[Tensor, "batch width"],
    weight: Float[Tensor, "width"] | None = None,
) -> Float[Tensor, "batch"]: ...
