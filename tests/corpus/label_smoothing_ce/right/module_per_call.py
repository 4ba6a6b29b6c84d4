# right: an nn.Module made for each call, its targets in the dtype of the logits
import torch
from torch import nn


class SmoothCE(nn.Module):
    def __init__(self, eps):
        super().__init__()
        self.eps = eps
        self.log_softmax = nn.LogSoftmax(dim=-1)

    def forward(self, x, t):
        logp = self.log_softmax(x)
        hit = t.unsqueeze(-1) == torch.arange(x.size(-1))
        q = hit.to(x.dtype) * (1 - self.eps) + self.eps / x.size(-1)
        return -(q * logp).sum(-1).mean()


def label_smoothing_ce(logits, targets, eps=0.1):
    return SmoothCE(eps)(logits, targets)
