# attack: has a timer raise all the time | must: wrong|raised|crashed
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import signal
def h(*a): raise KeyboardInterrupt
signal.signal(signal.SIGALRM, h)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
