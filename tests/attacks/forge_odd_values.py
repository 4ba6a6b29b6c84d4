# attack: replies with numbers, names and shapes that no worker writes | must: refused|timed_out|crashed
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



from grader.model import Array, Claims, Frame, Gradient, Mapping, Number, Observation, Raised, Sequence, Tensor

COUNT = [0]


def mse_loss(pred, target):
    to, nonce = channel()
    COUNT[0] += 1
    odd = [
        Observation(values=(Number(type="float", text="nonsense" * 1000), Number(type="\x1b[31m", text="9" * 5000))),
        Observation(values=(Tensor(array=Array("bool", (3,), b"\x07\xff\x00"), device="\x1b[31m<b>", shares=("x",) * 99),)),
        Observation(
            values=(Tensor(array=Array("float32", (0, 1 << 39), b"")), Tensor(array=Array("int8", (1,) * 64, b"x"))),
            gradients=((Gradient(slot="pred", array=Array("bool", (), b"\x09")),) * 3,) * 5,
            buffers=(("x", Array("uint8", (1,), b"x")),) * 2,
            raised=None,
            claims=Claims(operators=(("aten.mse", -(10**18)),), peak_bytes=-1, used=("\x1b[31m",)),
        ),
        Observation(raised=Raised(type="", message="\x1b[31m", frames=(Frame(cell=-7, line=-(10**15), function="<b>"),))),
        Observation(values=(Mapping(type="dict", items=(("a", Number(type="int", text="")),) * 2),)),
        Observation(values=(Sequence(type="\u202e", items=()),), printed="9" * 10_000, backward=Raised(type="x")),
    ]
    to.send(nonce, odd[COUNT[0] % len(odd)])
    while True:
        pass
