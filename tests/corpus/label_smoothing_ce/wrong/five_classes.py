# wrong: hard-coded - divides eps by the 5 classes of the example
import torch


def label_smoothing_ce(logits, targets, eps=0.1):
    logp = torch.log_softmax(logits, 1)
    nll = -logp[torch.arange(len(logp)), targets]
    return ((1 - eps) * nll - eps / 5 * logp.sum(1)).mean()
