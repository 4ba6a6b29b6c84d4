# wrong: wrong-axis - normalises each column
import torch


def cross_entropy(logits, targets):
    logp = torch.log_softmax(logits, dim=0)
    return -logp.gather(1, targets[:, None]).mean()
