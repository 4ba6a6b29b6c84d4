# attack: returns one number that claims to be a trillion | must: raised|out_of_memory|crashed|timed_out
import torch


def mse_loss(pred, target):
    return torch.zeros(1).expand(10**12)
