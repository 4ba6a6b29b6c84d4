"""Kullback-Leibler divergence: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def kl_divergence(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    terms = torch.special.xlogy(target_probs, target_probs) - target_probs * log_probs
    return terms.sum(dim=1).mean()


@misconception
def zero_times_log_zero(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You took the log of every target probability; where one is 0, torch makes 0 · log(0) into NaN.

    `torch.special.xlogy(p, p)` is p · log p with 0 where p is 0, which is the limit the formula means.
    """
    return (target_probs * (target_probs.log() - log_probs)).sum(dim=1).mean()


@misconception
def mean_over_all_elements(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You averaged over the classes as well, so your result is too small by the number of classes.

    Sum over the classes and average over the batch only (`batchmean`).
    """
    return kl_divergence(log_probs, target_probs) / log_probs.shape[1]


@misconception
def sum_over_the_batch(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You added up the rows as well, so a larger batch gives a larger divergence.

    Divide by the number of rows.
    """
    return kl_divergence(log_probs, target_probs) * log_probs.shape[0]


@misconception
def reversed_direction(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You computed the divergence the other way round, weighing the logs by the model's probabilities.

    The truth does the weighing: multiply by `target_probs`.
    """
    probs = log_probs.exp()
    return (probs * (log_probs - target_probs.log())).sum(dim=1).mean()


@misconception
def entropy_left_out(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """Your result is the cross entropy -Σ p log q: the gradient is right, but the value is not 0 when both agree.

    Add the part that belongs to the targets alone, Σ p log p.
    """
    return -(target_probs * log_probs).sum(dim=1).mean()


@misconception
def sign_swapped(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You subtracted the logs the wrong way round, so your divergence is negative; a divergence never is.

    It is log p (the target) minus log q (the model).
    """
    return -kl_divergence(log_probs, target_probs)


@misconception
def log_softmax_again(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You applied `log_softmax` to what is a log-softmax already; the value survives that, but the gradient does not.

    Use `log_probs` as they come.
    """
    return kl_divergence(F.log_softmax(log_probs, dim=1), target_probs)


@misconception
def logs_taken_as_probabilities(log_probs: Tensor, target_probs: Tensor) -> Tensor:
    """You used `log_probs` as if they were probabilities that still need a softmax and a log of their own.

    They are logs already: subtract them as they are.
    """
    return kl_divergence(torch.softmax(log_probs.exp(), dim=1).log(), target_probs)
