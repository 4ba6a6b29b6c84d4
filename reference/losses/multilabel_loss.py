"""Multi-label loss: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def multilabel_loss(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    positive = targets * F.logsigmoid(logits)
    if pos_weight is not None:
        positive = pos_weight * positive
    return -(positive + (1 - targets) * F.logsigmoid(-logits)).mean()


def _bce(logits: Tensor, targets: Tensor) -> Tensor:
    return -(targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits))


@misconception
def softmax_across_labels(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """You used a softmax over the labels, so one label can only become likelier if the others become less so.

    Labels do not compete here: use a sigmoid for each one, and count the labels that are absent as well.
    """
    per_label = targets * F.log_softmax(logits, dim=-1)
    return -(per_label if pos_weight is None else pos_weight * per_label).sum(dim=-1).mean()


@misconception
def weight_left_out(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """You wrote the loss without `pos_weight`, so a rare label counts no more than a common one.

    Multiply the term of the positives by `pos_weight` when it is given.
    """
    return _bce(logits, targets).mean()


@misconception
def weight_on_both_terms(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """You multiplied the whole loss of a label by `pos_weight`, its negatives included.

    It belongs to the positive term only: `pos_weight * targets * F.logsigmoid(logits)`.
    """
    per_label = _bce(logits, targets)
    return (per_label if pos_weight is None else pos_weight * per_label).mean()


@misconception
def weight_on_negatives(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """Your `pos_weight` multiplies the term with `1 - targets`, which is the one about absent labels.

    Move it to the term with `targets`: it is the weight of the positives.
    """
    negative = (1 - targets) * F.logsigmoid(-logits)
    if pos_weight is not None:
        negative = pos_weight * negative
    return -(targets * F.logsigmoid(logits) + negative).mean()


@misconception
def divided_by_the_weights(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """You divided by the sum of the weights, as in a weighted average.

    The mean asked for divides by the number of elements, batch times labels, whatever `pos_weight` is.
    """
    if pos_weight is None:
        return _bce(logits, targets).mean()
    weights = targets * pos_weight + (1 - targets)
    return (weights * _bce(logits, targets)).sum() / weights.sum()


@misconception
def sum_over_labels(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """You added up the labels of each example and averaged over the batch only, so the loss grows with the labels.

    Average over both axes at once: `.mean()` without an axis.
    """
    return multilabel_loss(logits, targets, pos_weight) * logits.shape[-1]


@misconception
def sigmoid_twice(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """You applied the sigmoid first and then a formula that contains a sigmoid already, so it acts twice.

    Work on the raw `logits`.
    """
    return multilabel_loss(torch.sigmoid(logits), targets, pos_weight)


@misconception
def log_of_sigmoid(logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """Your formula is right on paper, but `torch.sigmoid` rounds to exactly 0 or 1 for confident logits, and log(0) is -inf.

    Use `F.logsigmoid(logits)` and `F.logsigmoid(-logits)`, which never form the probability.
    """
    p = torch.sigmoid(logits)
    weight = 1 if pos_weight is None else pos_weight
    return -(weight * targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()
