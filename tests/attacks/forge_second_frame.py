# attack: replies twice | must: crashed|refused|wrong
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



from grader.model import Observation


def mse_loss(pred, target):
    to, nonce = channel()
    to.send(nonce, Observation())
    return ((pred - target) ** 2).mean()
