# wrong: double-softmax|gradient-wrong - F.cross_entropy normalises once more
import torch.nn.functional as F


def nll_loss(log_probs, targets):
    return F.cross_entropy(log_probs, targets)
