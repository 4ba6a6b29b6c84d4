# wrong: forbidden - BCEWithLogitsLoss in a helper
import torch


def _criterion():
    return torch.nn.BCEWithLogitsLoss(reduction="mean")


def bce_with_logits(logits, targets):
    return _criterion()(logits, targets)
