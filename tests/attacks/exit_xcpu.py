# attack: kills itself with the signal for too much processor time | must: timed_out|crashed
import os
import signal


def mse_loss(pred, target):
    os.kill(os.getpid(), signal.SIGXCPU)
