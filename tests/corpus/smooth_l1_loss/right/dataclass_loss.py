# right: a dataclass carries beta and is called
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Border:
    beta: float

    def __call__(self, size):
        scaled = size / self.beta
        return self.beta * torch.where(scaled < 1, 0.5 * scaled**2, scaled - 0.5)


def smooth_l1_loss(pred, target, beta=1.0):
    return Border(beta)(torch.abs(target - pred)).mean()
