"""Balanced focal loss: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def balanced_focal_loss(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    return (_alpha_t(targets, alpha) * _focused(logits, targets, gamma)).mean()


def _alpha_t(targets: Tensor, alpha: float) -> Tensor:
    return alpha * targets + (1 - alpha) * (1 - targets)


def _focused(logits: Tensor, targets: Tensor, gamma: float) -> Tensor:
    """-(1 - p_t)^gamma · log p_t of each example, without forming p_t or 1 - p_t."""
    toward_truth = logits * (2 * targets - 1)
    return -torch.exp(gamma * F.logsigmoid(-toward_truth)) * F.logsigmoid(toward_truth)


@misconception
def one_alpha_for_all(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You multiplied every example by `alpha`, so nothing is balanced: that was the exercise before.

    Give the negatives `1 - alpha`.
    """
    return alpha * _focused(logits, targets, gamma).mean()


@misconception
def alphas_swapped(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You gave `alpha` to the negatives and `1 - alpha` to the positives.

    It is the other way round, odd as it may look with `alpha` = 0.25: `alpha` belongs to targets of 1.
    """
    return balanced_focal_loss(logits, targets, 1 - alpha, gamma)


@misconception
def negatives_unweighted(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You weighed the positives by `alpha` and left the negatives at 1.

    The negatives get what is left: `1 - alpha`.
    """
    alpha_t = alpha * targets + (1 - targets)
    return (alpha_t * _focused(logits, targets, gamma)).mean()


@misconception
def focus_left_out(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You have the balance but not the focus: `gamma` changes nothing in your result.

    Multiply each example by `(1 - pt) ** gamma`.
    """
    return balanced_focal_loss(logits, targets, alpha, 0.0)


@misconception
def probability_of_one(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You used sigmoid(logits) as p_t for every example, but for a target of 0 the truth has the probability 1 - p.

    As it stands, well-classified negatives are turned up instead of down; let p_t depend on `targets`.
    """
    factor = torch.exp(gamma * F.logsigmoid(-logits))
    return (_alpha_t(targets, alpha) * factor * _focused(logits, targets, 0.0)).mean()


@misconception
def divided_by_positives(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You divided by the number of positives, as the paper's object detector does with its boxes.

    Here the mean is over all examples of the batch.
    """
    total = (_alpha_t(targets, alpha) * _focused(logits, targets, gamma)).sum()
    return total / targets.sum().clamp(min=1)


@misconception
def divided_by_weights(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You divided by the sum of the weights, as in a weighted average.

    The mean divides by the number of examples, whatever their weights are.
    """
    alpha_t = _alpha_t(targets, alpha)
    return (alpha_t * _focused(logits, targets, gamma)).sum() / alpha_t.sum()


@misconception
def factor_detached(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Your value is right, but the factor (1 - p_t)^gamma is cut off from the graph, so part of the gradient is missing.

    Take `.detach()` or `torch.no_grad()` away from it: the factor depends on `logits` too.
    """
    factor = torch.exp(gamma * F.logsigmoid(-logits * (2 * targets - 1))).detach()
    return (_alpha_t(targets, alpha) * factor * _focused(logits, targets, 0.0)).mean()


@misconception
def log_of_sigmoid(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Your formula is right on paper, but `torch.sigmoid` rounds to exactly 0 or 1 for confident logits, and log(0) is -inf.

    Take the log of p_t from the logits directly, as `F.logsigmoid` or the with-logits cross entropy does.
    """
    p = torch.sigmoid(logits)
    p_t = p * targets + (1 - p) * (1 - targets)
    return -(_alpha_t(targets, alpha) * (1 - p_t) ** gamma * torch.log(p_t)).mean()


@misconception
def focus_turned_round(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Your factor is p_t to the power of gamma, which keeps the easy examples and silences the hard ones.

    Use `(1 - pt) ** gamma`.
    """
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    weight = torch.where(targets == 1, alpha, 1 - alpha).to(logits.dtype)
    return (weight * torch.exp(-bce) ** gamma * bce).mean()


@misconception
def weighed_before_focusing(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You multiplied the cross entropy by its weight first, and took p_t from the product, so p_t is no probability.

    Take p_t from the plain cross entropy, and multiply by the weight last.
    """
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    weighed = torch.where(targets == 1, alpha, 1 - alpha).to(logits.dtype) * bce
    return ((1 - torch.exp(-weighed)) ** gamma * weighed).mean()


@misconception
def each_kind_averaged(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """You averaged positives and negatives apart and added the averages, so the rarer kind counts more than it should.

    There is one mean, over all examples of the batch.
    """
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    focused = (1 - torch.exp(-bce)) ** gamma * bce
    yes, no = focused[targets == 1], focused[targets == 0]
    return (alpha * yes.mean() if len(yes) else 0.0) + ((1 - alpha) * no.mean() if len(no) else 0.0)
