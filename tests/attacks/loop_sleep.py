# attack: sleeps for a year | must: timed_out
import time


def mse_loss(pred, target):
    time.sleep(3e7)
