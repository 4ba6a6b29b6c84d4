# right: log_softmax of (0, x), both classes gathered
import torch


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    both = torch.stack([torch.zeros_like(logits), logits], 1).log_softmax(1)
    t = targets.long().unsqueeze(1)
    log_pt = both.gather(1, t)
    log_rest = both.gather(1, 1 - t)
    return -alpha * (torch.exp(gamma * log_rest) * log_pt).mean()
