# wrong: forbidden - the answer under torch.* instead of F.*
import torch


def bce_with_logits(logits, targets):
    return torch.binary_cross_entropy_with_logits(logits, targets, None, None, 1)
