import torch
from torch import Tensor, nn

from grader.spec import misconception


class self_attention(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        products = self.query(x) @ self.key(x).transpose(1, 2)
        return torch.softmax(scale * products / x.shape[-1] ** 0.5, dim=-1) @ self.value(x)


@misconception
class softmax_over_queries(self_attention):
    """Your softmax runs over the queries, so the weights of one query do not sum to 1."""

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        products = self.query(x) @ self.key(x).transpose(1, 2)
        return torch.softmax(scale * products / x.shape[-1] ** 0.5, dim=1) @ self.value(x)
