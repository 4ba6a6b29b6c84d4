"""The words an exercise file is written in.

Nothing here raises on a bad declaration: faults are gathered, so that an author is told all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, overload

from jaxtyping import AbstractDtype, Bool, Float, Int

from grader.model import Case, Described, Fault, Limits, Scalar, pairs

__all__ = ["Bool", "Float", "Int"]

F = TypeVar("F", bound=Callable[..., Any])
FLOATS = ["float16", "bfloat16", "float32", "float64"]


class Binary(AbstractDtype):  # type: ignore[misc]
    """A floating-point tensor of zeros and ones."""

    dtypes = FLOATS


class Probs(AbstractDtype):  # type: ignore[misc]
    """Rows of probabilities: the last axis sums to 1."""

    dtypes = FLOATS


class LogProbs(AbstractDtype):  # type: ignore[misc]
    """Rows of log-probabilities: the exponentials of the last axis sum to 1."""

    dtypes = FLOATS


class Range:
    """Drawn from [`low`, `high`); a bound may be an axis's name."""

    def __init__(self, low: float | str, high: float | str) -> None:
        self.low, self.high = low, high


class Mixed:
    """A share of the drawn values is replaced by `value`, a number or the name of a scalar parameter."""

    def __init__(self, value: float | str, share: float) -> None:
        self.value, self.share = value, share


def below(high: int | str) -> Range:
    """Integers from 0 to `high` - 1: `Annotated[Int[Tensor, "batch"], below("classes")]`."""
    return Range(0, high)


def between(low: float | str, high: float | str) -> Range:
    """Values from `low` (included) to `high` (excluded)."""
    return Range(low, high)


def mixed(value: float | str, *, share: float = 0.25) -> Mixed:
    """Replace a share of the values, as with `ignore_index` among targets."""
    return Mixed(value, share)


def case(  # noqa: PLR0913 - an author names what a case changes, always by keyword
    name: str,
    why: str = "",
    *,
    criterion: str = "correctness",
    weight: float = 1.0,
    std: Mapping[str, float] | None = None,
    fill: Mapping[str, str] | None = None,
    share: Mapping[str, float] | None = None,
    args: Mapping[str, Scalar] | None = None,
    omit: Iterable[str] = (),
    dtype: str = "float32",
    layout: str = "contiguous",
    by_keyword: bool = False,
    gradients: Iterable[str] | None = None,
    training: bool = True,
    check: Mapping[str, Callable[..., Any]] | None = None,
    hidden: bool = False,
    **sizes: int,
) -> Case:
    """Declare one call of the student's function with drawn inputs.

    `sizes` set axes (`batch=16`); axes not named get sizes that differ from each other. `std` scales a float
    parameter's normal draw; `fill` replaces the draw: "zeros", "ones", "ties", "saturated", "near_equal",
    "extreme", or "same:other" for a copy of another parameter. `share` sets how much of a `mixed` parameter is
    replaced. `args` sets scalar parameters. `gradients` overrides the exercise's list; [] asks for none.
    `check` maps "output" or "output.name" to a predicate of the exercise file, used in place of the reference.
    A `hidden` case counts when an instructor grades; students read its name alone, and their bundle leaves it out.
    """
    return Case(
        name=name,
        why=why,
        criterion=criterion,
        weight=weight,
        sizes=pairs(sizes),
        std=pairs(dict(std or {})),
        fill=pairs(dict(fill or {})),
        share=pairs(dict(share or {})),
        args=pairs(dict(args or {})),
        omit=tuple(omit),
        dtype=dtype,
        layout=layout,
        by_keyword=by_keyword,
        gradients=None if gradients is None else tuple(gradients),
        training=training,
        hidden=hidden,
        checks=tuple((slot, predicate.__name__) for slot, predicate in (check or {}).items()),
    )


