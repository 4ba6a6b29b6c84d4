from torch import Tensor


def masked_sum(values: Tensor, mask: Tensor, weight: Tensor | None = None) -> Tensor:
    kept = values.masked_fill(~mask, 0.0)
    return (kept if weight is None else kept * weight).sum(dim=1)
