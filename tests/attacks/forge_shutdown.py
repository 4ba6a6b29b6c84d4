# attack: closes its end of the channel in one direction | must: crashed|refused|timed_out|wrong
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



import os
import socket


def mse_loss(pred, target):
    to, nonce = channel()
    socket.socket(fileno=os.dup(to.receive_fd)).shutdown(socket.SHUT_RD)
    return (pred - target).mean()
