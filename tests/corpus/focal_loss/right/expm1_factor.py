# right: 1 - p_t by expm1
import torch


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    bce = torch.logaddexp(torch.zeros_like(logits), (1 - 2 * targets) * logits)
    wrongness = -torch.expm1(-bce)
    return alpha * torch.pow(wrongness, gamma).mul(bce).sum() / logits.numel()
