"""Binary cross entropy from logits: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def bce_with_logits(logits: Tensor, targets: Tensor) -> Tensor:
    return -(targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()


@misconception
def log_of_sigmoid(logits: Tensor, targets: Tensor) -> Tensor:
    """Your formula is right on paper, but `torch.sigmoid` rounds to exactly 0 or 1 for confident logits, and log(0) is -inf.

    Never form the probability: `F.logsigmoid(logits)` is the log you want, and `F.logsigmoid(-logits)` that of 1 - p.
    """
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()


@misconception
def epsilon_in_the_log(logits: Tensor, targets: Tensor) -> Tensor:
    """You added a small number inside the log; that keeps it finite, but puts a ceiling on the loss (about 18).

    Above it the gradient vanishes just where the model is most wrong; use `F.logsigmoid` on the logits instead.
    """
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-8) + (1 - targets) * torch.log(1 - p + 1e-8)).mean()


@misconception
def sigmoid_twice(logits: Tensor, targets: Tensor) -> Tensor:
    """You applied the sigmoid first and then a formula that contains a sigmoid already, so it acts twice.

    Hand the raw `logits` to `logsigmoid`; no probability can then be stuck between 0.5 and 0.73.
    """
    return bce_with_logits(torch.sigmoid(logits), targets)


@misconception
def positives_only(logits: Tensor, targets: Tensor) -> Tensor:
    """Your loss has only the term for targets of 1, so a model that says yes to everything would be perfect.

    Add the other term, `(1 - targets)` times the log of 1 - p.
    """
    return -(targets * F.logsigmoid(logits)).mean()


@misconception
def targets_swapped(logits: Tensor, targets: Tensor) -> Tensor:
    """You weigh the two logs the wrong way round: `targets` should go with log p, and `1 - targets` with log(1 - p).

    As it stands, the model is rewarded for being wrong.
    """
    return bce_with_logits(logits, 1 - targets)


@misconception
def minus_forgotten(logits: Tensor, targets: Tensor) -> Tensor:
    """Your result has the right size and the wrong sign: logs of probabilities are negative, a loss is not.

    Put a minus in front, or training will make the model worse.
    """
    return -bce_with_logits(logits, targets)


@misconception
def sum_instead_of_mean(logits: Tensor, targets: Tensor) -> Tensor:
    """Each example is right, but you added them up without dividing by the batch size.

    End with `.mean()`, so that the loss does not grow with the batch.
    """
    return bce_with_logits(logits, targets) * logits.numel()
