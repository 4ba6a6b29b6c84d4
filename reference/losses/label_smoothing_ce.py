"""Cross entropy with label smoothing: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def label_smoothing_ce(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    right, everywhere = _parts(logits, targets)
    return (1 - eps) * right + eps * everywhere


def _parts(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Minus the log-probability of the right class, and of all classes alike; both averaged over the batch."""
    log_probs = F.log_softmax(logits, dim=1)
    return -log_probs.gather(1, targets.unsqueeze(1)).mean(), -log_probs.mean()


@misconception
def spread_over_the_wrong_classes(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You spread `eps` over the K - 1 wrong classes, and gave the right one `1 - eps`.

    In the definition asked for, the right class gets a share too: every class gets `eps / K`, on top of `1 - eps`.
    """
    classes = logits.shape[1]
    right, everywhere = _parts(logits, targets)
    share = eps / max(classes - 1, 1)
    return (1 - eps - share) * right + share * classes * everywhere


@misconception
def target_not_lowered(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You added `eps / K` to every class but left the right class at 1, so your targets sum to more than 1.

    What is spread must be taken from somewhere: multiply the cross entropy by `1 - eps`.
    """
    right, everywhere = _parts(logits, targets)
    return right + eps * everywhere


@misconception
def spread_without_dividing(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You gave every class the full `eps` instead of its share, so the smoothing is K times too strong.

    Divide by the number of classes: a mean over the classes where you have a sum.
    """
    right, everywhere = _parts(logits, targets)
    return (1 - eps) * right + eps * logits.shape[1] * everywhere


@misconception
def parts_swapped(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You gave the right class the weight `eps` and the even spread the weight `1 - eps`; it is the other way round.

    With `eps` = 0 the plain cross entropy should remain.
    """
    right, everywhere = _parts(logits, targets)
    return eps * right + (1 - eps) * everywhere


@misconception
def smoothing_left_out(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """Your result is the plain cross entropy: `eps` changes nothing in it.

    Blend it with the mean of minus all log-probabilities, in the proportion `1 - eps` to `eps`.
    """
    return _parts(logits, targets)[0]


@misconception
def softmax_twice(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You applied a softmax first and then a formula that contains one already, so it acts twice and flattens everything.

    Hand the raw `logits` to `log_softmax`.
    """
    return label_smoothing_ce(torch.softmax(logits, dim=1), targets, eps)


@misconception
def log_of_softmax(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """Your formula is right on paper, but `softmax` rounds an unlikely class to exactly 0, and log(0) is -inf.

    Here every class carries some of the target, so one such class spoils the loss: use `F.log_softmax`.
    """
    smooth = (1 - eps) * F.one_hot(targets, logits.shape[1]).to(logits.dtype) + eps / logits.shape[1]
    return -(smooth * torch.softmax(logits, dim=1).log()).sum(dim=1).mean()


@misconception
def sum_instead_of_mean(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """Each example is right, but you added them up without dividing by the batch size.

    Take the mean over the batch, so that the loss does not grow with it.
    """
    return label_smoothing_ce(logits, targets, eps) * logits.shape[0]


@misconception
def right_class_without_its_share(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You gave the right class `1 - eps` only, so your targets sum to less than 1.

    Every class gets `eps / K`, the right one too, on top of its `1 - eps`.
    """
    log_probs = F.log_softmax(logits, dim=1)
    share = torch.full_like(log_probs, eps / logits.shape[1]).scatter(1, targets.unsqueeze(1), 1 - eps)
    return -(share * log_probs).sum(dim=1).mean()


@misconception
def model_smoothed_instead_of_target(logits: Tensor, targets: Tensor, eps: float = 0.1) -> Tensor:
    """You smoothed the probabilities of the model; it is the target that is smoothed.

    Keep the log-softmax as it is, and weigh it with `(1 - eps)` at the right class and `eps / K` everywhere.
    """
    probs = (1 - eps) * torch.softmax(logits, dim=1) + eps / logits.shape[1]
    return -probs.gather(1, targets.unsqueeze(1)).log().mean()
