# attack: sends replies that nobody asked for, faster than they can be thrown away | must: crashed|timed_out|refused
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
    frame = struct.pack("<4sQ16s", b"GRD1", 8, b"y" * 16) + bytes(8)
    while True:
        os.write(to.send_fd, frame * 1000)
