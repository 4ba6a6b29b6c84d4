# attack: returns an object that says it is a tensor | must: wrong|raised|crashed
import torch


class Liar:
    __class__ = torch.Tensor
    dtype = torch.float32
    layout = torch.strided
    is_quantized = False

    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return lambda *a, **k: self


def mse_loss(pred, target):
    return Liar()
