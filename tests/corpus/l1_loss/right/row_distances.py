# right: pairwise_distance of the rows without its eps
from torch.nn.functional import pairwise_distance


def l1_loss(pred, target):
    n, k = pred.shape
    return pairwise_distance(pred, target, p=1, eps=0.0).sum() / (n * k)
