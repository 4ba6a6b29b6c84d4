# wrong: exception - gathers at -100 before masking
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    logp = logits.log_softmax(-1)
    nll = -logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return nll[targets != ignore_index].mean()
