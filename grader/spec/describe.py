"""From a declared stub to an `Exercise`: annotations become parameters, and every fault is told with its cure."""

from __future__ import annotations

import ast
import hashlib
import inspect
import types
import typing
from pathlib import PurePath
from typing import Any

from jaxtyping import AbstractArray, AbstractDtype

from grader.model import Case, Described, Exercise, Fault, Form, Kind, Param, Tolerance
from grader.spec.companions import COMPANIONS, companions
from grader.spec.starter import starter_source
from grader.spec.vocabulary import Binary, Bool, Declared, Float, Int, LogProbs, Mixed, Probs, Range

KINDS: dict[type[AbstractDtype], Kind] = {
    Float: Kind.FLOAT,
    Int: Kind.INT,
    Binary: Kind.BINARY,
    Bool: Kind.BOOL,
    Probs: Kind.PROBS,
    LogProbs: Kind.LOG_PROBS,
}
FILLS = {"zeros", "ones", "ties", "saturated", "near_equal", "extreme", "one_hot"}
LAYOUTS = {"contiguous", "strided", "transposed", "expanded"}
DTYPES = {"float32", "float64", "bfloat16", "float16"}


class Faults:
    """Gathers what is wrong with one file."""

    def __init__(self, path: str, line: int) -> None:
        self.path, self.line = path, line
        self.found: list[Fault] = []

    def add(self, where: str, problem: str, cure: str) -> None:
        """Note a fault at the stub's line."""
        self.found.append(Fault(place=f"{self.path}:{self.line}, {where}", problem=problem, cure=cure))


def describe(declared: Declared, source: str, path: str, lesson: str) -> Described:
    """Return the exercise that a file declares, or all the faults in it."""
    stub, options = declared.stub, declared.options
    entry = getattr(stub, "__name__", "?")
    faults = Faults(path, _line_of(source, entry))
    form = _form(stub, options)
    params = _params(stub, form, faults, drawn=any(case.scenario is None for case in declared.cases))
    _check_name(entry, path, faults)
    _check_cases(declared.cases, params, faults)
    _check_functions(declared.cases, source, faults)
    _check_options(options, params, faults)
    title, statement = _statement(source, faults)
    if faults.found:
        return Described(faults=tuple(faults.found))
    tolerance = options["tolerance"]
    exercise = Exercise(
        id=entry,
        lesson=lesson,
        title=title,
        statement=statement,
        form=form,
        params=params,
        result=_result_axes(stub, form),
        cases=(
            *declared.cases,
            *companions(
                form,
                params,
                declared.cases,
                options["companions_off"],
                result=_result_axes(stub, form) or (),
                sized=_sized(options),
            ),
        ),
        tolerance=None if tolerance is None else Tolerance(rtol=tolerance[0], atol=tolerance[1]),
        starter=options["starter"] or starter_source(source, entry),
        source=source,
        digest=hashlib.sha256(source.encode()).hexdigest(),
        **{name: options[name] for name in PASSED_ON},
    )
    return Described(exercise=exercise)


PASSED_ON = (
    "outputs", "prints", "gradients", "detached", "points", "forbid", "require", "limits", "notebook", "trains",
    "hints", "init", "companions_off", "state_dict", "second_order", "fresh", "vectorised", "max_memory", "max_flops",
)  # fmt: skip


def _sized(options: dict[str, Any]) -> bool:
    """Tell whether an exercise bounds what a call may cost, which is seen at two sizes."""
    return bool(options["vectorised"] or options["max_memory"] or options["max_flops"])


def _line_of(source: str, entry: str) -> int:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == entry:
            return node.lineno
    return 1


def _form(stub: Any, options: dict[str, Any]) -> Form:
    if options["outputs"]:
        return Form.SCRIPT
    return Form.MODULE if isinstance(stub, type) else Form.FUNCTION


def _statement(source: str, faults: Faults) -> tuple[str, str]:
    text = ast.get_docstring(ast.parse(source)) or ""
    title, _, statement = text.partition("\n")
    if not statement.strip():
        faults.add("docstring", "the file has no statement", "Begin the file with a docstring: a title, then the text.")
    return title.strip().rstrip("."), statement.strip()


def _check_name(entry: str, path: str, faults: Faults) -> None:
    if PurePath(path).stem != entry:
        faults.add("stub", f"the stub is called {entry}", f"Give the file and the stub one name: {entry}.py.")


