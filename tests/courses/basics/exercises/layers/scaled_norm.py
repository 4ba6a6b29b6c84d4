"""Normalise and scale.

A module with a batch norm `norm` over 3 features and a parameter `scale` of 3 ones; the result is the normalised input
times `scale`. Running statistics are kept as `nn.BatchNorm1d` keeps them.
"""

from torch import Tensor, nn

from grader.spec import Float, case, exercise


@exercise(
    case("training", "statistics of the batch", batch=8),
    case("evaluating", "running statistics", training=False),
    gradients=["x"],
    without={
        "one": "one example has no variance",
        "empty": "no example has no mean",
        "near_equal": "divides by nearly 0",
        "bfloat16": "the layer keeps float32 statistics",
        "expanded": "no variance",
        "ties": "nearly no variance",
        "odd": "too small a batch for a tolerance",
    },
)
class scaled_norm(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x: Float[Tensor, "batch 3"]) -> Float[Tensor, "batch 3"]: ...
