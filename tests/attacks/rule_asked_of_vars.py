# attack: reaches a dispatch switch through vars() and __dict__ | must: refused
import torch
C = vars(torch)["_C"]
F = torch.nn.functional.__dict__
def mse_loss(pred, target):
    with C.__dict__["_DisableTorchDispatch"](), C.__dict__["DisableTorchFunction"]():
        return F["mse_loss"](pred, target)
