"""Attention of one head.

Three linear layers without bias, `query`, `key` and `value` (in this order, `width` to `width`), and the softmax of
their products over the square root of `width`. The products are multiplied by `scale` besides.
"""

from torch import Tensor, nn

from grader.spec import Float, case, exercise


@exercise(
    case("typical", "softmax over the keys", batch=2, seq=5),
    case("one position", "attends to itself", seq=1),
    init={"width": 4},
    gradients=["x"],
    forbid=["torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention"],
    without={"empty": "no position to attend to", "expanded": "as the others"},
)
class self_attention(nn.Module):
    def __init__(self, width: int):
        super().__init__()

    def forward(self, x: Float[Tensor, "batch seq 4"], scale: float = 1.0) -> Float[Tensor, "batch seq 4"]: ...
