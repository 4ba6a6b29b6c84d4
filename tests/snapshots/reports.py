"""Reports built by hand: every outcome, every aspect, arrays of every rank, and strings that mean harm."""

from __future__ import annotations

import math
import struct

from grader.model import (
    VAGUE,
    Array,
    Aspect,
    CellNote,
    Difference,
    Evidence,
    Excerpt,
    Finding,
    Frame,
    Outcome,
    Raised,
    Report,
    Result,
    RuleText,
    Shown,
    Status,
    Verdict,
)
from grader.report.flat import flat, printable

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ANSI = "\x1b[31mred\x1b[0m \x1b]0;title\x07\x9b1mbold"
BIDI = "abc\u202edef\u2066ghi\u200b"
MARKUP = "[bold red]loud[/] [link=https://evil.example]x[/link]"
FORMULA = "=cmd|' /C calc'!A0"
TEMPLATE = "{0.__class__} {{ 7*7 }} {% raw %}"
HOSTILE = f"{HTML} {ANSI} {BIDI} {MARKUP} {FORMULA} {TEMPLATE} \ud800 \ue0000\ue001"
NAN, INF = math.nan, math.inf


def floats(shape: tuple[int, ...], values: list[float], dtype: str = "float32") -> Array:
    code = {"float16": "e", "float32": "f", "float64": "d", "int64": "q", "int32": "i", "bool": "?", "uint8": "B"}[
        dtype
    ]
    return Array(dtype, shape, struct.pack(f"<{len(values)}{code}", *values))


def wave(shape: tuple[int, ...], phase: float = 0.0, scale: float = 1.0) -> Array:
    """Numbers that look like some, without a random generator."""
    return floats(shape, [scale * math.sin(1.7 * i + phase) for i in range(math.prod(shape))])


def softmax_rows(rows: int, columns: int, *, wrong: bool) -> Array:
    logits = [[math.sin(1.7 * (r * columns + c)) * 2 for c in range(columns)] for r in range(rows)]
    powers = [[math.exp(x) for x in row] for row in logits]
    by_row = [sum(row) for row in powers]
    by_column = [sum(row[c] for row in powers) for c in range(columns)]
    flat = [powers[r][c] / (by_column[c] if wrong else by_row[r]) for r in range(rows) for c in range(columns)]
    return floats((rows, columns), flat)


def shown(name: str, array: Array, axes: tuple[str, ...] = (), text: str = "") -> Shown:
    return Shown(name=name, text=text, dtype=array.dtype, shape=array.shape, axes=axes, array=array)


def values(slot: str, got: Array, expected: Array, aspect: Aspect = Aspect.VALUE) -> Difference:
    """A difference in values; the worst element is the first with the largest error, or that is not finite."""
    errors = [abs(a - b) for a, b in zip(flat(got), flat(expected), strict=True)]
    position = max(range(len(errors)), key=lambda i: errors[i] if math.isfinite(errors[i]) else INF)
    one, other = flat(got)[position], flat(expected)[position]
    wrong = sum(not error <= 1e-6 for error in errors)
    index, left = (), position
    for size in reversed(got.shape):
        index, left = (left % size, *index), left // size
    return Difference(
        slot=slot, aspect=aspect, index=index, got_value=printable(one), expected_value=printable(other),
        error=printable(abs(one - other)), allowed=1.2e-06, differing=wrong, total=math.prod(got.shape),
        got_array=got, expected_array=expected,
    )  # fmt: skip


def verdict(
    case: str, outcome: Outcome = Outcome.PASSED, points: float = 0.0, most: float = 2.0, **more: object
) -> Verdict:
    earned = most if outcome is Outcome.PASSED else points
    return Verdict(case=case, outcome=outcome, points=earned, max_points=most, **more)  # type: ignore[arg-type]


