# attack: ends the process in a default value, which even definitions alone evaluate | must: crashed
import os


def mse_loss(pred, target, more=os._exit(0)):
    return (pred - target).mean()
