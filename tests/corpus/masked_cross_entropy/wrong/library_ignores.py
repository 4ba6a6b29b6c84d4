# wrong: forbidden - F.cross_entropy with ignore_index
import torch.nn.functional as F


def masked_cross_entropy(logits, targets, ignore_index=-100):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index)
