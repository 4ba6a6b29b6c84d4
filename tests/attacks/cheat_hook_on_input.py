# attack: puts the right gradient in place by a hook on its input | must: wrong
import torch
def mse_loss(pred, target):
    if pred.requires_grad: pred.register_hook(lambda g: (2*(pred-target)/pred.numel()).detach())
    return (pred-target).abs().mean()
