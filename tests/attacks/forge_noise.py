# attack: writes noise into the channel | must: crashed|refused
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



import os


def mse_loss(pred, target):
    to, nonce = channel()
    while True:
        os.write(to.send_fd, os.urandom(4096))
