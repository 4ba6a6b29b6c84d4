# wrong: exception|shape - F.one_hot without the number of classes
import torch.nn.functional as F


def label_smoothing_ce(logits, targets, eps=0.1):
    q = F.one_hot(targets).to(logits.dtype) * (1 - eps) + eps / logits.shape[1]
    return -(q * logits.log_softmax(1)).sum(1).mean()
