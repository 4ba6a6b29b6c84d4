# wrong: wrong-count - the mean of the masked matrix
import torch.nn.functional as F


def nll_loss(log_probs, targets):
    hot = F.one_hot(targets, log_probs.size(1))
    return -(hot * log_probs).mean()
