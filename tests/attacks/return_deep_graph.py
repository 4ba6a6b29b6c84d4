# attack: returns a graph of 200,000 operators | must: wrong|raised|crashed|timed_out
import torch
def mse_loss(pred, target):
    x = pred.sum()
    for _ in range(200000): x = x + 0
    return x
