# attack: lifts the bound on nesting and answers nine hundred levels deep | must: refused|crashed|wrong|raised
import sys

from grader.worker import observe, tensors

tensors.MAX_DEPTH = observe.MAX_DEPTH = 10**9
sys.setrecursionlimit(100_000)


def mse_loss(pred, target):
    nested = pred
    for _ in range(450):
        nested = [nested]
    return nested
