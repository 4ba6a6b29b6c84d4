# attack: registers other kernels for operators of torch | must: refused|wrong|raised|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import torch
lib = torch.library.Library('aten','IMPL')
def sub(*a, **k): return torch.zeros(())
try: lib.impl('detach', lambda x: x.new_zeros(()), 'CPU')
except Exception: pass
try: lib.impl('mean', lambda x, **k: x.new_zeros(()), 'CPU')
except Exception: pass
