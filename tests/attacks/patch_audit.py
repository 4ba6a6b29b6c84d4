# attack: installs an audit hook that forbids the worker to go on | must: refused|crashed|raised|wrong|timed_out
import sys


def hook(name, arguments):
    if name in {"compile", "exec", "import", "object.__getattr__"}:
        raise SystemExit


def mse_loss(pred, target):
    sys.addaudithook(hook)
    return (pred - target).mean()
