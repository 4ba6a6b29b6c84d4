# right: torch.take at row * classes + class
import torch


def nll_loss(log_probs, targets):
    rows, classes = log_probs.shape
    flat = torch.arange(rows) * classes + targets
    return torch.take(log_probs, flat).mean().neg()
