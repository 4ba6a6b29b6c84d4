# attack: closes every descriptor | must: crashed|timed_out
import os


def mse_loss(pred, target):
    os.closerange(0, 65536)
    return (pred - target).mean()
