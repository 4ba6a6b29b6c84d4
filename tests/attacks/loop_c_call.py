# attack: a loop inside one C call, where no signal handler of Python's runs | must: timed_out
import collections
import itertools


def mse_loss(pred, target):
    collections.deque(itertools.repeat(0), maxlen=0)
