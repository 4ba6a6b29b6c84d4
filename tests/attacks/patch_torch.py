# attack: replaces what values are read with | must: wrong|crashed|raised
import torch

REAL = torch.Tensor.detach


def detach(self):
    return torch.zeros_like(REAL(self)) + 0.5


torch.Tensor.detach = detach
torch.Tensor.as_subclass = lambda self, kind: self
torch.Tensor.__eq__ = lambda self, other: True
torch.allclose = torch.equal = lambda *a, **k: True
torch.testing.assert_close = lambda *a, **k: None


def mse_loss(pred, target):
    return (pred - target).mean()
