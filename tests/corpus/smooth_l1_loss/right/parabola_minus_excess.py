# right: the parabola less the square of what sticks out, in float64
import torch


def smooth_l1_loss(pred, target, beta=1.0):
    d = (pred - target).double()
    excess = torch.relu(d.abs() - beta)
    return ((d**2 - excess**2) / (2 * beta)).mean().to(pred.dtype)
