# wrong: offset|underflow - 1e-9 inside the log
import torch


def cross_entropy(logits, targets):
    p = torch.softmax(logits, dim=1).gather(1, targets[:, None])
    return -(p + 1e-9).log().mean()
