# wrong: gradient-missing|gradient-detached - torch.tensor(...) of the numbers cuts the graph
import torch
import torch.nn.functional as F


def balanced_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    losses = []
    for x, t in zip(logits, targets):
        z = x if t == 1 else -x
        at = alpha if t == 1 else 1 - alpha
        losses.append((at * torch.sigmoid(-z) ** gamma * F.softplus(-z)).item())
    return torch.tensor(losses, dtype=logits.dtype).mean()
