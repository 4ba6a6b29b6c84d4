"""`grade verify`: what it finds in a sound exercise, and in one with every fault that it looks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader import course
from grader.errors import Mistake
from grader.sandbox.bench import Bench
from grader.verify import Settings, Verified, verify
from grader.verify.result import CheckName, Part, Problem, gathered
from tests.conftest import Command

EXERCISE = '''"""Mean of squares.

The mean of the squares of `x`, times `scale`.
"""
from torch import Tensor
from grader.spec import Float, case, exercise


@exercise({cases} gradients=[{gradients}], without={{"empty": "no agreed value", "bfloat16": "not here"}})
def mean_square(x: Float[Tensor, "n"], scale: float = 3.0) -> Float[Tensor, ""]: ...
'''
REFERENCE = '''from grader.spec import misconception


def mean_square(x, scale=3.0):
    return (x * x).mean() * scale


@misconception
def summed(x, scale=3.0):
    """You added up."""
    return (x * x).sum() * scale
'''
TWINS = '''

@misconception{mark}
def added(x, scale=3.0):
    """You added up, too."""
    return (x ** 2).sum() * scale


@misconception
def harmless(x, scale=3.0):
    """Nothing is wrong with this."""
    return (x ** 2).mean() * scale
'''
STRONG = {"cases": 'case("typical", n=5),', "gradients": '"x"'}


def a_course(folder: Path, *, reference: str = REFERENCE, **declared: str) -> course.Course:
    for kind, text in (("exercises", EXERCISE.format(**(STRONG | declared))), ("reference", reference)):
        (folder / kind / "lesson").mkdir(parents=True)
        (folder / kind / "lesson" / "mean_square.py").write_text(text)
    return course.load(folder)


def solution(folder: Path, name: str, text: str) -> None:
    path = folder / "corpus" / "mean_square" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def verified(found: course.Course, bench: Bench, **wishes: object) -> Verified:
    settings = Settings(**({"seeds": 2, "jobs": 2, "mutants": False} | wishes))  # type: ignore[arg-type]
    return verify(["mean_square"], found, bench, settings, lambda _done, _total: None).exercises[0]


def problems(one: Verified, name: CheckName) -> dict[str, str]:
    return {each.where: each.text for check in one.checks if check.name is name for each in check.problems}


def test_a_sound_exercise_is_well(bench: Bench, tmp_path: Path) -> None:
    solution(
        tmp_path,
        "right/power",
        "# right: a power\ndef mean_square(x, scale=3.0):\n    return x.pow(2).mean() * scale\n",
    )
    solution(
        tmp_path,
        "wrong/sum",
        "# wrong: sum-for-mean - no mean\ndef mean_square(x, scale=3.0):\n    return (x * x).sum() * scale\n",
    )
    one = verified(a_course(tmp_path), bench, mutants=True, corpus=tmp_path / "corpus")
    assert one.well, one.checks
    assert {check.name for check in one.checks} == set(CheckName)
    assert one.strength is not None
    assert one.strength.survived == 0
    assert one.strength.killed > 15
    assert sum(case.kills for case in one.strength.cases) > one.strength.killed


def test_progress_is_told_to_the_end(bench: Bench, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    verify(["mean_square"], a_course(tmp_path), bench, Settings(seeds=2), lambda *count: told.append(count))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == list(range(1, len(told) + 1))


def test_weak_cases_let_mutants_survive(bench: Bench, tmp_path: Path) -> None:
    blind = a_course(tmp_path, cases='case("typical", n=5), tolerance=(1.0, 100.0),')
    one = verified(blind, bench, mutants=True)
    assert not one.well
    assert one.strength is not None
    assert any("mean() + scale" in mutant.diff for mutant in one.strength.survivors)
    counted = [check for check in one.checks if check.name is CheckName.MUTANTS]
    assert [(check.good, check.count) for check in counted] == [
        (one.strength.killed, one.strength.killed + one.strength.survived)
    ]


def test_what_equals_the_reference_is_counted_apart(bench: Bench, tmp_path: Path) -> None:
    one = verified(a_course(tmp_path, gradients=""), bench, mutants=True)
    assert one.well
    assert one.strength is not None
    assert any("x.detach()" in mutant.diff for mutant in one.strength.equivalents)


def test_misconceptions_must_fail_and_differ(bench: Bench, tmp_path: Path) -> None:
    one = verified(a_course(tmp_path, reference=REFERENCE + TWINS.format(mark="")), bench)
    said = problems(one, CheckName.MISCONCEPTIONS)
    assert said["harmless"] == "this misconception passes every case"
    assert "behaves like summed" in said["added"]
    assert "behaves like added" in said["summed"]


def test_misconceptions_may_be_declared_equal(bench: Bench, tmp_path: Path) -> None:
    declared = REFERENCE + TWINS.format(mark='(equal_to="summed")')
    one = verified(a_course(tmp_path, reference=declared), bench)
    assert problems(one, CheckName.MISCONCEPTIONS).keys() == {"harmless"}


def test_the_corpus_is_held_to_its_words(bench: Bench, tmp_path: Path) -> None:
    solution(
        tmp_path, "right/off", "# right: not at all\ndef mean_square(x, scale=3.0):\n    return x.mean() * scale\n"
    )
    solution(tmp_path, "right/other", "# right: another name\ndef something(x):\n    return x\n")
    solution(
        tmp_path,
        "wrong/fine",
        "# wrong: sign - none\ndef mean_square(x, scale=3.0):\n    return x.pow(2).mean() * scale\n",
    )
    solution(
        tmp_path,
        "wrong/misnamed",
        "# wrong: broadcast - no\ndef mean_square(x, scale=3.0):\n    return -(x * x).mean() * scale\n",
    )
    one = verified(a_course(tmp_path), bench, corpus=tmp_path / "corpus")
    assert "refused on 2 of 2 seeds" in problems(one, CheckName.RIGHT)["right/off.py"]
    assert problems(one, CheckName.RIGHT).keys() == {"right/off.py", "right/other.py"}
    assert problems(one, CheckName.WRONG) == {"wrong/fine.py": "accepted: passed"}
    assert "expected broadcast" in problems(one, CheckName.NAMED)["wrong/misnamed.py"]


def test_every_fault_of_a_file_is_told(bench: Bench, tmp_path: Path) -> None:
    one = verified(a_course(tmp_path, cases='case("a", m=5), case("a"),', gradients='"y"'), bench)
    assert not one.well
    (said,) = problems(one, CheckName.FILE).values()
    assert said.startswith("3 faults in exercise files")


def test_a_reference_that_does_not_load_is_told_once(bench: Bench, tmp_path: Path) -> None:
    one = verified(a_course(tmp_path, reference="import nothing_like_this"), bench)
    (said,) = problems(one, CheckName.REFERENCE).values()
    assert "does not load: ModuleNotFoundError" in said


def test_an_inaccurate_reference_is_told(bench: Bench, tmp_path: Path) -> None:
    rounded = REFERENCE.replace("(x * x).mean() * scale", "((x + 10000.0) ** 2 - 20000.0 * x - 1e8).mean() * scale", 1)
    one = verified(a_course(tmp_path, reference=rounded), bench)
    assert not one.well
    assert problems(one, CheckName.REFERENCE)


def test_an_unknown_exercise_is_a_mistake(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="there is no exercise 'mean'"):
        verify(["mean"], a_course(tmp_path), bench, Settings(), lambda _done, _total: None)


@pytest.mark.parametrize(
    ("check", "good", "well"),
    [
        (CheckName.MUTANTS, 95, True),
        (CheckName.MUTANTS, 94, False),
        (CheckName.NAMED, 90, True),
        (CheckName.NAMED, 89, False),
        (CheckName.WRONG, 99, False),
    ],
)
def test_how_many_must_be_good(check: CheckName, good: int, well: bool) -> None:
    parts = [Part(exercise="e", check=check, good=good, count=100, problems=(Problem(where="w", text="t"),))]
    assert gathered("e", parts).well is well


def test_the_command_prints_a_table(grade_command: Command, tmp_path: Path) -> None:
    a_course(tmp_path)
    done = grade_command("verify", "mean_square", "--seeds", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 exercises are well" in done.stdout
    assert "typical" in done.stdout


def test_the_command_prints_json(grade_command: Command, tmp_path: Path) -> None:
    a_course(tmp_path, reference=REFERENCE + TWINS.format(mark=""))
    done = grade_command("verify", "--seeds", 1, "--no-mutants", "--json", "-j", 1, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["schema_version"] == 1
    assert found["well"] is False
    assert found["exercises"][0]["strength"] is None


def test_the_command_refuses_what_is_not_there(grade_command: Command, tmp_path: Path) -> None:
    a_course(tmp_path)
    assert grade_command("verify", "nothing", cwd=tmp_path).returncode == 2
    assert grade_command("verify", "--corpus", tmp_path / "nowhere", cwd=tmp_path).returncode == 2
    assert grade_command("verify", "--seeds", 0, cwd=tmp_path).returncode == 2
