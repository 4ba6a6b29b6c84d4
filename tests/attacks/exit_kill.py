# attack: kills itself | must: crashed
import os
import signal


def mse_loss(pred, target):
    os.kill(os.getpid(), signal.SIGKILL)
