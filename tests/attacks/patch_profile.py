# attack: leaves a profiler on that exits at each call | must: refused|raised|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import sys
def prof(*a):
    raise SystemExit(3)
def later(): sys.setprofile(prof)
_old = mse_loss
def mse_loss(pred, target):
    sys.setprofile(prof); return _old(pred, target)
