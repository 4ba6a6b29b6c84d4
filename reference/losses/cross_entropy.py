"""Cross entropy: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return _picked(F.log_softmax(logits, dim=1), targets)


def _picked(log_probs: Tensor, targets: Tensor) -> Tensor:
    return -log_probs.gather(1, targets.unsqueeze(1)).mean()


@misconception
def softmax_twice(logits: Tensor, targets: Tensor) -> Tensor:
    """You applied a softmax first and then a formula that contains one already, so it acts twice and flattens everything.

    Hand the raw `logits` to `log_softmax`.
    """
    return cross_entropy(torch.softmax(logits, dim=1), targets)


@misconception
def softmax_over_the_batch(logits: Tensor, targets: Tensor) -> Tensor:
    """Your softmax runs down the batch (`dim=0`), so the examples compete with each other.

    The classes should compete: they are the last axis, `dim=1` or `dim=-1`.
    """
    return _picked(F.log_softmax(logits, dim=0), targets)


@misconception
def log_of_softmax(logits: Tensor, targets: Tensor) -> Tensor:
    """Your formula is right on paper, but `softmax` rounds an unlikely class to exactly 0, and log(0) is -inf.

    `F.log_softmax` does both steps at once and never meets the 0.
    """
    return _picked(torch.softmax(logits, dim=1).log(), targets)


@misconception
def epsilon_in_the_log(logits: Tensor, targets: Tensor) -> Tensor:
    """You added a small number inside the log; that keeps it finite, but puts a ceiling on the loss (about 18).

    Above it the gradient vanishes just where the model is most wrong; use `F.log_softmax` instead.
    """
    return _picked((torch.softmax(logits, dim=1) + 1e-8).log(), targets)


@misconception
def softmax_left_out(logits: Tensor, targets: Tensor) -> Tensor:
    """You picked the raw logit of the right class; the other classes have no part in your loss, and it has no bottom.

    Turn the logits into log-probabilities first, with `F.log_softmax`.
    """
    return _picked(logits, targets)


@misconception
def log_left_out(logits: Tensor, targets: Tensor) -> Tensor:
    """You averaged the probabilities of the right classes without taking their log.

    Use `log_softmax` in place of `softmax`: the log is what makes a confident mistake expensive.
    """
    return _picked(torch.softmax(logits, dim=1), targets)


@misconception
def sum_instead_of_mean(logits: Tensor, targets: Tensor) -> Tensor:
    """Each example is right, but you added them up without dividing by the batch size.

    End with `.mean()`, so that the loss does not grow with the batch.
    """
    return cross_entropy(logits, targets) * logits.shape[0]


@misconception
def every_row_with_every_target(logits: Tensor, targets: Tensor) -> Tensor:
    """`log_probs[:, targets]` looks up the targets of *all* rows in *each* row, so you averaged n·n numbers, not n.

    Pair each row with its own target: `log_probs[torch.arange(n), targets]`, or `gather`.
    """
    return -F.log_softmax(logits, dim=1)[:, targets].mean()


@misconception
def a_question_for_each_class(logits: Tensor, targets: Tensor) -> Tensor:
    """You asked a yes-or-no question for each class, with a sigmoid, as if several classes could be right at once.

    Exactly one is right: let the classes compete in a softmax, and pick the log-probability of the right one.
    """
    one_hot = F.one_hot(targets, logits.shape[1]).to(logits.dtype)
    return F.binary_cross_entropy_with_logits(logits, one_hot)
