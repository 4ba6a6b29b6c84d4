# wrong: forbidden - nn.L1Loss does the work
import torch.nn as nn

criterion = nn.L1Loss()


def l1_loss(pred, target):
    return criterion(pred, target)
