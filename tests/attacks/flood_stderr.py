# attack: writes without end to standard error | must: crashed
import sys


def mse_loss(pred, target):
    while True:
        sys.stderr.write("flood " * 1000)
        sys.stderr.flush()
