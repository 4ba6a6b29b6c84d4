# wrong: forbidden - Huber's function over beta
import torch.nn.functional as F


def smooth_l1_loss(pred, target, beta=1.0):
    return F.huber_loss(pred, target, delta=beta) / beta
