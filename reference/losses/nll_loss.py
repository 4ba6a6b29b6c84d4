"""Negative log-likelihood: the answer, and what goes wrong."""

import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def nll_loss(log_probs: Tensor, targets: Tensor) -> Tensor:
    return -log_probs.gather(1, targets.unsqueeze(1)).mean()


@misconception
def minus_forgotten(log_probs: Tensor, targets: Tensor) -> Tensor:
    """You averaged the right log-probabilities, but left them negative, and training would push them down further.

    The *negative* log-likelihood has a minus in front.
    """
    return -nll_loss(log_probs, targets)


@misconception
def sum_instead_of_mean(log_probs: Tensor, targets: Tensor) -> Tensor:
    """You picked the right numbers and added them up, but did not divide by the batch size.

    End with `.mean()`, so that the loss does not grow with the batch.
    """
    return nll_loss(log_probs, targets) * log_probs.shape[0]


@misconception
def log_softmax_again(log_probs: Tensor, targets: Tensor) -> Tensor:
    """You applied `log_softmax` to what is a log-softmax already; the value survives that, but the gradient does not.

    Use `log_probs` as they come: the gradient is then -1/n at each picked place and 0 everywhere else.
    """
    return nll_loss(F.log_softmax(log_probs, dim=-1), targets)


@misconception
def probability_instead_of_log(log_probs: Tensor, targets: Tensor) -> Tensor:
    """You turned the log-probabilities back into probabilities and averaged those, so the log is gone from the loss.

    Leave the `exp` out: the log is what makes a confident mistake expensive.
    """
    return nll_loss(log_probs.exp(), targets)


@misconception
def there_and_back_again(log_probs: Tensor, targets: Tensor) -> Tensor:
    """You took `exp` and then `log` again; for unlikely classes the `exp` is rounded to 0, and log(0) is -inf.

    The logs are what you were given: pick from `log_probs` directly.
    """
    return nll_loss(log_probs.exp().log(), targets)


@misconception
def every_row_with_every_target(log_probs: Tensor, targets: Tensor) -> Tensor:
    """`log_probs[:, targets]` looks up the targets of *all* rows in *each* row, so you averaged n·n numbers, not n.

    Pair each row with its own target: `log_probs[torch.arange(n), targets]`, or `gather`.
    """
    return -log_probs[:, targets].mean()


@misconception
def averaged_over_classes_too(log_probs: Tensor, targets: Tensor) -> Tensor:
    """You divided by all elements of `log_probs`, but only one number of each row takes part.

    Divide by the batch size.
    """
    return nll_loss(log_probs, targets) / log_probs.shape[1]
