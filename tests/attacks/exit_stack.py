# attack: overflows the C stack | must: crashed|raised|timed_out
import sys


def mse_loss(pred, target):
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**6):
        nested = [nested]
    return repr(nested)
