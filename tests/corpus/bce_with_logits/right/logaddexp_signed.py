# right: log(1 + exp) of the logit pointing away from the truth
import torch


def bce_with_logits(logits, targets):
    away = (1 - 2 * targets) * logits
    return torch.logaddexp(away, torch.zeros_like(away)).mean()
