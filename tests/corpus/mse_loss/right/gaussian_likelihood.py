# right: unit-variance Gaussian likelihood, doubled
import torch
from torch import nn


def mse_loss(pred, target):
    return 2.0 * nn.GaussianNLLLoss()(pred, target, torch.ones_like(pred))
