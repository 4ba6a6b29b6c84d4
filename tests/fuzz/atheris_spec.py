"""A target for atheris, which is no dependency: exercise files whose declarations hold other values than their authors meant.

pip install atheris; python tests/fuzz/atheris_spec.py -max_total_time=60. Only literals are replaced, never code: what
is run is what the course's own files run.
"""

from __future__ import annotations

import ast
import contextlib
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: F401, E402 - not to be instrumented

with atheris.instrument_imports(include=["grader.spec", "grader.model", "grader.wire", "grader.worker.serve"]):
    from grader import wire
    from grader.errors import WireError
    from grader.model import Describe, Described
    from grader.worker.serve import Session, _reply

PATHS = sorted((ROOT / "exercises" / "losses").glob("*.py"))
TREES = [(path, path.read_text(encoding="utf-8")) for path in PATHS]


def other(data: atheris.FuzzedDataProvider) -> object:
    """Return a value that may stand in a declaration."""
    kind = data.ConsumeIntInRange(0, 6)
    if kind == 0:
        return data.ConsumeUnicodeNoSurrogates(20)
    if kind == 1:
        return data.ConsumeInt(8)
    if kind == 2:
        return data.ConsumeFloat()
    return (None, True, ..., b"")[kind - 3]


def one(given: bytes) -> None:
    """A declaration is an exercise or its faults; whatever is raised is a fault of ours. So is a reply that cannot be read."""
    data = atheris.FuzzedDataProvider(given)
    path, source = TREES[data.ConsumeIntInRange(0, len(TREES) - 1)]
    tree = ast.parse(source)
    decorators = [each for node in tree.body for each in getattr(node, "decorator_list", [])]
    literals = [node for each in decorators for node in ast.walk(each) if isinstance(node, ast.Constant | ast.keyword)]
    for _ in range(data.ConsumeIntInRange(1, 3)):
        node = literals[data.ConsumeIntInRange(0, len(literals) - 1)]
        if isinstance(node, ast.Constant):
            node.value = other(data)
        elif node.arg is not None:
            node.arg = literals[data.ConsumeIntInRange(0, len(literals) - 1)].__dict__.get("arg") or node.arg
    with contextlib.suppress(RecursionError, ValueError):
        text = ast.unparse(tree)
        reply = _reply(Describe(source=text, path=path.name, lesson="losses"), Session())
        assert isinstance(reply, Described)
        assert reply.exercise is not None or reply.faults
    with contextlib.suppress(WireError):
        wire.decode(given, Described)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
