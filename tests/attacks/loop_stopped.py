# attack: stops itself with a signal that cannot be caught | must: timed_out
import os
import signal


def mse_loss(pred, target):
    os.kill(os.getpid(), signal.SIGSTOP)
    return (pred - target).mean()
