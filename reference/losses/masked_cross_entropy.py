"""Masked cross entropy: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def masked_cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    keep = targets != ignore_index
    return _each_token(logits[keep], targets[keep]).mean()


def _each_token(logits: Tensor, targets: Tensor) -> Tensor:
    return -F.log_softmax(logits, dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def _masked(logits: Tensor, targets: Tensor, ignore_index: int) -> tuple[Tensor, Tensor]:
    keep = targets != ignore_index
    losses = _each_token(logits, targets.masked_fill(~keep, 0))
    return losses.masked_fill(~keep, 0.0), keep


@misconception
def divided_by_all_tokens(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You set the ignored tokens to 0 but still divided by all tokens, so more padding means a smaller loss.

    Divide by the number of tokens that count: `(targets != ignore_index).sum()`.
    """
    losses, _ = _masked(logits, targets, ignore_index)
    return losses.mean()


@misconception
def mean_of_sequence_means(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You averaged each sequence by itself and then the averages, so a token in a short sequence weighs more.

    Take one mean over all the tokens that count, in the whole batch.
    """
    losses, keep = _masked(logits, targets, ignore_index)
    return (losses.sum(dim=1) / keep.sum(dim=1).clamp(min=1)).mean()


@misconception
def padding_counted_as_class_zero(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You replaced `ignore_index` by class 0 so that it can be looked up, but never took those tokens out again.

    As it stands, the model learns that padding means class 0: drop those losses before you average.
    """
    return _each_token(logits, targets.masked_fill(targets == ignore_index, 0)).mean()


@misconception
def only_minus_hundred(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You compared the targets with -100 itself, so any other `ignore_index` is not noticed.

    Compare with the argument: `targets != ignore_index`.
    """
    keep = targets != -100
    return _each_token(logits[keep], targets[keep]).mean()


@misconception
def only_negative_targets(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You ignored every negative target, which is right only as long as `ignore_index` is negative.

    Padding can be marked by a class too, such as 0: compare with `ignore_index`, not with 0.
    """
    keep = targets >= 0
    return _each_token(logits[keep], targets[keep]).mean()


@misconception
def logits_set_to_zero(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You set the logits of ignored tokens to 0, but equal logits still cost log(classes) each, and were counted.

    Mask the losses, after the log-softmax, and count only the tokens that remain.
    """
    keep = targets != ignore_index
    blank = logits.masked_fill(~keep.unsqueeze(-1), 0.0)
    return _each_token(blank, targets.masked_fill(~keep, 0)).mean()


@misconception
def sum_instead_of_mean(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You added up the right tokens, but did not divide by how many they are.

    Divide by the number of targets that differ from `ignore_index`.
    """
    losses, _ = _masked(logits, targets, ignore_index)
    return losses.sum()


@misconception
def softmax_over_the_sequence(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Your softmax runs along the sequence (`dim=1`), so the tokens of a sentence compete with each other.

    The classes are the last axis here: use `dim=-1`.
    """
    keep = targets != ignore_index
    log_probs = F.log_softmax(logits, dim=1)[keep]
    return -log_probs.gather(-1, targets[keep].unsqueeze(-1)).mean()


@misconception
def softmax_twice(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You applied a softmax first and then a formula that contains one already, so it acts twice and flattens everything.

    Hand the raw `logits` to `log_softmax`.
    """
    return masked_cross_entropy(torch.softmax(logits, dim=-1), targets, ignore_index)


@misconception
def divided_by_the_batch(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """You divided by the number of sentences, so long sentences give a larger loss than short ones.

    Divide by the number of tokens that count: `(targets != ignore_index).sum()`.
    """
    kept = (targets != ignore_index).sum()
    return masked_cross_entropy(logits, targets, ignore_index) * kept / len(targets)
