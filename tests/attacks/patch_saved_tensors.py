# attack: leaves hooks on that change what backward remembers | must: wrong
import torch
h = torch.autograd.graph.saved_tensors_hooks(lambda x: x*3, lambda x: x); h.__enter__()
def mse_loss(pred, target): return ((pred-target)**2).mean()
