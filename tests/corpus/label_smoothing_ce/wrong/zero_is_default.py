# wrong: argument-ignored|misconception - `eps or 0.1` replaces 0
import torch


def label_smoothing_ce(logits, targets, eps=None):
    eps = eps or 0.1
    logp = torch.log_softmax(logits, 1)
    nll = -logp[torch.arange(len(logp)), targets]
    return ((1 - eps) * nll - eps * logp.mean(1)).mean()
