"""Focal loss: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def focal_loss(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    toward_truth = logits * (2 * targets - 1)
    factor = torch.exp(gamma * F.logsigmoid(-toward_truth))  # (1 - p_t)^gamma, without forming 1 - p_t
    return -(alpha * factor * F.logsigmoid(toward_truth)).mean()


def _bce(logits: Tensor, targets: Tensor) -> Tensor:
    return -(targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits))


def _p_t(logits: Tensor, targets: Tensor) -> Tensor:
    return torch.sigmoid(logits * (2 * targets - 1))


@misconception
def alpha_for_positives_only(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You gave `1 - alpha` to the negatives: that is the balanced focal loss, the next exercise.

    In this one `alpha` multiplies every example alike.
    """
    alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
    return (alpha_t * (1 - _p_t(logits, targets)) ** gamma * _bce(logits, targets)).mean()


@misconception
def alpha_left_out(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """The focusing is right, but `alpha` has no part in your result.

    Multiply by it.
    """
    return focal_loss(logits, targets, 1.0, gamma)


@misconception
def probability_of_one(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You used sigmoid(logits) as p_t for every example, but for a target of 0 the truth has the probability 1 - p.

    As it stands, well-classified negatives are turned up instead of down; let p_t depend on `targets`.
    """
    return (alpha * (1 - torch.sigmoid(logits)) ** gamma * _bce(logits, targets)).mean()


@misconception
def focus_turned_round(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Your factor is p_t to the power of gamma, which keeps the easy examples and silences the hard ones.

    Use `(1 - pt) ** gamma`.
    """
    return (alpha * _p_t(logits, targets) ** gamma * _bce(logits, targets)).mean()


@misconception
def averaged_before_focusing(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You averaged the cross entropy first and focused the average, so no single example is turned down.

    Keep the examples apart (`reduction="none"`) until each has its own factor, and take the mean last.
    """
    mean = _bce(logits, targets).mean()
    return alpha * (1 - torch.exp(-mean)) ** gamma * mean


@misconception
def factor_detached(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Your value is right, but the factor (1 - p_t)^gamma is cut off from the graph, so part of the gradient is missing.

    Take `.detach()` or `torch.no_grad()` away from it: the factor depends on `logits` too.
    """
    return (alpha * (1 - _p_t(logits, targets).detach()) ** gamma * _bce(logits, targets)).mean()


@misconception
def sigmoid_twice(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You gave probabilities to a function that expects logits, so the sigmoid was applied twice.

    Hand it the raw `logits`.
    """
    return focal_loss(torch.sigmoid(logits), targets, alpha, gamma)


@misconception
def log_of_sigmoid(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Your formula is right on paper, but `torch.sigmoid` rounds to exactly 0 or 1 for confident logits, and log(0) is -inf.

    Take the log of p_t from the logits directly, as `F.logsigmoid` or the with-logits cross entropy does.
    """
    p = torch.sigmoid(logits)
    p_t = p * targets + (1 - p) * (1 - targets)
    return -(alpha * (1 - p_t) ** gamma * torch.log(p_t)).mean()


@misconception
def sum_instead_of_mean(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Each example is right, but you added them up without dividing by the batch size.

    End with `.mean()`, so that the loss does not grow with the batch.
    """
    return focal_loss(logits, targets, alpha, gamma) * logits.numel()


@misconception
def multiplied_by_gamma(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You multiplied by `gamma`; it is a power.

    Write `(1 - pt) ** gamma`.
    """
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (alpha * gamma * (1 - torch.exp(-bce)) * bce).mean()


@misconception
def cross_entropy_left_out(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You averaged the factor alone; it scales the cross entropy of each example, which is missing.

    Multiply `(1 - pt) ** gamma` by `-log(pt)` before the mean.
    """
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (alpha * (1 - torch.exp(-bce)) ** gamma).mean()
