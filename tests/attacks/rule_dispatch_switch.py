# attack: calls what is forbidden with dispatching switched off | must: refused
import torch


def mse_loss(pred, target):
    with torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunctionSubclass():
        return torch._C._nn.mse_loss(pred, target, 1)
