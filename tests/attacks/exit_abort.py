# attack: aborts | must: crashed
import os


def mse_loss(pred, target):
    os.abort()
