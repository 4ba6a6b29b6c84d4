"""The cases that every exercise gets without asking: inputs that bite.

An author switches one off by its key, with a reason: `without={"empty": "the mean over nothing has no agreed value"}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from grader.model import LARGE, SMALL, Case, Form, Kind, Pairs, Param, Scalar

SHARE = 0.5
"""All companions together weigh half as much as the author's own cases."""

ODD = (3, 11, 5, 13, 7, 17, 9, 19)

FLOATS = {Kind.FLOAT, Kind.PROBS, Kind.LOG_PROBS}


@dataclass(frozen=True)
class Shape:
    """What companions depend on. `axes` are the named axes in order of first mention.

    `rows` is the axis along which an answer's cost is watched: the result's first, or the first there is.
    """

    form: Form
    params: tuple[Param, ...]
    axes: tuple[str, ...]
    base: Case
    rows: str = ""

    def free_floats(self) -> list[str]:
        """Return the float parameters that are drawn from a normal distribution."""
        return [p.name for p in self.params if p.kind is Kind.FLOAT and p.high is None]

    def has_floats(self) -> bool:
        """Tell whether any parameter has a floating-point dtype."""
        return any(p.kind in FLOATS for p in self.params)


def companions(
    form: Form,
    params: tuple[Param, ...],
    cases: tuple[Case, ...],
    off: Pairs,
    *,
    result: tuple[str, ...] = (),
    sized: bool = False,
) -> tuple[Case, ...]:
    """Return the standard cases for a stub. Exercises made of scenarios alone have none.

    With `sized`, two more ask what a call costs, at two sizes of the first axis of the `result`, or else of the inputs.
    """
    own = [case for case in cases if case.scenario is None and not case.hidden]
    if not own or not any(param.axes for param in params):
        return ()
    axes = tuple(dict.fromkeys(axis for param in params for axis in param.axes if not axis.isdigit()))
    base = Case(name="", companion=True, args=_required_args(params, own[0]))
    rows = next((axis for axis in (*result, *axes) if axis in axes), "")
    shape = Shape(form, params, axes, base, rows)
    names = {case.name for case in cases}
    switched_off = {key for key, _ in off}
    found = [
        case
        for key, make in COMPANIONS.items()
        if key not in switched_off and (form is not Form.SCRIPT or key in FOR_SCRIPTS)
        for case in make(shape)
        if case.name not in names
    ]
    found += list(_costs(shape)) if sized else []
    weight = SHARE * sum(case.weight for case in cases) / max(len(found), 1)
    return tuple(replace(case, weight=weight) for case in found)


def _required_args(params: tuple[Param, ...], own: Case) -> Pairs:
    required = {param.name for param in params if param.kind is Kind.SCALAR and param.required}
    return tuple((name, value) for name, value in own.args if name in required)


def _one(shape: Shape) -> Iterator[Case]:
    if shape.axes:
        yield replace(shape.base, name="a batch of one", why="no axis may vanish", sizes=((shape.axes[0], 1),))


def _odd(shape: Shape) -> Iterator[Case]:
    sizes = tuple(zip(shape.axes, ODD, strict=False))
    yield replace(shape.base, name="odd sizes", why="every axis has a size of its own", sizes=sizes)


def _empty(shape: Shape) -> Iterator[Case]:
    if shape.axes:
        yield replace(shape.base, name="an empty batch", why="nothing in, nothing out", sizes=((shape.axes[0], 0),))


def _filled(name: str, why: str, fill: str) -> Callable[[Shape], Iterator[Case]]:
    def make(shape: Shape) -> Iterator[Case]:
        if shape.free_floats():
            fills = tuple((param, fill) for param in shape.free_floats())
            yield replace(shape.base, name=name, why=why, fill=fills, criterion="stability")

    return make


def _large(shape: Shape) -> Iterator[Case]:
    if shape.free_floats():
        std = tuple((param, 1000.0) for param in shape.free_floats())
        why = "nothing overflows, and no digit is lost"
        yield replace(shape.base, name="values in the thousands", why=why, std=std, criterion="stability")


def _laid_out(name: str, why: str, layout: str) -> Callable[[Shape], Iterator[Case]]:
    def make(shape: Shape) -> Iterator[Case]:
        if layout != "transposed" or any(len(param.axes) > 1 for param in shape.params):
            yield replace(shape.base, name=name, why=why, layout=layout)

    return make