def _signature(stub: Any, form: Form) -> inspect.Signature:
    function = stub.forward if form is Form.MODULE else stub
    return inspect.signature(function, eval_str=True)


def _params(stub: Any, form: Form, faults: Faults, *, drawn: bool) -> tuple[Param, ...]:
    """Return the parameters; where scenarios alone make the inputs, those that could not be drawn are left out."""
    try:
        signature = _signature(stub, form)
    except (AttributeError, NameError, TypeError, ValueError) as error:
        cure = "An nn.Module stub needs a `forward`; every annotation must name something imported."
        faults.add("signature", f"the signature cannot be read: {error}", cure)
        return ()
    params = []
    for parameter in list(signature.parameters.values())[1 if form is Form.MODULE else 0 :]:
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            continue
        own = Faults(faults.path, faults.line)
        param = _param(parameter, own)
        if drawn:
            faults.found += own.found
        if drawn or not own.found:
            params.append(param)
    return tuple(params)


def _param(parameter: inspect.Parameter, faults: Faults) -> Param:
    required = parameter.default is parameter.empty
    annotation, extras = _unwrap(parameter.annotation)
    if not _is_tensor(annotation):
        return _scalar(parameter, annotation, required, faults)
    kind = KINDS.get(annotation.dtype)
    axes = tuple(annotation.dim_str.split())
    where = f"parameter {parameter.name}"
    if kind is None:
        faults.add(
            where, f"{annotation.dtype.__name__} cannot be drawn", f"Use one of {', '.join(sorted(KINDS.values()))}."
        )
    for axis in axes:
        if not (axis.isidentifier() or axis.isdigit()):
            faults.add(
                where, f"the axis {axis!r} cannot be drawn", "Name each axis with a word, or a number for a fixed size."
            )
    spread = next((extra for extra in extras if isinstance(extra, Range)), None)
    mix = next((extra for extra in extras if isinstance(extra, Mixed)), None)
    if kind is Kind.INT and spread is None:
        faults.add(where, "integers need a range", 'Write Annotated[Int[Tensor, "batch"], below("classes")].')
    return Param(
        name=parameter.name,
        kind=kind or Kind.FLOAT,
        axes=axes,
        low=spread.low if spread else 0,
        high=spread.high if spread else None,
        mix=mix.value if mix else None,
        mix_share=mix.share if mix else 0.25,
        required=required,
        annotation=f'{annotation.dtype.__name__}[Tensor, "{annotation.dim_str}"]',
    )


def _is_tensor(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, AbstractArray)


