# attack: leaves a process that has closed every descriptor | must: refused|raised|crashed
import os
import time


def mse_loss(pred, target):
    if os.fork() == 0:
        os.closerange(0, 65536)
        try:
            os.setpgid(0, 0)
        except OSError:
            pass
        time.sleep(3600)
    return (pred - target).mean()
