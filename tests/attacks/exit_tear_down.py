# attack: takes the interpreter apart | must: raised|crashed|wrong
import builtins
import sys


def mse_loss(pred, target):
    for name in list(sys.modules):
        if name not in {"sys", "builtins"}:
            sys.modules[name] = None
    for name in list(vars(builtins)):
        if not name.startswith("__"):
            delattr(builtins, name)
    return pred