class Declared:
    """A stub with its cases. A worker finds it in the exercise file's namespace and asks it to describe itself."""

    def __init__(self, stub: Any, cases: tuple[Case, ...], options: dict[str, Any]) -> None:
        self.stub, self.cases, self.options = stub, cases, options
        self.scenarios: dict[str, Callable[..., Any]] = {}
        self.faults: list[Fault] = []

    def scenario(
        self,
        name: str,
        why: str = "",
        *,
        points: float = 1.0,
        check: Mapping[str, Callable[..., Any]] | None = None,
        hidden: bool = False,
    ) -> Callable[[F], F]:
        """Add a case that is a function `(student, draw) -> observe(...)`; `points` is its weight, `hidden` as in `case`."""

        def add(function: F) -> F:
            self.scenarios[function.__name__] = function
            checks = tuple((slot, predicate.__name__) for slot, predicate in (check or {}).items())
            added = Case(name=name, why=why, weight=points, hidden=hidden, scenario=function.__name__, checks=checks)
            self.cases = (*self.cases, added)
            return function

        return add

    def __grader_describe__(self, source: str, path: str, lesson: str) -> Described:
        """Return the exercise, or every fault in it, as a value."""
        from grader.spec.describe import describe  # noqa: PLC0415 - only the worker that describes needs it

        return describe(self, source, path, lesson)


def exercise(  # noqa: PLR0913 - an author names each wish, always by keyword
    *cases: Case,
    points: float = 10.0,
    gradients: Iterable[str] = (),
    detached: Iterable[str] = (),
    forbid: Iterable[str] = (),
    require: Iterable[str] = (),
    second_order: Iterable[str] = (),
    fresh: bool = False,
    state_dict: bool = False,
    vectorised: bool = False,
    max_memory: float | None = None,
    max_flops: float | None = None,
    outputs: Iterable[str] = (),
    prints: bool = False,
    init: Mapping[str, Scalar] | None = None,
    tolerance: tuple[float, float] | None = None,
    limits: Limits | None = None,
    notebook: str = "run",
    trains: bool = False,
    hints: Iterable[str] = (),
    starter: str = "",
    without: Mapping[str, str] | None = None,
) -> Callable[[Any], Declared]:
    """Declare the decorated stub as an exercise; its file's docstring is the statement.

    `gradients` names the parameters whose gradient is compared, `detached` those that must get none. `outputs` names
    the variables of a script cell, whose printed numbers are compared too if `prints`. `init` are arguments for an
    `nn.Module` stub's constructor. `forbid` and `require` are qualified names
    ("torch.nn.functional.cross_entropy"), modules, or "loop". `tolerance` is (rtol, atol), instead of the derived one.
    `second_order` names parameters whose second derivative is compared too; `fresh` asks for results that share no
    memory with an input; `vectorised` for as many operators whatever the size of the result's first axis;
    `max_memory` and `max_flops` bound bytes made and floating-point operations, as multiples of the reference's.
    `state_dict` asks a module for the reference's names of parameters and buffers, with the same shapes, and for the same
    first values where the reference's are all one number.
    `without` switches standard companion cases off: {"bfloat16": "the reason"}.
    """
    lists = {"gradients": gradients, "detached": detached, "forbid": forbid, "require": require, "outputs": outputs}
    lists |= {"second_order": second_order, "hints": hints}
    options = {
        **{name: tuple(values) for name, values in lists.items()},
        "points": points,
        "fresh": fresh,
        "state_dict": state_dict,
        "vectorised": vectorised,
        "max_memory": max_memory,
        "max_flops": max_flops,
        "prints": prints,
        "init": pairs(dict(init or {})),
        "tolerance": tolerance,
        "limits": limits or Limits(),
        "notebook": notebook,
        "trains": trains,
        "starter": starter,
        "companions_off": pairs(dict(without or {})),
    }
    return lambda stub: Declared(stub, cases, options)


@overload
def misconception(function: F) -> F: ...


@overload
def misconception(*, equal_to: str) -> Callable[[F], F]: ...


def misconception(function: F | None = None, *, equal_to: str = "") -> F | Callable[[F], F]:  # noqa: ARG001 - read from the source
    """Mark a function or class of a reference file as a known mistake; its docstring is told to who makes it.

    `equal_to` names another one that behaves the same on every input; `grade verify` then expects no case to part them.
    """
    return function if function is not None else lambda marked: marked


def observe(**slots: Any) -> dict[str, Any]:
    """Name what a scenario observed; each slot is compared with the reference's."""
    return slots
