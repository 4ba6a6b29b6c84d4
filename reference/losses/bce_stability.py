"""Two roads to one number: the answer as a script, and what goes wrong."""

# ruff: noqa: T201 - the exercise asks for two prints
import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception

logits = torch.tensor([2.0, -1.0, 0.5, -2.5])
targets = torch.tensor([1.0, 0.0, 0.0, 1.0])

manual = F.binary_cross_entropy(torch.sigmoid(logits), targets)
stable = F.binary_cross_entropy_with_logits(logits, targets)

print("manual:", manual)
print("stable:", stable)


def _printed(first: Tensor, second: Tensor) -> dict[str, Tensor]:
    print("manual:", first)
    print("stable:", second)
    return {"manual": first, "stable": second}


def _from_probabilities(x: Tensor, t: Tensor, epsilon: float = 0.0) -> Tensor:
    p = torch.sigmoid(x)
    return -(t * torch.log(p + epsilon) + (1 - t) * torch.log(1 - p + epsilon)).mean()


@misconception
def stable_from_probabilities(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """Your `stable` starts from sigmoid too, so it breaks exactly where `manual` breaks.

    Start from the logits: `F.binary_cross_entropy_with_logits(logits, targets)` never forms a probability.
    """
    return _printed(_from_probabilities(logits, targets), _from_probabilities(logits, targets))


@misconception
def stable_with_epsilon(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """You made `stable` finite by a small number inside the log, but then no example can cost more than about 18.

    Finite is not the same as right: use the form that takes the logits themselves.
    """
    return _printed(_from_probabilities(logits, targets), _from_probabilities(logits, targets, 1e-8))


@misconception
def stable_with_capped_log(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """You used `F.binary_cross_entropy` for `stable`; it starts from probabilities, and quietly stops each log at -100.

    An example that should cost thousands then costs 100: use `F.binary_cross_entropy_with_logits` on `logits`.
    """
    capped = F.binary_cross_entropy(torch.sigmoid(logits), targets)
    return _printed(_from_probabilities(logits, targets), capped)


@misconception
def sigmoid_before_with_logits(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """For `stable` you passed probabilities to a function that applies the sigmoid itself, so it was applied twice.

    "With logits" means: give it the raw `logits`.
    """
    p = torch.sigmoid(logits)
    return _printed(_from_probabilities(logits, targets), F.binary_cross_entropy_with_logits(p, targets))


@misconception
def manual_of_positives_only(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """Your `manual` has only the term for targets of 1; examples with target 0 cost nothing in it.

    Add `(1 - targets) * torch.log(1 - p)` before you average.
    """
    one_sided = -(targets * torch.log(torch.sigmoid(logits))).mean()
    return _printed(one_sided, F.binary_cross_entropy_with_logits(logits, targets))


@misconception
def manual_summed(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """Your `manual` adds the examples up, while `stable` averages them, so the two cannot agree.

    Take the mean over the batch in both.
    """
    summed = _from_probabilities(logits, targets) * logits.numel()
    return _printed(summed, F.binary_cross_entropy_with_logits(logits, targets))


@misconception
def manual_without_minus(logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """Your `manual` is negative: the mean of the logs was taken, but the minus in front of the formula was not.

    A loss of this kind is never below 0; change the sign.
    """
    return _printed(-_from_probabilities(logits, targets), F.binary_cross_entropy_with_logits(logits, targets))
