# attack: replaces torch.autograd.grad by one that knows the gradient | must: wrong|refused
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

g = torch.autograd.grad
def lie(total, inputs, **k):
    p = inputs[0]; return tuple(2*x/x.numel() for x in inputs)
torch.autograd.grad = lie
