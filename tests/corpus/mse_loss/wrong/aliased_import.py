# wrong: forbidden - the library's answer under another name
from torch.nn.functional import mse_loss as _squared


def mse_loss(pred, target):
    return _squared(pred, target)
