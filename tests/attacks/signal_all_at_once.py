# attack: kill(-1, SIGKILL) | must: crashed|wrong|raised
import os
import signal


def mse_loss(pred, target):
    os.kill(-1, signal.SIGKILL)
    return (pred - target).mean()
