# attack: forks without end | must: crashed|timed_out|out_of_memory|raised
import os


def mse_loss(pred, target):
    while True:
        os.fork()
