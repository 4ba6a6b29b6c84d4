# right: twice a Huber loss whose parabola never ends
import torch.nn.functional as F


def mse_loss(pred, target):
    return 2 * F.huber_loss(pred, target, delta=1e12)
