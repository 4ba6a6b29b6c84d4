# wrong: exception|hard-coded - one-hot as wide as the largest target
import torch.nn.functional as F


def cross_entropy(logits, targets):
    hot = F.one_hot(targets)
    return -(hot * F.log_softmax(logits, dim=1)).sum(1).mean()
