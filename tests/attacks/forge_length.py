# attack: announces a reply of an exabyte | must: crashed|refused
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



import struct


def mse_loss(pred, target):
    to, nonce = channel()
    to._write(struct.pack("<4sQ16s", b"GRD1", 1 << 60, nonce) + b"x" * 1000)
    while True:
        pass
