# attack: replaces built-in functions | must: wrong|crashed|raised|timed_out
import builtins

builtins.isinstance = lambda *a: True
builtins.abs = builtins.max = lambda *a, **k: 0
builtins.len = lambda *a: 0
builtins.all = builtins.any = lambda *a: True


def mse_loss(pred, target):
    return (pred - target).mean()
