# attack: asks for a tensor of many terabytes | must: raised|out_of_memory
import torch


def mse_loss(pred, target):
    return torch.ones(1 << 44).mean()
