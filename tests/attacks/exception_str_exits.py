# attack: an exception whose text ends the process | must: crashed
import os


class Odd(Exception):
    def __str__(self):
        os._exit(0)


def mse_loss(pred, target):
    raise Odd
