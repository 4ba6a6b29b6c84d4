# right: one-hot times log_softmax
import torch.nn.functional as F


def cross_entropy(logits, targets):
    logp = F.log_softmax(logits, dim=-1)
    hot = F.one_hot(targets, num_classes=logits.shape[-1])
    return -(hot * logp).sum() / logits.shape[0]