AXIS = RuleText(
    id="value.wrong-axis",
    title="The wrong axis",
    message="each column sums to 1; each **row** should. You normalise over axis `{got_axis}`.",
    why="A softmax turns each example's scores into probabilities, $p_{{ij}} = e^{{z_{{ij}}}} / \\sum_k e^{{z_{{ik}}}}$.",
    mend="normalise over the last axis: `dim=-1`.",
    example="```python\nlogits.softmax(dim=-1)\n```",
)
DETACHED = RuleText(
    id="gradient.detached",
    title="Cut off from the graph",
    message="no gradient reaches `{slot}`: {how}",
    why="`.item()`, `.detach()` and `torch.tensor(...)` make a new number that knows nothing of where it came from.",
    mend="keep tensors as tensors until the loss is returned.",
)
TEXTS = (AXIS, DETACHED)

SOFTMAX_SOURCE = '''def softmax(logits: Tensor) -> Tensor:
    """Rows of probabilities."""
    shifted = logits - logits.max()
    powers = shifted.exp()
    return powers / powers.sum(dim=0, keepdim=True)  # over the batch
'''
SOFTMAX_STATEMENT = """Turn logits into probabilities, one distribution per example:

$$p_{ij} = \\frac{e^{z_{ij}}}{\\sum_{k=1}^{C} e^{z_{ik}}}$$

Use no `torch.softmax`. The result must stay finite for logits of any size.

| argument | shape | meaning |
|---|---|---|
| `logits` | `(batch, classes)` | scores, any real number |
"""


def softmax() -> Result:
    lead = Finding(rule=AXIS.id, rank=10, slot="output", facts=(("got_axis", 0),), cell=3, line=12)
    got, expected = softmax_rows(4, 7, wrong=True), softmax_rows(4, 7, wrong=False)
    differences = (
        values("output", got, expected),
        values("gradient of logits", wave((4, 7), 0.0, 0.2), wave((4, 7), 0.4, 0.2), Aspect.GRADIENT),
    )
    typical = verdict(
        "typical", Outcome.WRONG, summary="batch=4, classes=7", why="The usual case: *rows* are examples.",
        inputs=(shown("logits", wave((4, 7), scale=2.0), ("batch", "classes"), "normal, std 1"),),
        got=(shown("output", got, ("batch", "classes")),),
        expected=(shown("output", expected, ("batch", "classes")),),
        evidence=Evidence(differences=differences, findings=(lead,), output="shifted: torch.Size([4, 7])\n"),
    )  # fmt: skip
    cases = (verdict("one example", summary="batch=1, classes=3"), verdict("large logits"), typical)
    return Result(
        exercise="softmax", title="Softmax over classes", outcome=Outcome.WRONG, points=4, max_points=6,
        verdicts=cases, lead=lead, statement=SOFTMAX_STATEMENT,
        excerpt=Excerpt(where="cell 3", line=8, source=SOFTMAX_SOURCE, marked=(12,)),
        hints=("Which axis holds one example's scores?", "Look at `dim=`.", "Write `dim=-1` in both reductions."),
    )  # fmt: skip


def mse() -> Result:
    cases = tuple(verdict(name, summary="batch=8") for name in ("typical", "one element", "bfloat16", "no elements"))
    return Result(
        exercise="mse_loss", title="Mean squared error", outcome=Outcome.PASSED, points=8, max_points=8, verdicts=cases,
        statement="$\\frac{1}{n}\\sum_i (x_i - y_i)^2$ and $\\unknowncommand{x}$",
    )  # fmt: skip


