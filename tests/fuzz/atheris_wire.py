"""A target for atheris, which is no dependency: coverage-guided bytes into the wire decoder and the notebook reader.

pip install atheris; python tests/fuzz/atheris_wire.py -max_total_time=60 [corpus folder]
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["grader"]):
    from grader import submission, wire
    from grader.errors import Mistake, WireError
    from grader.model import Array, Loaded, Observation, Request, Tensor
    from grader.sandbox.plausible import plausible

FOLDER = Path(tempfile.mkdtemp(prefix="grader-fuzz-"))
atexit.register(shutil.rmtree, FOLDER)
SEED = wire.encode(Observation(values=(Tensor(array=Array("float32", (2,), bytes(8))),)))


def one(data: bytes) -> None:
    """Whatever is not one of the two errors is a fault."""
    which, rest = data[:1], data[1:]
    if which < b"\x80":
        for kind in (Observation, Loaded, Request):
            with contextlib.suppress(WireError):
                value = wire.decode(rest, kind)
                if isinstance(value, Observation):
                    plausible(value)
        pieces = iter([rest, b""])
        with contextlib.suppress(WireError, EOFError):
            wire.read_frame(lambda count: next(pieces, b"")[:count], 1 << 16)
    else:
        path = FOLDER / ("x.ipynb" if which < b"\xc0" else "x.py")
        path.write_bytes(rest)
        with contextlib.suppress(Mistake):
            submission.read(path)


if __name__ == "__main__":
    (FOLDER / "corpus").mkdir()
    (FOLDER / "corpus" / "reply").write_bytes(b"\0" + SEED)
    (FOLDER / "corpus" / "frame").write_bytes(b"\0" + wire.HEAD.pack(wire.MAGIC, len(SEED), bytes(16)) + SEED)
    atheris.Setup([*sys.argv, str(FOLDER / "corpus")], one)
    atheris.Fuzz()
