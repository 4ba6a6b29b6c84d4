"""Answers to the focal loss exercise for the benchmarks: three in four right, the others wrong in usual ways."""

from __future__ import annotations

RIGHT = (
    "    signed = logits * (2 * targets - 1)\n"
    "    log_pt = F.logsigmoid(signed)\n"
    "    loss = -alpha * torch.exp(gamma * F.logsigmoid(-signed)) * log_pt\n"
    "    return loss.mean()\n",
    "    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction='none')\n"
    "    signed = (1 - 2 * targets) * logits\n"
    "    return (alpha * torch.sigmoid(signed) ** gamma * bce).mean()\n",
    "    bce = F.softplus(-logits) * targets + F.softplus(logits) * (1 - targets)\n"
    "    miss = torch.where(targets > 0.5, torch.sigmoid(-logits), torch.sigmoid(logits))\n"
    "    return alpha * torch.mean(miss.pow(gamma) * bce)\n",
)
WRONG = (
    "    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction='none')\n"
    "    miss = torch.sigmoid((1 - 2 * targets) * logits)\n"
    "    return (alpha * miss ** gamma * bce).sum()\n",
    "    p = torch.sigmoid(logits)\n"
    "    pt = p * targets + (1 - p) * (1 - targets)\n"
    "    return (-alpha * (1 - pt).detach() ** gamma * torch.log(pt)).mean()\n",
)
HEAD = "import torch\nimport torch.nn.functional as F\n"
STUB = "def focal_loss(logits, targets, alpha=0.25, gamma=2.0):\n"


def answer(number: int) -> str:
    """Return the function as student `number` wrote it: no two files are equal, as no two students' are."""
    body = WRONG[number // 4 % len(WRONG)] if number % 4 == 3 else RIGHT[number % len(RIGHT)]
    return f"{STUB}    # my answer, number {number}\n{body}"
