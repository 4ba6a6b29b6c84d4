"""Attend: the answer, and what goes wrong."""

from torch import Tensor

from grader.spec import misconception


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scale = query.shape[-1] ** -0.5
    return (query * scale @ key.transpose(-2, -1)).softmax(dim=-1) @ value


@misconception
def weights_cut_off(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Your values are right, but the weights are cut off from the graph, so `query` and `key` learn nothing.

    Take the `.detach()` or `torch.no_grad()` around the weights away.
    """
    scale = query.shape[-1] ** -0.5
    return (query * scale @ key.transpose(-2, -1)).softmax(dim=-1).detach() @ value
