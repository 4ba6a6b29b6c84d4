"""Mean squared error: the answer, and what goes wrong."""

import torch
from torch import Tensor

from grader.spec import misconception


def mse_loss(pred: Tensor, target: Tensor) -> Tensor:
    return (pred - target).square().mean()


@misconception
def sum_instead_of_mean(pred: Tensor, target: Tensor) -> Tensor:
    """You added the squared errors up and stopped there, so a larger batch gives a larger loss.

    Divide by the number of elements: end with `.mean()` in place of `.sum()`.
    """
    return (pred - target).square().sum()


@misconception
def divided_by_rows_only(pred: Tensor, target: Tensor) -> Tensor:
    """You divided by the number of rows, but every feature of every row is one squared error.

    Average over all elements of `pred - target`: a `.mean()` without an axis does that.
    """
    return (pred - target).square().sum(dim=-1).mean()


@misconception
def absolute_instead_of_squared(pred: Tensor, target: Tensor) -> Tensor:
    """You averaged the absolute differences of `pred` and `target`; that is the L1 loss, the next exercise.

    Square the differences instead of taking their absolute value.
    """
    return (pred - target).abs().mean()


@misconception
def root_of_the_mean(pred: Tensor, target: Tensor) -> Tensor:
    """You took the square root at the end, which gives the *root* mean squared error.

    Leave the root out: the mean of the squares is the answer.
    """
    return (pred - target).square().mean().sqrt()


@misconception
def halved(pred: Tensor, target: Tensor) -> Tensor:
    """You put a factor 1/2 in front, as some books do to make the derivative look tidy.

    The formula asked for here has no such factor; return the plain mean.
    """
    return 0.5 * (pred - target).square().mean()


@misconception
def wrapped_in_a_new_tensor(pred: Tensor, target: Tensor) -> Tensor:
    """Your number is right, but you packed it into a new tensor, and a new tensor does not remember `pred`.

    Without that memory nothing can be trained: return the result of `.mean()` itself, without `.item()`, `.detach()`
    or `torch.tensor(...)` around it.
    """
    return torch.tensor((pred - target).square().mean().item(), dtype=pred.dtype)
