# right: softplus of the logit or its negative
import torch
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    return F.softplus(torch.where(targets == 1, -logits, logits)).mean()
