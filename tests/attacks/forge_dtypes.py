# attack: forges tensors of every dtype and odd shapes | must: refused|wrong|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import grader.worker.serve as s, grader.model as m, itertools
it = itertools.cycle([('float64',(0,),b''),('bool',(1,)*32,b'\xff'),('int64',(),b'\x80'*8),('uint8',(3,0,2),b''),('bfloat16',(2,),b'\x7f\x80\x7f\xc0'),('float16',(1,1),b'\xff\x7f')])
def f(call, *a, **k):
    d, sh, b = next(it)
    t = m.Tensor(array=m.Array(d, sh, b), requires_grad=False, device='cpu')
    return m.Observation(values=tuple(t for _ in call.arguments), gradients=tuple((m.Gradient(slot='pred', array=m.Array(d, sh, b)),) for _ in call.arguments))
s.perform = f
