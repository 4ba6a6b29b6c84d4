# attack: ends the process while it is loaded | must: wrong
import os

os._exit(0)


def mse_loss(pred, target):
    return (pred - target).mean()
