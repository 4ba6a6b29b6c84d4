# attack: returns a tensor subclass without memory, whose every operator loops | must: wrong|raised|crashed|timed_out
import torch
class Wr(torch.Tensor):
    @staticmethod
    def __new__(cls, x): return torch.Tensor._make_wrapper_subclass(cls, x.shape, dtype=x.dtype, requires_grad=True)
    @classmethod
    def __torch_dispatch__(cls, f, t, a=(), k=None): return a[0] if a else None
def mse_loss(pred, target): return Wr((pred-target).mean())
