# right: flattens with reshape and selects tokens by number
import torch
from torch.distributions import Categorical


def masked_cross_entropy(logits, targets, ignore_index=-100):
    flat = logits.reshape(-1, logits.shape[-1])
    t = targets.flatten()
    which = torch.nonzero(t - ignore_index)[:, 0]
    return Categorical(logits=flat.index_select(0, which)).log_prob(t[which]).mean().neg()