def focal() -> Result:
    lead = Finding(rule=DETACHED.id, rank=30, slot="logits", facts=(("how", "`.item()` in line 3"), ("slot", "logits")))
    missing = Difference(slot="gradient of logits", aspect=Aspect.GRADIENT, got="None", expected="tensor")
    cases = (
        verdict("a batch of logits", Outcome.WRONG, summary="batch=16", evidence=Evidence(differences=(missing,), findings=(lead,)),
                inputs=(shown("logits", wave((16, 1)), ("batch", "1")), Shown(name="alpha", text="0.25")),
                got=(Shown(name="output", dtype="float32", shape=(), array=floats((), [0.25])), Shown(name="gradient", text="None")),
                expected=(Shown(name="output", dtype="float32", shape=(), array=floats((), [0.25])),)),
        verdict("one example", Outcome.WRONG, summary="batch=1", evidence=Evidence(differences=(missing,), findings=(lead,))),
        verdict("confident logits stay finite", Outcome.WRONG, criterion="stability", summary="batch=4, std=1e4",
                evidence=Evidence(differences=(values("output", floats((4,), [NAN, INF, -INF, 2.0]), floats((4,), [1.0, 2.0, 3.0, 2.0])),))),
    )  # fmt: skip
    return Result(exercise="focal_loss", title="Focal loss", outcome=Outcome.WRONG, points=0, max_points=6,
                  verdicts=cases, lead=lead)  # fmt: skip


def every_aspect() -> Result:
    """One case for each aspect, and each rank of tensor."""
    cube, other = wave((2, 3, 4)), wave((2, 3, 4), 0.3)
    attribute = {
        Aspect.EXCEPTION: ("no exception", "ValueError"), Aspect.STRUCTURE: ("tuple of 2", "tuple of 3"), Aspect.TYPE: ("float 0.5", "float32 tensor ()"),
        Aspect.SHAPE: ("(4, 1)", "(4,)"), Aspect.DTYPE: ("float64", "float32"), Aspect.DEVICE: ("cuda:0", "cpu"),
        Aspect.REQUIRES_GRAD: ("False", "True"), Aspect.PREDICATE: ("0.9 of the values are 0; about half should be", ""),
        Aspect.RULE: ("torch.nn.functional.cross_entropy", "not torch.nn.functional.cross_entropy"), Aspect.SIDE_EFFECT: ("modified", ""),
    }  # fmt: skip
    cases = [
        verdict(f"aspect {aspect.value}", Outcome.WRONG,
                evidence=Evidence(differences=(Difference(slot="output", aspect=aspect, got=got, expected=expected),)))
        for aspect, (got, expected) in attribute.items()
    ]  # fmt: skip
    worst = {
        "rank 3": values("output[0]", cube, other),
        "rank 1": values("output", wave((5,)), wave((5,), 0.1)),
        "rank 0": values("output", floats((), [0.5]), floats((), [0.5000119])),
        "empty": Difference(slot="output", aspect=Aspect.VALUE, got="0 elements", expected="0 elements",
                            got_array=floats((0, 3), []), expected_array=floats((0, 3), [])),
        "long rows": values("output", wave((2, 200)), wave((2, 200), 0.01)),
        "integers": values("output", floats((3,), [1, 2, 3], "int64"), floats((3,), [1, 2, 4], "int64")),
        "bfloat16": values("output", Array("bfloat16", (2,), struct.pack("<2H", 0x3F80, 0x7FC0)),
                           Array("bfloat16", (2,), struct.pack("<2H", 0x3F80, 0x4000))),
        "a buffer": values("buffer running_mean", wave((3,)), wave((3,), 1.0), Aspect.BUFFER),
        "a second call": Difference(slot="output", aspect=Aspect.VALUE, index=(0,), got_value=1.0, expected_value=2.0,
                                    differing=1, total=3, call=1),
        "printed": Difference(slot="printed", aspect=Aspect.PRINTED, got_value=0.6931, expected_value=0.7),
    }  # fmt: skip
    cases += [verdict(name, Outcome.WRONG, evidence=Evidence(differences=(found,)),
                      inputs=(shown("x", cube, ("heads", "queries", "keys")), shown("mask", floats((2,), [1, 0], "bool"), ("batch",)),
                              shown("none", floats((0, 3), []), ("batch", "3"))))
              for name, found in worst.items()]  # fmt: skip
    return Result(
        exercise="every_aspect",
        title="Every aspect",
        outcome=Outcome.WRONG,
        points=0,
        max_points=40,
        verdicts=tuple(cases),
    )


