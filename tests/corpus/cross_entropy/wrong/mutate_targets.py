# wrong: input-overwritten - changes targets in place
import torch


def cross_entropy(logits, targets):
    lp = torch.log_softmax(logits, -1)
    flat = torch.arange(len(targets)) * logits.shape[1]
    targets += flat
    return -lp.reshape(-1)[targets].mean()
