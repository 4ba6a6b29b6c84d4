# right: the weight indexed by the target, factor in log space
import torch


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    table = torch.tensor([1 - alpha, alpha], dtype=logits.dtype)
    index = targets.to(torch.int64)
    zero = torch.zeros_like(logits)
    log_both = torch.log_softmax(torch.stack([zero, logits]), dim=0)
    rows = torch.arange(len(index))
    log_pt, log_rest = log_both[index, rows], log_both[1 - index, rows]
    return -(table[index] * torch.exp(gamma * log_rest) * log_pt).mean()