def every_outcome() -> Result:
    error = Raised(type="RuntimeError", bases=("Exception",), message="mat1 and mat2 shapes cannot be multiplied (4x7 and 4x7)",
                   frames=(Frame(cell=4, line=2, function="attention"),))  # fmt: skip
    cases = [
        verdict(
            f"case {outcome.value}", outcome, evidence=Evidence(raised=error if outcome is Outcome.RAISED else None)
        )
        for outcome in Outcome
    ]
    excerpt = Excerpt(where="cell 4", line=1, source="def attention(q, k):\n    return q @ k\n", marked=(2,))
    return Result(exercise="attention", title="Attention", outcome=Outcome.RAISED, points=2, max_points=18,
                  verdicts=tuple(cases), excerpt=excerpt)  # fmt: skip


def repeated() -> Report:
    """One mistake in 17 cases, and another in two."""
    error = Raised(
        type="NameError", message="name 'labels' is not defined", frames=(Frame(cell=4, line=5, function="multilabel"),)
    )
    differs = (Difference(slot="output", aspect=Aspect.VALUE, index=(), got_value=3.0, expected_value=1.0, total=1, differing=1),
               values("gradient of logits", wave((20, 30)), wave((20, 30), 0.4), Aspect.GRADIENT))  # fmt: skip
    names = ("weighted labels", "no weights", "one label", *(f"companion {i}" for i in range(3, 17)))
    raised = [verdict(name, Outcome.RAISED, evidence=Evidence(raised=error)) for name in names]
    wrong = [verdict(name, Outcome.WRONG, evidence=Evidence(differences=differs)) for name in ("hot", "cold")]
    return report(Result(exercise="multilabel", title="Multi-label", outcome=Outcome.RAISED, points=0, max_points=38,
                         verdicts=(*raised, *wrong)))  # fmt: skip


def vague() -> Report:
    """One mistake that is explained, and two cases of which nothing is known but that they differ."""
    differs = (
        Difference(
            slot="output", aspect=Aspect.VALUE, index=(), got_value=3.0, expected_value=1.0, total=1, differing=1
        ),
    )
    lead, other = Finding(rule="value.wrong-axis", rank=30), Finding(rule="value.differs", rank=VAGUE)
    wrong = [
        verdict(name, Outcome.WRONG, evidence=Evidence(differences=differs, findings=(found,)))
        for name, found in (("typical", lead), ("undecided rows", other), ("a batch of one", other))
    ]
    return report(Result(exercise="softmax", title="Softmax", outcome=Outcome.WRONG, points=0, max_points=4,
                         verdicts=tuple(wrong), lead=lead))  # fmt: skip


def bare(name: str, outcome: Outcome, **more: object) -> Result:
    return Result(exercise=name, title=name, outcome=outcome, points=0, max_points=5, verdicts=(), **more)  # type: ignore[arg-type]


def hostile() -> Result:
    lead = Finding(rule="gradient.detached", rank=50, slot=HOSTILE, facts=(("how", HOSTILE), ("slot", HOSTILE)))
    error = Raised(type=HOSTILE, message=HOSTILE * 50, frames=(Frame(cell=0, line=1, function=HOSTILE),))
    found = Difference(slot=HOSTILE, aspect=Aspect.VALUE, index=(0,), got_value=HOSTILE, expected_value="nan", differing=1,
                       total=1, got=HOSTILE, expected=HOSTILE, got_array=wave((2,)), expected_array=wave((2,), 1.0))  # fmt: skip
    one = verdict(HOSTILE, Outcome.RAISED, summary=HOSTILE,
                  evidence=Evidence(raised=error, differences=(found,), findings=(lead,), output=HOSTILE * 200, detail=HOSTILE),
                  inputs=(Shown(name=HOSTILE, text=HOSTILE, dtype=HOSTILE, shape=(2,), axes=(HOSTILE,), array=wave((2,))),),
                  got=(Shown(name=HOSTILE, text=HOSTILE),), expected=(Shown(name=HOSTILE, text=HOSTILE),))  # fmt: skip
    return Result(exercise=HOSTILE, title=HOSTILE, outcome=Outcome.RAISED, points=0, max_points=2, verdicts=(one,), lead=lead,
                  excerpt=Excerpt(where=HOSTILE, line=1, source=f"x = '{HOSTILE}'\r\ny = 1\x0c\n", marked=(1,)))  # fmt: skip


