# attack: replies itself, with the nonce of the request | must: refused|timed_out|crashed
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



from grader.model import Array, Observation, Tensor


def mse_loss(pred, target):
    to, nonce = channel()
    zero = Tensor(array=Array("float32", (), bytes(4)), requires_grad=True)
    to.send(nonce, Observation(values=(zero,)))
    while True:
        pass
