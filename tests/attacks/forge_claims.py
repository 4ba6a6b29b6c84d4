# attack: forges counts below zero, and markup in what it claims | must: refused|wrong|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import grader.worker.serve as s, grader.model as m, msgspec
old = s.perform
def f(*a, **k):
    o = old(*a, **k)
    c = m.Claims(modified=('<script>alert(1)</script>','\x1b'), repeatable=False, operators=(('x'*300, -2**62),), used=('torch.nn.functional.mse_loss',), peak_bytes=-1, flops=2**62, state_changed=('\u202e',))
    return msgspec.structs.replace(o, claims=c, buffers=(('\x1b', m.Array('float32',(),b'1234')),), state=(('q', m.Array('float32',(),b'1234')),))
s.perform = f
