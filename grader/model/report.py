"""What is concluded, and told."""

from __future__ import annotations

from enum import StrEnum

from grader.model.base import Array, Pairs, Value
from grader.model.observed import Raised, Status

PREVIEW = 1024
"""At most so many elements of an array go into a report."""


class Aspect(StrEnum):
    """In what respect two observations differ, the most fundamental first."""

    EXCEPTION = "exception"
    STRUCTURE = "structure"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    DEVICE = "device"
    REQUIRES_GRAD = "requires_grad"
    VALUE = "value"
    GRADIENT = "gradient"
    BUFFER = "buffer"
    PRINTED = "printed"
    PREDICATE = "predicate"
    RULE = "rule"
    SIDE_EFFECT = "side_effect"
    COST = "cost"


class Difference(Value, frozen=True, kw_only=True):
    """One respect in which got is not expected. For attributes `got` and `expected` are tokens such as "(4, 7)".

    For values: `index` of the worst element, its two values, how many of `total` elements are outside `allowed`, and
    both arrays when they are small enough to be shown. Non-finite numbers are strings: "nan", "inf", "-inf".
    """

    slot: str
    aspect: Aspect
    got: str = ""
    expected: str = ""
    index: tuple[int, ...] | None = None
    got_value: float | str | None = None
    expected_value: float | str | None = None
    error: float | str | None = None
    allowed: float | str | None = None
    differing: int = 0
    total: int = 0
    call: int = 0
    got_array: Array | None = None
    expected_array: Array | None = None


VAGUE = 90
"""Findings from this rank on say only that something differs; they lead where nothing else does."""


class Finding(Value, frozen=True, kw_only=True):
    """What a rule recognised: the rule's id, where it looked, and the numbers its sentence needs.

    `rank` orders findings, the most fundamental (smallest) first; `line` and `cell` point into the student's source.
    """

    rule: str
    rank: int
    slot: str = ""
    facts: Pairs = ()
    cell: int | None = None
    line: int | None = None


class RuleText(Value, frozen=True, kw_only=True):
    """The words of a rule; `message` is a format string over a finding's facts. All Markdown."""

    id: str
    title: str
    message: str
    why: str
    mend: str
    example: str = ""


class Evidence(Value, frozen=True, kw_only=True):
    """All that was measured of one case."""

    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    raised: Raised | None = None
    output: str = ""
    detail: str = ""


class Outcome(StrEnum):
    """What a student is told of a case or an exercise."""

    PASSED = "passed"
    WRONG = "wrong"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    REFUSED = "refused"
    NOT_ATTEMPTED = "not_attempted"
    UNGRADED = "ungraded"


class Shown(Value, frozen=True, kw_only=True):
    """An input or output as a report shows it; the array is cut to `PREVIEW` elements, `shape` is the whole one."""

    name: str
    text: str = ""
    dtype: str = ""
    shape: tuple[int, ...] = ()
    axes: tuple[str, ...] = ()
    array: Array | None = None


class Verdict(Value, frozen=True, kw_only=True):
    """The outcome of one case and what it rests on; of a `hidden` case the name, the outcome and the points alone."""

    case: str
    why: str = ""
    criterion: str = "correctness"
    outcome: Outcome
    points: float
    max_points: float
    hidden: bool = False
    summary: str = ""
    inputs: tuple[Shown, ...] = ()
    got: tuple[Shown, ...] = ()
    expected: tuple[Shown, ...] = ()
    evidence: Evidence = Evidence()


class Excerpt(Value, frozen=True, kw_only=True):
    """The student's source of one exercise: `line` is the number of its first line in its cell or file."""

    where: str
    line: int
    source: str
    marked: tuple[int, ...] = ()


class Footprint(Value, frozen=True, kw_only=True):
    """What was wrong in all cases together, so that equal mistakes can be found; see `grader.footprint`.

    `kind` names all that must be equal; `sums` (n,) are numbers drawn from the answers, and `slack` (n,) is how far
    rounding may move each.
    """

    kind: str
    sums: Array
    slack: Array


class Result(Value, frozen=True, kw_only=True):
    """One exercise of one submission. `lead` is what the student is told first."""

    exercise: str
    title: str
    outcome: Outcome
    points: float
    max_points: float
    verdicts: tuple[Verdict, ...]
    lead: Finding | None = None
    excerpt: Excerpt | None = None
    statement: str = ""
    hints: tuple[str, ...] = ()
    footprint: Footprint | None = None


class CellNote(Value, frozen=True, kw_only=True):
    """A cell or file that did not run to its end, as a report tells it; `excerpt` is the source around its `line`."""

    where: str
    status: Status
    raised: Raised | None = None
    line: int | None = None
    output: str = ""
    excerpt: Excerpt | None = None


class Report(Value, frozen=True, kw_only=True):
    """Everything that any reporter shows. Holds no time and no rendering: equal inputs give equal bytes."""

    schema_version: int = 1
    submission: str
    digest: str
    lesson: str
    results: tuple[Result, ...]
    points: float
    max_points: float
    cells: tuple[CellNote, ...] = ()
    texts: tuple[RuleText, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    layers: tuple[str, ...] = ()
