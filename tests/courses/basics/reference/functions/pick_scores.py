import torch
from torch import Tensor

from grader.spec import misconception


def pick_scores(scores: Tensor, index: Tensor) -> Tensor:
    return torch.gather(scores, 1, index[:, None]).squeeze(1)


@misconception
def next_class(scores: Tensor, index: Tensor) -> Tensor:
    """You count classes from 1; {index} counts from 0."""
    return torch.gather(scores, 1, ((index + 1) % scores.shape[1])[:, None]).squeeze(1)
