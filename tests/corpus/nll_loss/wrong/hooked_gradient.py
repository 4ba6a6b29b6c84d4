# wrong: gradient-scaled - a hook doubles the gradient
import torch


def nll_loss(log_probs, targets):
    loss = -log_probs.gather(1, targets.unsqueeze(1)).mean()
    if loss.requires_grad:
        loss.register_hook(lambda g: 2 * g)
    return loss