def _in_dtype(name: str, why: str, dtype: str) -> Callable[[Shape], Iterator[Case]]:
    def make(shape: Shape) -> Iterator[Case]:
        if shape.has_floats():
            yield replace(shape.base, name=name, why=why, dtype=dtype)

    return make


def _keywords(shape: Shape) -> Iterator[Case]:
    yield replace(shape.base, name="called by name", why="the parameters keep their names", by_keyword=True)


def _scalars(shape: Shape) -> Iterator[Case]:
    plain = [param for param in shape.params if param.kind is Kind.SCALAR and not param.required]
    values = {param.name: other_value(param, shape.params) for param in plain}
    if plain and any(values[param.name] != param.default for param in plain):
        why = "every argument counts, given by position"
        args = (*shape.base.args, *values.items())
        yield replace(shape.base, name="other arguments", why=why, args=args, by_position=True)
        if shape.has_floats():
            why = "an argument keeps all its digits on the way"
            yield replace(shape.base, name="other arguments, in float64", why=why, args=args, dtype="float64")


def other_value(param: Param, params: tuple[Param, ...]) -> Scalar:
    """Return a value unlike a scalar's default; the default itself where none is known to be safe."""
    default = param.default
    if isinstance(default, bool):
        return not default
    if isinstance(default, float):
        return round(default / 2 + 0.35, 3) if 0 < default < 1 else round(1.5 * default + 0.25, 3)
    if isinstance(default, int) and any(other.mix == param.name for other in params):
        return -7 if default < 0 else int(default == 0) or default + 1  # what may be looked up must stay so
    return default


def _twice(shape: Shape) -> Iterator[Case]:
    why = "a second call with new values in the same memory gives a new answer"
    yield replace(shape.base, name="called twice", why=why, calls=2)


OTHERS = 16
"""The size of the other axes where costs are counted: large enough that needless copies along them show."""


def _costs(shape: Shape) -> Iterator[Case]:
    for name, size in ((SMALL, 4), (LARGE, 32)):
        if shape.rows:
            why = "what a call costs, counted"
            sizes = tuple((axis, size if axis == shape.rows else OTHERS) for axis in shape.axes)
            yield replace(shape.base, name=name, why=why, sizes=sizes, counted=True, criterion="efficiency")


def _evaluating(shape: Shape) -> Iterator[Case]:
    if shape.form is Form.MODULE:
        yield replace(shape.base, name="in eval mode", why="module.eval() is heeded", training=False)


def _optional(shape: Shape) -> Iterator[Case]:
    omitted = tuple(param.name for param in shape.params if param.axes and not param.required)
    if omitted:
        name = f"without {' and '.join(omitted)}"
        yield replace(shape.base, name=name, why="it is optional", omit=omitted)
        if shape.has_floats():
            why = "what stands in for it has the dtype of the inputs"
            yield replace(shape.base, name=f"{name}, in bfloat16", why=why, omit=omitted, dtype="bfloat16")


COMPANIONS: dict[str, Callable[[Shape], Iterator[Case]]] = {
    "one": _one,
    "odd": _odd,
    "empty": _empty,
    "large": _large,
    "saturated": _filled("far from zero", "where sigmoid and softmax round to 0 and 1", "saturated"),
    "near_equal": _filled("nearly equal values", "differences must not drown in rounding", "near_equal"),
    "ties": _filled("ties and zeros", "equal values and exact zeros", "ties"),
    "strided": _laid_out("a strided view", "memory need not be contiguous", "strided"),
    "transposed": _laid_out("a transposed view", "memory need not be contiguous", "transposed"),
    "expanded": _laid_out("an expanded view", "rows may share memory", "expanded"),
    "float64": _in_dtype("in float64", "the dtype of the inputs is kept", "float64"),
    "bfloat16": _in_dtype("in bfloat16", "the dtype of the inputs is kept", "bfloat16"),
    "keyword": _keywords,
    "scalars": _scalars,
    "twice": _twice,
    "eval": _evaluating,
    "optional": _optional,
}
"""What an author may switch off, by key."""

FOR_SCRIPTS = {"one", "odd", "large", "saturated", "near_equal", "ties"}
