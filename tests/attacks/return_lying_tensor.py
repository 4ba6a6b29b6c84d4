# attack: returns a tensor of a class that lies about everything | must: wrong|raised|crashed
import torch


class Liar(torch.Tensor):
    dtype = torch.float32
    shape = torch.Size([])
    requires_grad = True
    layout = torch.strided
    is_quantized = False
    device = "cpu"

    def detach(self):
        return self

    def numel(self):
        return 1

    def __eq__(self, other):
        return True

    __hash__ = None

    def cpu(self):
        return self

    def numpy(self):
        raise SystemExit

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return args[0] if args else None


def mse_loss(pred, target):
    return torch.full((3,), 7, dtype=torch.int64).as_subclass(Liar)
