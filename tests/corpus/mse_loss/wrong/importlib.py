# wrong: forbidden - forbidden by importlib
import torch


import importlib
def mse_loss(pred, target):
    m = importlib.import_module("torch.nn.functional")
    return vars(m)["mse_loss"](pred, target)
