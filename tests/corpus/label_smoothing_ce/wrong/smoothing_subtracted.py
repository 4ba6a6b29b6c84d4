# wrong: sign - the uniform part has the wrong sign
import torch


def label_smoothing_ce(logits, targets, eps=0.1):
    logp = torch.log_softmax(logits, 1)
    nll = -logp.gather(1, targets[:, None]).squeeze(1)
    return ((1 - eps) * nll + eps * logp.mean(1)).mean()
