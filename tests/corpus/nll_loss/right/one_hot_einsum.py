# right: one-hot in the dtype of the rows, einsum
import torch
import torch.nn.functional as F


def nll_loss(log_probs, targets):
    hot = F.one_hot(targets, log_probs.size(-1)).to(log_probs)
    return -torch.einsum("ik,ik->i", log_probs, hot).mean()
