# attack: threads that fight for the interpreter while the call returns a wrong answer | must: wrong|timed_out
import sys
import threading


def spin():
    while True:
        pass


sys.setswitchinterval(1.0)


def mse_loss(pred, target):
    for _ in range(4):
        threading.Thread(target=spin, daemon=True).start()
    return (pred - target).mean()
