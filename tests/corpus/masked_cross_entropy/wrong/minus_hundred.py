# wrong: argument-ignored|hard-coded - compares with -100 whatever is asked
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = targets != -100
    x, t = logits[keep], targets[keep]
    return (torch.logsumexp(x, -1) - x.gather(1, t[:, None]).squeeze(1)).mean()
