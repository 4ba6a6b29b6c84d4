"""Smooth L1 loss: the answer, and what goes wrong."""

import torch
from torch import Tensor

from grader.spec import misconception


def smooth_l1_loss(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    size = (pred - target).abs()
    return torch.where(size < beta, size.square() / (2 * beta), size - beta / 2).mean()


@misconception
def beta_left_out(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """You wrote the formula with a fixed border of 1, so `beta` changes nothing.

    Use `beta` in all three places: in the condition, under the square, and in the part that is subtracted.
    """
    return smooth_l1_loss(pred, target, 1.0)


@misconception
def huber_loss(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """What you wrote is the Huber loss, which is `beta` times the smooth L1 loss; they agree only for `beta` = 1.

    Divide the square by `2 * beta`, and give the straight part the slope 1.
    """
    return beta * smooth_l1_loss(pred, target, beta)


@misconception
def jump_at_the_border(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Your straight part is `|d|` alone, so the loss jumps by `beta / 2` where the two pieces should meet.

    Subtract `beta / 2` from it.
    """
    size = (pred - target).abs()
    return torch.where(size < beta, size.square() / (2 * beta), size).mean()


@misconception
def no_half_in_the_square(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Your parabola is `d**2 / beta`, twice as high as it should be, and too steep to join the straight line.

    Divide by `2 * beta`.
    """
    size = (pred - target).abs()
    return torch.where(size < beta, size.square() / beta, size - beta / 2).mean()


@misconception
def pieces_swapped(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Your two pieces stand in each other's place: small errors get the straight line and large ones the parabola.

    In `torch.where(condition, a, b)`, `a` is used where the condition holds; swap the two or turn the condition round.
    """
    size = (pred - target).abs()
    return torch.where(size < beta, size - beta / 2, size.square() / (2 * beta)).mean()


@misconception
def sign_in_the_condition(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Your condition compares `pred - target` with `beta`, so an error of -100 counts as small and is squared.

    Compare the absolute error with `beta`.
    """
    difference = pred - target
    return torch.where(difference < beta, difference.square() / (2 * beta), difference.abs() - beta / 2).mean()


@misconception
def sum_instead_of_mean(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Both pieces are right, but you added the elements up and did not divide, so a larger batch gives a larger loss.

    End with `.mean()` in place of `.sum()`.
    """
    return smooth_l1_loss(pred, target, beta) * pred.numel()


@misconception
def sign_in_the_straight_part(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Your straight part uses `pred - target` with its sign, so large negative errors lower the loss.

    Use the absolute error there: `abs(d) - beta / 2`.
    """
    error = pred - target
    return torch.where(error.abs() < beta, error**2 / (2 * beta), error - beta / 2).mean()


@misconception
def each_piece_averaged(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """You averaged the two pieces apart and added the averages, so the rarer piece counts as much as the other.

    Choose the piece element by element, and take one mean over all elements.
    """
    size = (pred - target).abs()
    small, large = size[size < beta], size[size >= beta]
    square = (small**2 / (2 * beta)).mean() if len(small) else 0.0
    return square + ((large - beta / 2).mean() if len(large) else 0.0)
