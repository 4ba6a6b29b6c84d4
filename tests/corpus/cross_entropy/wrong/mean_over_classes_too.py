# wrong: wrong-count - the zeros of the one-hot are averaged in
import torch.nn.functional as F


def cross_entropy(logits, targets):
    hot = F.one_hot(targets, logits.size(1))
    return -(hot * logits.log_softmax(1)).mean()
