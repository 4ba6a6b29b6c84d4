# attack: makes folders so deep, with names so short, that a walk through them overflows a stack | must: wrong|raised|timed_out|crashed
import os
import time


def mse_loss(pred, target):
    for number in range(1600):
        os.mkdir("d")
        os.chdir("d")
    time.sleep(0.7)
    return (pred - target).mean()
