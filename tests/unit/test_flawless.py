"""To see at a glance only saves looks: of an answer that is flawless so, judging case by case says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from grader import grade as pipeline
from grader.model import (
    LARGE,
    SMALL,
    Call,
    Case,
    CellResult,
    Checked,
    Claims,
    Definition,
    Execution,
    Exercise,
    Expectation,
    Expected,
    Facts,
    Gradient,
    Job,
    Mapping,
    Misconceptions,
    Observation,
    Raised,
    Report,
    Run,
    Status,
    Submission,
    Use,
)
from grader.sandbox.bench import Bench
from grader.task import Task
from tests.builders import array, cell, exercise, tensor

SUBMISSION = Submission(name="answer.py", notebook=False, cells=(cell("def answer(x):\n    return x\n"),), digest="d")


def told(*numbers: float, **attributes: Any) -> Mapping:
    """Return what an answer gives."""
    return Mapping(type="dict", items=(("loss", tensor(0.5)), ("each", tensor(numbers, **attributes))))


RIGHT = Observation(values=(told(1.0, 2.0),), gradients=((Gradient(slot="x", array=array([1.0, 0.5])),),))
BEGUN = Facts(definitions=(Definition(name="answer", cell=0, line=1, end_line=2),))
NAMES = (SMALL, LARGE)
ASKED = {
    "a name that is forbidden": {"forbid": ("torch.softmax",)},
    "a name that is required": {"require": ("torch.softmax",)},
    "printing": {"prints": True},
    "fresh memory": {"fresh": True},
    "a state_dict": {"state_dict": True},
    "operators": {"vectorised": True},
    "bytes": {"max_memory": 2.0},
    "operations": {"max_flops": 2.0},
}
EXPECTED = {
    "buffers": {"actual": {"buffers": (("running", array([1.0])),), "buffers_moved": ("running",)}},
    "an exception": {"actual": {"raised": Raised(type="ValueError")}},
    "nothing": {"status": Status.CRASHED},
}
SEEN = {
    "another value": {"values": (told(1.0, 3.0),)},
    "another gradient": {"gradients": ((Gradient(slot="x", array=None),),)},
    "shared memory": {"values": (told(1.0, 2.0, shares=("x",)),)},
    "an exception": {"raised": Raised(type="ValueError")},
    "an exception on the way back": {"backward": Raised(type="ValueError")},
    "no such name": {"missing": True},
    "parameters": {"state": (("weight", array([2.0])),)},
    "printing": {"printed": "0.5"},
    "a changed input": {"claims": Claims(modified=("x",))},
    "a changed setting": {"claims": Claims(state_changed=("the default dtype",))},
    "another answer the second time": {"claims": Claims(repeatable=False)},
    "a name": {"claims": Claims(used=("torch.softmax",))},
    "an operator": {"claims": Claims(operators=(("aten.softmax", 3),))},
    "costs": {"claims": Claims(operators=(("aten.add", 9),), peak_bytes=1 << 20, flops=1 << 20)},
}
ENDED = {
    "a crash": {"status": Status.CRASHED, "observation": None},
    "a late answer": {"status": Status.TIMED_OUT},
    "no call": {"status": Status.BROKEN, "observation": None, "detail": "it was not run"},
    "output": {"output": "hello"},
    "a detail": {"detail": "a protocol fault"},
}
FACTS = {
    "a starter": {"definitions": (msgspec.structs.replace(BEGUN.definitions[0], untouched=True),)},
    "no definition": {"definitions": ()},
    "a broken answer": {"definitions": (), "broken": ((0, Raised(type="NameError")),)},
    "a broken cell": {"broken": ((1, Raised(type="SyntaxError")),)},
    "what reaches into the grader": {"uses": (Use(name="sys._getframe", cell=0, line=2, inside="answer"),)},
    "a forbidden name": {"uses": (Use(name="torch.softmax", cell=0, line=2, inside="answer"),)},
}


@dataclass(frozen=True)
class Played(Bench):
    """Gives one run, and is content with all that is checked."""

    given: Run

    def run(self, job: Job) -> Run:
        return self.given

    def check(self, checks: object) -> tuple[Checked, ...]:
        return tuple(Checked(complaint="it is too small") for _ in checks)  # type: ignore[attr-defined]


def graded(
    asked: str = "", expected: str = "", seen: str = "", ended: str = "", facts: str = "", checked: bool = False
) -> Report:
    """Return the report of an answer to two cases, in the second of which something is not as usual."""
    cases = (Case(name=SMALL), Case(name=LARGE, checks=(("output", "is_large"),) if checked else ()))
    spec = exercise(cases=cases, **ASKED.get(asked, {}))
    changed = EXPECTED.get(expected, {})
    wanted = msgspec.structs.replace(RIGHT, **changed.get("actual", {}))
    expectations = [Expectation(id=name, status=Status.OK, actual=RIGHT, oracle=RIGHT) for name in NAMES]
    expectations[1] = msgspec.structs.replace(
        expectations[1], actual=wanted, oracle=wanted, status=changed.get("status", Status.OK)
    )
    executions = [Execution(id=f"answer/{name}", status=Status.OK, observation=RIGHT) for name in NAMES]
    got = msgspec.structs.replace(RIGHT, **SEEN.get(seen, {}))
    executions[1] = msgspec.structs.replace(executions[1], observation=got)
    executions[1] = msgspec.structs.replace(executions[1], **ENDED.get(ended, {}))
    task = Task(
        spec,
        Expected(exercise="answer", seed=0, expectations=tuple(expectations)),
        tuple((each, Call(id=f"answer/{each.name}", entry="answer", form=spec.form)) for each in cases),
        (),
        Misconceptions,
        Misconceptions,
    )
    run = Run(
        facts=msgspec.structs.replace(BEGUN, **FACTS.get(facts, {})),
        cells=(CellResult(cell=0, status=Status.OK),),
        executions=tuple(executions),
    )
    return pipeline.grade(SUBMISSION, (task,), 0, Played(lambda _: None, run))  # type: ignore[arg-type, return-value]


def judged(**changes: str | bool) -> tuple[Report, bool]:
    """Return what judging case by case gives, and whether the answer is flawless at a glance."""
    looked: list[bool] = []
    with patch.object(pipeline, "is_flawless", lambda *given: bool(looked.append(is_flawless(*given)))):
        return graded(**changes), looked[0]  # type: ignore[arg-type]


is_flawless = pipeline.is_flawless


CHANGES = [
    *({"asked": each} for each in ASKED),
    *({"expected": each} for each in EXPECTED),
    *({"seen": each} for each in SEEN),
    *({"ended": each} for each in ENDED),
    *({"facts": each} for each in FACTS),
    {"checked": True},
]


@pytest.mark.parametrize("first", CHANGES, ids=str)
def test_what_is_seen_at_a_glance_is_what_the_judge_says(first: dict[str, str | bool]) -> None:
    for second in CHANGES:
        if second.keys() != first.keys() or second == first:
            changes = first | second
            assert graded(**changes) == judged(**changes)[0], changes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [{}, {"asked": "a name that is forbidden"}, {"seen": "costs"}, {"seen": "parameters"}, {"seen": "shared memory"}],
)
def test_a_right_answer_is_flawless(changes: dict[str, str]) -> None:
    report, flawless = judged(**changes)
    assert flawless
    assert report.points == report.max_points == 10.0
    assert graded(**changes) == report  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "heeded", "no_matter"),
    [
        (
            Exercise,
            "forbid require prints fresh state_dict vectorised max_memory max_flops cases tolerance points",
            "id lesson title statement form params result outputs gradients detached second_order limits notebook trains hints "
            "starter init source digest companions_off",
        ),
        (
            Observation,
            "missing backward values gradients printed raised claims",
            "buffers buffers_moved state magnitude trace",  # of an answer: what is expected of them is seen in the reference's
        ),
        (Claims, "modified state_changed repeatable operators used", "peak_bytes flops"),
        (Execution, "id status observation output detail", "wall_s cpu_s peak_bytes"),
    ],
)
def test_every_field_was_thought_of(kind: type[msgspec.Struct], heeded: str, no_matter: str) -> None:
    """Who adds one decides whether an answer can be flawless in spite of it."""
    assert sorted((*heeded.split(), *no_matter.split())) == sorted(kind.__struct_fields__)
