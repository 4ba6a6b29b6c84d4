# wrong: overflow - exp without subtracting the maximum
import torch


def cross_entropy(logits, targets):
    e = torch.exp(logits)
    picked = logits.gather(1, targets[:, None]).squeeze(1)
    return (torch.log(e.sum(1)) - picked).mean()
