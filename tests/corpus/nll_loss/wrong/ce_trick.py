# wrong: forbidden|gradient-wrong|double-softmax - F.cross_entropy with log-probs (same as log_softmax again; wrong gradient)
import torch.nn.functional as F


def nll_loss(log_probs, targets):
    return F.cross_entropy(log_probs, targets)
