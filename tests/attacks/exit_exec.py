# attack: becomes another program | must: crashed|raised
import os
import sys


def mse_loss(pred, target):
    os.execv(sys.executable, [sys.executable, "-c", "print('passed')"])
