# attack: exit handlers that never end | must: wrong
import atexit
import threading


def forever():
    while True:
        pass


atexit.register(forever)
threading._register_atexit(forever)


def mse_loss(pred, target):
    return (pred - target).mean()
