# attack: forges an exception with lines and cells that there are not | must: raised|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import grader.worker.serve as s, grader.model as m, itertools
it = itertools.cycle([m.Frame(cell=0,line=10**9,function='<b id=attack>'), m.Frame(cell=99999,line=0,function='\x1b]0;x\x07'), m.Frame(cell=0,line=0,function='f')])
def f(call, *a, **k):
    return m.Observation(raised=m.Raised(type='<img src=x onerror=alert(1)>', bases=('ValueError','\x00'), message='shape \x1b[2J <script>alert(1)</script> '*100, frames=tuple(next(it) for _ in range(50))))
s.perform = f
