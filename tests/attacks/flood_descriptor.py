# attack: writes without end to standard output itself | must: crashed
import os


def mse_loss(pred, target):
    while True:
        os.write(1, b"flood " * 1000)
