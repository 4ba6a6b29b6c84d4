# attack: replies to the loading of the file: no forbidden use, cells that do not exist | must: refused|wrong|crashed
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



from grader.model import CellResult, Definition, Facts, Loaded, Raised, Status

try:
    to, nonce = channel()
    facts = Facts(definitions=(Definition(name="mse_loss", cell=99, line=10**9, end_line=-5),))
    cells = (CellResult(cell=99, status=Status.BROKEN), CellResult(cell=0, status=Status.TIMED_OUT, raised=Raised(type="x")))
    to.send(nonce, Loaded(facts=facts, cells=cells))
except SystemExit:
    pass


def mse_loss(pred, target):
    import torch.nn.functional as F

    return F.mse_loss(pred, target)
