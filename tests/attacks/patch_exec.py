# attack: replaces os._exit, os.write and print | must: wrong|crashed|timed_out
import builtins
import os
import sys

os._exit = lambda code: None
builtins.print = lambda *a, **k: None
sys.stdout = sys.stderr = None


def mse_loss(pred, target):
    return (pred - target).mean()
