# wrong: wrong-axis - normalises over the tokens
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    logp = torch.log_softmax(logits, dim=1)
    keep = targets != ignore_index
    return -logp[keep].gather(1, targets[keep][:, None]).mean()
