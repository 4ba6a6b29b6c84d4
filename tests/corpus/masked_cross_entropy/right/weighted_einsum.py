# right: weights that add up to one
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    keep = (targets != ignore_index).to(logits.dtype)
    weights = keep / keep.sum()
    index = targets * (targets != ignore_index)
    logp = logits - logits.logsumexp(dim=2, keepdim=True)
    picked = torch.take_along_dim(logp, index[:, :, None], 2)[:, :, 0]
    return -torch.einsum("bs,bs->", weights, picked)
