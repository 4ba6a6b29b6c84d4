# attack: returns more numbers than a reply may hold | must: crashed|out_of_memory|raised|timed_out
import torch


def mse_loss(pred, target):
    return torch.zeros(30 << 20)
