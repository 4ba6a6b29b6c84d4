# wrong: input-overwritten - logits overwritten through detach()
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    r = (F.softplus(logits) - targets * logits).mean()
    logits.detach().clamp_(-1, 1)
    return r
