# attack: sends a long reply byte by byte | must: timed_out|refused
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



import os
import struct


def mse_loss(pred, target):
    to, nonce = channel()
    os.write(to.send_fd, struct.pack("<4sQ16s", b"GRD1", 6 << 20, nonce))
    while True:
        os.write(to.send_fd, b"x")
