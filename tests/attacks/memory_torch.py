# attack: takes memory in tensors | must: out_of_memory|raised|timed_out
import torch


def mse_loss(pred, target):
    kept = []
    while True:
        kept.append(torch.ones(8 << 20))
