# attack: takes memory in the buffers of pipes and sockets | must: raised|timed_out|out_of_memory
import os
import socket


def mse_loss(pred, target):
    kept = []
    while True:
        first, second = socket.socketpair()
        first.setblocking(False)
        kept += [first, second]
        try:
            while True:
                first.send(b"x" * 65536)
        except BlockingIOError:
            pass
