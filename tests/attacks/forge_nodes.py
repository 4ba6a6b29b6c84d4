# attack: forges values of every odd kind, with markup in their names | must: refused|wrong|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import grader.worker.serve as s, grader.model as m, itertools
nodes = [m.Number(type='float', text='nan'), m.Number(type='int', text='1e5'), m.Number(type='complex', text='nanj'), m.Text(text='\x1b[31m<script>alert(1)</script>\x00\u202e'),
  m.Mapping(type='dict', items=(('a', m.Nothing()),('a', m.Text(text='x')))), m.Sequence(type='<img src=x onerror=alert(1)>', items=()), m.Opaque(type='<b id=attack>\x1b'), m.Nothing()]
it = itertools.cycle(nodes)
def f(call, *a, **k):
    n = next(it)
    return m.Observation(values=tuple(n for _ in call.arguments))
s.perform = f
