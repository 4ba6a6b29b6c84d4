# attack: reaches a dispatch switch by names that are put together | must: refused
import torch
C = getattr(torch, "_" + "C")
def mse_loss(pred, target):
    with getattr(C, "_Disable" + "TorchDispatch")(), getattr(C, "DisableTorch" + "Function")():
        return getattr(torch.nn.functional, "mse" + "_loss")(pred, target)
