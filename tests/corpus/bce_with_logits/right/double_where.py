# right: safe where
import torch


def bce_with_logits(logits, targets):
    pos = logits > 0
    s = torch.where(pos, logits, torch.zeros_like(logits))
    n = torch.where(pos, torch.zeros_like(logits), logits)
    lse = torch.where(pos, s + torch.log1p(torch.exp(-s)), torch.log1p(torch.exp(n)))
    return (lse - targets * logits).mean()
