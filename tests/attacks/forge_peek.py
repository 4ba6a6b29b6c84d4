# attack: answers without ever reading the requests, so that the sender's buffer fills | must: crashed|timed_out|refused|wrong
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
import struct
import time


def mse_loss(pred, target):
    to, nonce = channel()
    from grader.model import Observation

    to.send(nonce, Observation())
    ours = socket.socket(fileno=os.dup(to.receive_fd))
    seen = 0
    while True:
        data = ours.recv(1 << 20, socket.MSG_PEEK)
        while len(data) - seen >= 28:
            magic, length, nonce = struct.unpack("<4sQ16s", data[seen : seen + 28])
            if len(data) < seen + 28 + length:
                break
            seen += 28 + length
            to.send(nonce, Observation())
        time.sleep(0.001)
