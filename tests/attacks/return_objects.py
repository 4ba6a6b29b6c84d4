# attack: returns things that are no values | must: wrong
import torch


def mse_loss(pred, target):
    return [lambda: 0, object(), type, torch, iter([]), (i for i in range(3)), Ellipsis, {1, 2}, 1 + 2j, b"x", range(9)]
