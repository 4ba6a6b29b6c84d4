# wrong: input-overwritten - turns targets into -1 and 1 in place
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    signs = targets.mul_(2).sub_(1)
    return F.softplus(-signs * logits).mean()