def _unwrap(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Take Optional and Annotated off; return the tensor type, or whatever is there, and the extras."""
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        inner = [argument for argument in typing.get_args(annotation) if argument is not type(None)]
        return _unwrap(inner[0]) if len(inner) == 1 else (annotation, ())
    if typing.get_origin(annotation) is typing.Annotated:
        first, *extras = typing.get_args(annotation)
        core, more = _unwrap(first)
        return core, (*extras, *more)
    return annotation, ()


def _scalar(parameter: inspect.Parameter, annotation: Any, required: bool, faults: Faults) -> Param:
    default = None if required else parameter.default
    drawable = annotation in {bool, int, float, str} and isinstance(default, bool | int | float | str | None)
    if not drawable:
        cure = 'Annotate tensors as Float[Tensor, "batch"], and plain values as bool, int, float or str.'
        faults.add(f"parameter {parameter.name}", f"{annotation!r} cannot be drawn", cure)
    name = getattr(annotation, "__name__", str(annotation))
    return Param(
        name=parameter.name, kind=Kind.SCALAR, default=default, required=required and drawable, annotation=name
    )


def _result_axes(stub: Any, form: Form) -> tuple[str, ...] | None:
    annotation, _ = _unwrap(_signature(stub, form).return_annotation)
    if _is_tensor(annotation):
        return tuple(annotation.dim_str.split())
    return None


def _check_cases(cases: tuple[Case, ...], params: tuple[Param, ...], faults: Faults) -> None:
    if not cases:
        faults.add("cases", "there is no case", 'Give at least one: case("a typical batch", batch=16).')
    elif all(case.hidden for case in cases):
        faults.add("cases", "every case is hidden", "Leave at least one in sight: students learn from it.")
    names = [case.name for case in cases]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"case {name!r}", "two cases have this name", "Give each case a name of its own.")
    axes = {str(axis) for param in params for axis in (*param.axes, param.low, param.high)}
    drawn = {param.name for param in params if param.kind is not Kind.SCALAR}
    plain = {param.name for param in params if param.kind is Kind.SCALAR}
    for case in cases:
        if case.scenario is None:
            _check_case(case, axes, drawn, plain, faults)
            _check_required(case, params, faults)


def _check_case(case: Case, axes: set[str], drawn: set[str], plain: set[str], faults: Faults) -> None:
    where = f"case {case.name!r}"
    unknown = {
        "an axis": ({name for name, _ in case.sizes}, axes),
        "a tensor parameter": ({name for name, _ in (*case.std, *case.fill, *case.share)} | set(case.omit), drawn),
        "a plain parameter": ({name for name, _ in case.args}, plain),
        "a fill": ({fill for _, fill in case.fill if not fill.startswith("same:")}, FILLS),
        "a layout": ({case.layout}, LAYOUTS),
        "a dtype": ({case.dtype}, DTYPES),
    }
    for what, (used, allowed) in unknown.items():
        for name in sorted(used - allowed):
            choices = ", ".join(sorted(axis for axis in allowed if axis != "None")) or "none"
            faults.add(where, f"{name!r} is not {what}", f"Choose among: {choices}.")
    for name, fill in case.fill:
        if fill.startswith("same:") and fill.removeprefix("same:") not in drawn - {name}:
            faults.add(where, f"{name} cannot be filled with {fill!r}", "Name a tensor parameter that comes before it.")
    for name, size in case.sizes:
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= 1 << 20:
            faults.add(where, f"the size {name}={size!r}", "A size is a whole number from 0 to 1,048,576.")


def _check_functions(cases: tuple[Case, ...], source: str, faults: Faults) -> None:
    """Scenarios and predicates are found by name, in another process: each must be a function of the file."""
    names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    scenarios = [case.scenario for case in cases if case.scenario is not None]
    for name in sorted({name for name in scenarios if scenarios.count(name) > 1 or names.count(name) != 1}):
        cure = "Give each scenario a function of its own, with a name of its own, at the top level of the file."
        faults.add(f"scenario {name}", "it is not the one function of this name", cure)
    for case in cases:
        for slot, predicate in case.checks:
            if predicate not in names:
                cure = "Name a function that the file defines with `def` at its top level."
                faults.add(f"case {case.name!r}", f"the check of {slot!r}, {predicate}, cannot be found", cure)


def _check_required(case: Case, params: tuple[Param, ...], faults: Faults) -> None:
    given = {name for name, _ in case.args}
    for param in params:
        if param.kind is Kind.SCALAR and param.required and param.name not in given:
            faults.add(f"case {case.name!r}", f"{param.name} has no value", f"Add args={{{param.name!r}: ...}}.")


def _check_options(options: dict[str, Any], params: tuple[Param, ...], faults: Faults) -> None:
    floats = {param.name for param in params if param.kind in {Kind.FLOAT, Kind.PROBS, Kind.LOG_PROBS}}
    for option in ("gradients", "detached", "second_order"):
        for name in options[option]:
            if name not in floats:
                choices = ", ".join(sorted(floats)) or "none"
                faults.add(option, f"{name!r} is not a float parameter", f"Choose among: {choices}.")
    for name, reason in options["companions_off"]:
        if name not in COMPANIONS:
            faults.add("without", f"{name!r} is no standard case", f"Choose among: {', '.join(COMPANIONS)}.")
        if not reason:
            faults.add("without", f"{name!r} is switched off without a reason", "Say why, for who reads this next.")
    if options["notebook"] not in {"run", "definitions"}:
        faults.add("notebook", f"{options['notebook']!r} is unknown", 'Write "run" or "definitions".')
    if not _is_number(options["points"]) or not options["points"] > 0:
        faults.add("points", f"{options['points']!r} points", "Give a number above 0.")
    tolerance = options["tolerance"]
    if tolerance is not None and not (
        isinstance(tolerance, tuple) and len(tolerance) == 2 and all(_is_number(x) and x >= 0 for x in tolerance)
    ):
        faults.add("tolerance", f"{tolerance!r}", "Give both numbers, (rtol, atol), or neither.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
