"""Mean absolute error: the answer, and what goes wrong."""

from torch import Tensor

from grader.spec import misconception


def l1_loss(pred: Tensor, target: Tensor) -> Tensor:
    return (pred - target).abs().mean()


@misconception
def signs_kept(pred: Tensor, target: Tensor) -> Tensor:
    """You averaged `pred - target` with its signs, so an error of +1 and one of -1 cancel to a perfect score.

    Take the absolute value of every element before the mean.
    """
    return (pred - target).mean()


@misconception
def rows_cancel_first(pred: Tensor, target: Tensor) -> Tensor:
    """You averaged each row before you took the absolute value, so errors within a row cancel each other.

    Swap the two: first `.abs()` on every element, then one mean over all of them.
    """
    return (pred - target).mean(dim=-1).abs().mean()


@misconception
def squared_instead_of_absolute(pred: Tensor, target: Tensor) -> Tensor:
    """You squared the differences; that is the mean squared error, where one outlier can outweigh all the rest.

    Use the absolute value here.
    """
    return (pred - target).square().mean()


@misconception
def sum_instead_of_mean(pred: Tensor, target: Tensor) -> Tensor:
    """You added the absolute errors up and stopped there, so a larger batch gives a larger loss.

    Divide by the number of elements: end with `.mean()` in place of `.sum()`.
    """
    return (pred - target).abs().sum()


@misconception
def divided_by_rows_only(pred: Tensor, target: Tensor) -> Tensor:
    """You divided by the number of rows, but every feature of every row is one error.

    Average over all elements: a `.mean()` without an axis does that.
    """
    return (pred - target).abs().sum(dim=-1).mean()


@misconception
def absolute_value_last(pred: Tensor, target: Tensor) -> Tensor:
    """You took the absolute value of the mean, so errors of both signs have cancelled before it.

    Take the absolute value of every element first, and the mean last.
    """
    return (pred - target).mean().abs()
