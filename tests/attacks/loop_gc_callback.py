# attack: loops whenever garbage is collected | must: wrong|timed_out|crashed|not_attempted
import torch
def mse_loss(pred, target):
    return (pred - target).abs().mean()

import gc
def cb(*a):
    while True: pass
gc.callbacks.append(cb)
gc.collect()
