# attack: returns twice: the parent and a forked child both answer | must: refused|wrong|crashed
import os


def mse_loss(pred, target):
    os.fork()
    return (pred - target).mean()