def report(*results: Result, **more: object) -> Report:
    given: dict[str, object] = {
        "submission": "mytask.ipynb", "digest": "0123456789abcdef" * 4, "lesson": "losses", "results": results,
        "points": sum(one.points for one in results), "max_points": sum(one.max_points for one in results),
        "texts": TEXTS, "versions": (("grader", "0.1.0"), ("python", "3.11.2"), ("torch", "2.13.0")), "seed": 7,
        "layers": ("namespaces", "seccomp", "rlimits"),
    }  # fmt: skip
    return Report(**(given | more))  # type: ignore[arg-type]


def usual() -> Report:
    """What a student may well get."""
    note = CellNote(where="cell 6", status=Status.RAISED, raised=Raised(type="NameError", message="name 'targts' is not defined"),
                    line=2, output="epoch 1\nepoch 2\n")  # fmt: skip
    untouched = (
        bare(
            "kd_loss", Outcome.NOT_ATTEMPTED, statement="Distil: $T^2\\,\\mathrm{KL}$.", hints=("Detach the teacher.",)
        ),
        bare("nll_loss", Outcome.NOT_ATTEMPTED),
    )
    broken = Result(exercise="l1_loss", title="l1_loss", outcome=Outcome.UNGRADED, points=0, max_points=5,
                    verdicts=(verdict("typical", Outcome.UNGRADED),))  # fmt: skip
    return report(mse(), softmax(), focal(), *untouched, broken, cells=(note,))


def everything() -> Report:
    """Every outcome, every aspect, and every hostile string."""
    notes = tuple(CellNote(where=f"cell {i}", status=status) for i, status in enumerate(Status))
    bad = CellNote(where=HOSTILE, status=Status.CRASHED, raised=Raised(type=HOSTILE, message=HOSTILE), output=HOSTILE)
    outcomes = tuple(bare(f"only_{outcome.value}", outcome) for outcome in Outcome)
    return report(softmax(), focal(), every_aspect(), every_outcome(), hostile(), *outcomes, cells=(*notes, bad),
                  layers=("none",), submission=HOSTILE, lesson=HOSTILE, versions=((HOSTILE, HOSTILE),))  # fmt: skip


def perfect() -> Report:
    return report(mse())


def empty() -> Report:
    return report(layers=())


def large(exercises: int = 15, cases: int = 12, failing: int = 3) -> Report:
    """As long as a real lesson, for timing: each exercise fails `failing` cases on tensors of 16 x 10."""
    results = []
    for i in range(exercises):
        got, expected = wave((16, 10), i), wave((16, 10), i + 0.1)
        both = (values("output", got, expected), values("gradient of logits", got, expected, Aspect.GRADIENT))
        sides = {
            "got": (shown("output", got),),
            "expected": (shown("output", expected),),
            "inputs": (shown("logits", got),),
        }
        wrong = [
            verdict(f"wrong {j}", Outcome.WRONG, evidence=Evidence(differences=both), **sides) for j in range(failing)
        ]
        right = [verdict(f"right {j}", **sides) for j in range(cases - failing)]
        source = "".join(f"    x{i}_{j} = logits.sum(dim={j}) * {j}.5\n" for j in range(20))
        results.append(
            Result(exercise=f"task_{i}", title="A task", outcome=Outcome.WRONG, points=1, max_points=2, verdicts=(*wrong, *right),
                   statement=SOFTMAX_STATEMENT, excerpt=Excerpt(where="cell 1", line=1, source=source, marked=(3,)))
        )  # fmt: skip
    return report(*results)
