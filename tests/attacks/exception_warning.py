# attack: turns every warning and every unraisable exception into noise | must: wrong|crashed
import sys
import warnings


class Odd:
    def __del__(self):
        raise ValueError("\x1b[31munraisable")


def mse_loss(pred, target):
    sys.excepthook = sys.unraisablehook = lambda *a: 1 / 0
    for _ in range(100):
        Odd()
        warnings.warn("<script>" * 100, stacklevel=1)
    return (pred - target).mean()
