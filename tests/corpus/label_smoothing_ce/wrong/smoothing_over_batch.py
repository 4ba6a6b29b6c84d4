# wrong: wrong-axis - normalises over the batch
import torch


def label_smoothing_ce(logits, targets, eps=0.1):
    logp = torch.log_softmax(logits, dim=0)
    nll = -logp.gather(1, targets[:, None]).squeeze(1)
    return ((1 - eps) * nll - eps * logp.mean(1)).mean()
