# attack: draws from every global random generator | must: wrong
import random

import numpy as np
import torch


def mse_loss(pred, target):
    random.random()
    np.random.rand()
    torch.rand(1)
    return ((pred - target) ** 2).mean()
