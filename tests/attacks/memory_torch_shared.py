# attack: takes memory in tensors that are shared between processes | must: out_of_memory|raised|crashed|timed_out
import torch


def mse_loss(pred, target):
    kept = []
    while True:
        kept.append(torch.ones(8 << 20).share_memory_())
