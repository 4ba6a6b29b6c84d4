# attack: returns a view of memory that is not its own | must: wrong|raised|crashed
import torch


def mse_loss(pred, target):
    return torch.as_strided(pred.detach(), (), (), 1 << 40)
