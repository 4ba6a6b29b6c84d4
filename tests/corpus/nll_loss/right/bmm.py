# right: batch matmul with one-hot
import torch
import torch.nn.functional as F


def nll_loss(log_probs, targets):
    oh = F.one_hot(targets, log_probs.shape[1]).to(log_probs)
    return -torch.bmm(log_probs[:, None, :], oh[:, :, None]).flatten().mean()
