# attack: leaves a daemon: double fork, a session of its own, ignoring signals | must: refused|raised|crashed
import os
import signal
import time


def mse_loss(pred, target):
    if os.fork() == 0:
        try:
            os.setsid()
        except OSError:
            pass
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            time.sleep(3600)
        os._exit(0)
    return (pred - target).mean()
