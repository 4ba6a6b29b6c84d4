"""A step as an expression, in the words of the source that it is told to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.model import Step, Trace
from grader.trace.known import Known, Match, Numbers, makers

DEEP = 4
LONG = 90
MOST_OPERANDS = 6
MOST_AXES = 8
UNKNOWN = "..."
ASKED = "?"
INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "mm": "@", "bmm": "@", "mv": "@", "dot": "@", "gt": ">",
    "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!=", "bitwise_and": "&", "bitwise_or": "|", "logical_and": "&",
    "logical_or": "|",
}  # fmt: skip
PREFIX = {"neg": "-", "bitwise_not": "~", "logical_not": "~"}
SILENT = {
    "alias", "clone", "contiguous", "copy", "detach", "expand", "lift_fresh", "permute", "reshape", "squeeze", "t", "to",
    "transpose", "unsafe_view", "unsqueeze", "view",
}  # fmt: skip
"""What changes no number."""
PICKING = {
    "diagonal", "gather", "index", "index_select", "masked_select", "scatter", "select", "slice", "split", "take", "unbind",
}  # fmt: skip
"""What takes some of the numbers, or puts them elsewhere."""
ALONG = {
    "amax", "amin", "argmax", "argmin", "cumsum", "log_softmax", "logsumexp", "max", "mean", "min", "prod", "softmax", "std",
    "sum", "var",
}  # fmt: skip
"""What has its axis as the first argument that is no tensor."""
OTHER_NAMES = {"linalg_vector_norm": "norm", "constant_pad_nd": "pad"}
_ENDINGS = re.compile(r"_(forward|copy)$")
_AXES = re.compile(r"\[?(-?\d+(?:, -?\d+)*)\]?")
_SPARE = {"True", "False", "[]"}
_END = 1 << 62


@dataclass(frozen=True)
class Naming:
    """What each array of a trace is called: by a name that a reader knows, or by how it is made.

    Where it is a `hint`, not the solution, numbers and axes are left for the reader to find.
    """

    trace: Trace
    known: Known
    names: dict[int, str]
    hint: bool = False

    @staticmethod
    def own(trace: Trace, known: Known) -> Naming:
        """Return the naming of a submission's arrays, by its own variables; zeros may be those of several."""
        every: dict[int, list[str]] = {}
        for name, number in trace.names:
            every.setdefault(number, []).append(name)
        sure = {number: names[0] for number, names in every.items() if len(names) == 1 or number not in known.plain}
        return Naming(trace, known, sure)

    @staticmethod
    def of(trace: Trace, known: Known, own: Naming, met: Sequence[Match | None]) -> Naming:
        """Return the naming of the reference's arrays; those that a submission has too are called as in its `own`."""
        names = {
            number: _met(own, match)
            for number, match in enumerate(met)
            if match is not None and match.number not in own.known.plain
        }
        return Naming(trace, known, names, hint=True)

    @cached_property
    def made(self) -> dict[int, Step]:
        """The step that makes each array."""
        return {number: self.trace.steps[index] for number, index in makers(self.trace).items()}


def expression(naming: Naming, index: int) -> str:
    """Return a step as an expression of named arrays, and of as many steps before it as can be read."""
    texts = [_step(naming, naming.trace.steps[index], deep) for deep in range(DEEP, 0, -1)]
    return next((text for text in texts if len(text) <= LONG), texts[-1])


def _met(own: Naming, match: Match) -> str:
    called = _array(own, match.number, DEEP - 2)
    if match.sign:
        sign = "~" if own.trace.arrays[match.number].dtype == "bool" else match.sign
        called = f"{sign}{_within(called)}"
    return f"{_within(called)}[{UNKNOWN}]" if match.sliced else called


def _array(naming: Naming, number: int, deep: int, passed: frozenset[int] = frozenset()) -> str:
    if number in naming.names:
        return naming.names[number]
    step = naming.made.get(number)
    if step is not None and is_silent(step) and number not in passed:
        return _array(naming, step.inputs[-1 if _plain_name(step) == "copy" else 0], deep, passed | {number})
    if step is not None and deep:
        return _step(naming, step, deep - 1)
    text = _number(naming.known.arrays[number])
    return ASKED if text and naming.hint else text or UNKNOWN


def _number(values: Numbers) -> str:
    return f"{float(values.flat[0]):.4g}" if values.size and np.all(values == values.flat[0]) else ""


def is_picking(step: Step) -> bool:
    """Tell whether a step only takes some of the numbers that go in, or puts them elsewhere."""
    return _plain_name(step) in PICKING and bool(step.inputs)


def is_clear(text: str) -> bool:
    """Tell whether every operand in an expression has a name."""
    return re.search(r"(?<!\[)\.\.\.", text) is None


def is_silent(step: Step) -> bool:
    """Tell whether a step only lays numbers out otherwise."""
    return _plain_name(step) in SILENT and bool(step.inputs)


def _plain_name(step: Step) -> str:
    name = _ENDINGS.sub("", step.operation.strip("_"))
    return OTHER_NAMES.get(name, name)


def _step(naming: Naming, step: Step, deep: int) -> str:
    operation = _plain_name(step)
    operands = [_array(naming, number, deep) for number in step.inputs[:MOST_OPERANDS]]
    given = [each for each in step.options if each not in _SPARE and "=" not in each]
    options = [ASKED if naming.hint else _short(each) for each in given]
    if step.operation == "copy_":
        return " = ".join(operands)
    if operation == "rsub":
        return " - ".join(map(_within, [*options, *operands][:2]))
    if operation in {"slice", "select"} and operands and not naming.hint:
        return f"{_within(operands[0])}[{_part(operation, options)}]"
    if operation in {"index", "select", "slice", "split", "unbind"} and operands:
        return f"{_within(operands[0])}[{', '.join(operands[1:]) or UNKNOWN}]"
    if operation in INFIX and len(operands + options) >= 2:
        left, right = [*operands, *options][:2]
        return f"{_within(left)} {INFIX[operation]} {_within(right)}"
    if operation in PREFIX and operands:
        return f"{PREFIX[operation]}{_within(operands[0])}"
    return f"{operation}({', '.join([*operands, *_options(operation, options)])})"


def _part(operation: str, options: list[str]) -> str:
    """Return what is between the brackets of a slice along one axis: ":, 1:"."""
    axis, *bounds = [int(each) for each in options if re.fullmatch(r"-?\d{1,19}", each)] or [-1]
    if not 0 <= axis < MOST_AXES or not bounds:
        return UNKNOWN
    if operation == "select":
        return ", ".join([":"] * axis + [str(bounds[0])])
    texts = [str(each) if 0 != each < _END else "" for each in bounds[:2]] + [
        str(each) for each in bounds[2:] if each > 1
    ]
    return ", ".join([":"] * axis + [":".join(texts)])


def _options(operation: str, options: list[str]) -> list[str]:
    """Return what else a function is told, an axis by its name."""
    if not options or operation not in ALONG:
        return options
    if options[0] == ASKED:
        return [f"dim={ASKED}"]
    axes = _AXES.fullmatch(options[0])
    return options if axes is None else [f"dim=({axes[1]})" if "," in axes[1] else f"dim={axes[1]}"]


def _short(text: str) -> str:
    """Return a number in a few digits, anything else as it is."""
    try:
        return text if re.fullmatch(r"-?\d+", text) else f"{float(text):.4g}"
    except ValueError:
        return text


def _within(text: str) -> str:
    """Return an expression in brackets where it has parts of its own."""
    bare = text
    while (shorter := re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", bare)) != bare:
        bare = shorter
    return f"({text})" if " " in bare else text
