# attack: imports the reference by every name it may have | must: refused
import importlib


def mse_loss(pred, target):
    for name in ("reference.losses.mse_loss", "losses.mse_loss", "grader.pack.reference.losses.mse_loss", "mse_loss"):
        try:
            return importlib.import_module(name).mse_loss(pred, target)
        except Exception:
            pass
    return (pred - target).mean()
