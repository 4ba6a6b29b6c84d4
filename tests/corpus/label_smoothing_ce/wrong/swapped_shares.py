# wrong: misconception|permuted - eps on the truth, the rest spread
import torch


def label_smoothing_ce(logits, targets, eps=0.1):
    logp = torch.log_softmax(logits, 1)
    nll = -logp.gather(1, targets[:, None]).squeeze(1)
    return (eps * nll - (1 - eps) * logp.mean(1)).mean()
