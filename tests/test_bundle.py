"""`grade bundle`: what students get tells them all that the course's own grading tells, and holds no answer."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from grader import bundle, course, grade, recordings, wire
from grader.cache import Cache
from grader.commands.course import explanation
from grader.errors import Mistake
from grader.hidden import cut
from grader.model import Check, Checked, Job, Outcome, Recorded, Recording, Report, Run
from grader.printed import NUMBER
from grader.sandbox.bench import Bench
from grader.submission import read
from tests.conftest import BASICS, ROOT, Command
from tests.lessons import Lessons, submission

CORPUS = ROOT / "tests" / "corpus"
EXERCISES = course.load(ROOT).lesson("losses").exercises


class Replay:
    """A bench that answers the same job twice with what it saw the first time."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.known = bench, list[tuple[object, Any]]()

    def _once(self, asked: object, do: Callable[[], Any]) -> Any:
        for known, answer in self.known:
            if known == asked:
                return answer
        self.known.append((asked, do()))
        return self.known[-1][1]

    def run(self, job: Job) -> Run:
        return cast(Run, self._once(job, lambda: self.bench.run(job)))

    def check(self, checks: Sequence[Check]) -> tuple[Checked, ...]:
        return cast("tuple[Checked, ...]", self._once(tuple(checks), lambda: self.bench.check(checks)))


def bundled(lessons: Lessons, name: str, folder: Path, seeds: tuple[int, ...] = (0,)) -> Lessons:
    """Return a lesson's bundle as a course."""
    observer = bundle.Observer(lessons.bench, lessons.cache, jobs=2)
    files = bundle.make(lessons.course.lesson(name), lessons.course, seeds, observer)
    if lessons.course.lesson(name) != course.load(lessons.course.root).lesson(name):
        del files[f"exercises/{name}/{course.LESSON}"]  # it names exercises that this part of a lesson has not
    bundle.write(files, folder)
    return Lessons(course.load(folder), lessons.bench, Cache(None))


@pytest.fixture(scope="session")
def handed_out(losses: Lessons, tmp_path_factory: pytest.TempPathFactory) -> Lessons:
    """The shipped lesson's bundle."""
    return bundled(losses, "losses", tmp_path_factory.mktemp("bundle") / "losses")


@pytest.fixture(scope="session")
def small(basics: Lessons, tmp_path_factory: pytest.TempPathFactory) -> Lessons:
    """The bundle of a lesson with modules, on two seeds."""
    return bundled(basics, "layers", tmp_path_factory.mktemp("bundle") / "layers", (0, 3))


def both(mine: Lessons, theirs: Lessons, path: Path, name: str, seed: int = 0) -> tuple[Report, Report]:
    """Return the reports of one run, judged by the references and by the recordings, which have no slips and no steps."""
    replay = cast(Bench, Replay(mine.bench))
    answer, recorded = read(path), theirs.task(name, seed)
    return (
        grade.grade(
            answer, (replace(mine.task(name, seed), slips=recorded.slips, traces=recorded.traces),), seed, replay
        ),
        grade.grade(answer, (recorded,), seed, replay),
    )


@pytest.mark.parametrize("name", EXERCISES)
def test_recordings_give_the_reports_that_references_give(losses: Lessons, name: str, tmp_path: Path) -> None:
    lesson = replace(losses.course.lesson("losses"), exercises=(name,))
    alone = replace(losses, course=replace(losses.course, lessons=(lesson,)))
    handed_out = bundled(alone, "losses", tmp_path / "bundle")
    paths = sorted(CORPUS.joinpath(name).glob("*/*.py"))
    assert len(paths) > 10
    for path in paths:
        with_reference, with_recording = both(losses, handed_out, path, name)
        assert with_recording == with_reference, path


@pytest.mark.parametrize("seed", [0, 3])
def test_modules_are_recorded_with_their_parameters(basics: Lessons, small: Lessons, seed: int, tmp_path: Path) -> None:
    for name in basics.course.lesson("layers").exercises:
        path = tmp_path / f"{name}.py"
        path.write_text(basics.reference(name))
        with_reference, with_recording = both(basics, small, path, name, seed)
        assert with_recording == with_reference
        assert with_recording.results[0].outcome is Outcome.PASSED


# What is not there


def answers(source: str) -> set[str]:
    """Return the lines of a reference's functions that say something, without their docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    bodies = [
        ast.unparse(statement)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for statement in node.body
    ]
    texts = "\n".join([*bodies, source]).splitlines()
    lines = {line.strip() for line in texts if not line.strip().startswith(("def ", "class ", "import ", "from ", "@"))}
    prose = {line.strip() for node in ast.walk(ast.parse(source)) for line in _docstring(node).splitlines()}
    return {line for line in lines - prose if len(line) > 14 and re.search(r"[(=.]", line) and '"""' not in line}


def _docstring(node: ast.AST) -> str:
    documented = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
    return (ast.get_docstring(node) or "") if documented else ""


def leaked(folder: Path, lines: set[str]) -> set[str]:
    """Return which lines stand in some file of a folder."""
    texts = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {line for line in lines if any(form in text for text in texts for form in _forms(line))}


def _forms(line: str) -> set[bytes]:
    """Return a line as it stands in text, and in JSON, and in JSON within JSON."""
    once = json.dumps(line)[1:-1]
    return {line.encode(), once.encode(), json.dumps(once)[1:-1].encode()}


def test_no_line_of_an_answer_or_a_misconception_is_in_the_bundle(losses: Lessons, handed_out: Lessons) -> None:
    sources = [losses.reference(name) for name in EXERCISES]
    words = [_docstring(node) for source in sources for node in ast.walk(ast.parse(source))]
    published = "\n".join([losses.course.exercise_file(name).read_text() for name in EXERCISES] + words)
    count = 0
    for name in EXERCISES:
        lines = {line for line in answers(losses.reference(name)) if line not in published}
        count += len(lines)
        assert leaked(handed_out.course.root, lines) == set(), name
    assert count > 200
    assert not (handed_out.course.root / "reference").exists()


def test_a_line_that_leaks_is_noticed(tmp_path: Path) -> None:
    source = 'def f(x):\n    """Words of it."""\n    return (x ** 2).mean() * "q"\n'
    (tmp_path / "recording").write_bytes(json.dumps({"a": json.dumps({"source": source})}).encode())
    assert leaked(tmp_path, answers(source)) == {'return (x ** 2).mean() * "q"'}
    assert "Words of it." not in answers(source)


def test_recordings_tell_nothing_of_how_the_reference_does_it(handed_out: Lessons) -> None:
    for name in EXERCISES:
        found = wire.decode(
            handed_out.course.recording(name, 0).read_bytes(), Recorded, header_bytes=recordings.HEADER_BYTES
        )
        for one in found.expected.expectations:
            assert (one.actual.claims.used, one.detail) == ((), "")
            assert all(NUMBER.fullmatch(word) for word in one.actual.printed.split())
            assert one.actual.raised is None or (one.actual.raised.message, one.actual.raised.frames) == ("", ())
        every = [
            one for known in (found.misconceptions, found.variants) for _, group in known.executions for one in group
        ]
        assert every == [] or all(one.output == one.detail == "" for one in every)
    told = recordings.recording("mse_loss", handed_out.course)
    assert set(dict(told.sentences)) == {name for name, _ in told.sentences}
    assert told.exercise.source == handed_out.course.exercise_file("mse_loss").read_text()


def test_the_notebook_has_no_solutions_and_no_outputs(basics: Lessons, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(BASICS, root)
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# Words"},
        {"cell_type": "code", "metadata": {"tags": ["solution"]}, "source": "answer = 42", "outputs": []},
        {"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": [{"text": "42"}], "execution_count": 7},
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    (root / "exercises" / "layers" / "layers.ipynb").write_text(text)
    lessons = Lessons(course.load(root), basics.bench, basics.cache)
    out = bundled(lessons, "layers", tmp_path / "out").course.root
    for path in (out / "layers.ipynb", out / "exercises" / "layers" / "layers.ipynb"):
        assert [cell["source"] for cell in json.loads(path.read_text())["cells"]] == ["# Words", "x = 1"]
        assert "42" not in path.read_text()
    assert "`layers.ipynb`" in (out / "README.md").read_text()
    (root / "exercises" / "layers" / "layers.ipynb").write_text('{"cells": 3}')
    with pytest.raises(Mistake, match=r"the lesson's notebook layers\.ipynb is damaged"):
        bundled(lessons, "layers", tmp_path / "again")


def test_starters_are_not_attempted_and_mistakes_are_explained(handed_out: Lessons) -> None:
    starter = handed_out.course.root / "starters" / "mse_loss.py"
    report = handed_out.grade(read(starter), "mse_loss")
    assert report.results[0].outcome is Outcome.NOT_ATTEMPTED
    told = explanation("misconception.sum_instead_of_mean", handed_out.course)
    assert told.message.startswith("You added the squared errors up")


# Hidden cases

HIDING = '''"""Twice.

Twice `x`.
"""
from torch import Tensor
from grader.spec import Float, case, exercise, observe


@exercise(
    case("plain", n=5),  # everybody sees this
    case("secret sizes", "é — nobody expects this", n=29, args={"by": 31.0}, hidden=True),
    case("by three", args={"by": 3.0}, n=4),
    points=8, without={"bfloat16": "not here", "empty": "not here"},
)
def twice(x: Float[Tensor, "n"], by: float = 2.0) -> Float[Tensor, "n"]: ...


@twice.scenario("secret way", hidden=True)
def unseen(student, draw):
    return observe(y=student.twice(draw.normal("n", n=77)))


@twice.scenario("in sight")
def seen(student, draw):
    return observe(y=student.twice(draw.normal("n", n=3)))
'''


@pytest.fixture
def hiding(bench: Bench, tmp_path: Path) -> Lessons:
    """A course with an exercise that has hidden cases."""
    for kind, text in (("exercises", HIDING), ("reference", "def twice(x, by=2.0):\n    return x * by\n")):
        (tmp_path / "course" / kind / "lesson").mkdir(parents=True)
        (tmp_path / "course" / kind / "lesson" / "twice.py").write_text(text, encoding="utf-8")
    return Lessons(course.load(tmp_path / "course"), bench, Cache(None))


LAZY = "def twice(x, by=2.0):\n    return x * (2.5 if x.numel() in (29, 77) else by)\n"


def test_of_a_hidden_case_a_student_reads_the_name_alone(hiding: Lessons) -> None:
    report = hiding.grade(LAZY, "twice")
    hidden = {one.case: one for one in report.results[0].verdicts if one.hidden}
    assert set(hidden) == {"secret sizes", "secret way"}
    for one in hidden.values():
        assert one.outcome is Outcome.WRONG
        assert one.points == 0 < one.max_points
        assert (one.inputs, one.got, one.expected, one.evidence) == ((), (), (), type(one.evidence)())
    assert "nobody expects" not in repr(report)
    assert "31" not in repr(hidden)
    task = hiding.task("twice")
    shown = grade.grade(submission(LAZY), (task,), 0, hiding.bench, show_hidden=True)
    told = {one.case: one for one in shown.results[0].verdicts}
    assert told["secret sizes"].why == "é — nobody expects this"
    assert told["secret sizes"].evidence.differences
    assert shown.points == report.points


def test_a_bundle_leaves_hidden_cases_out_and_keeps_the_worth_of_the_others(hiding: Lessons, tmp_path: Path) -> None:
    out = bundled(hiding, "lesson", tmp_path / "out")
    for path in out.course.root.rglob("*"):
        if path.is_file():
            assert not re.search(
                rb"secret|unseen|nobody expects|77|31\.0", path.read_bytes().partition(b"\0")[0][:200_000]
            )
    text = out.course.exercise_file("twice").read_text()
    assert "# everybody sees this" in text
    assert "hidden" not in text
    mine, theirs = hiding.grade(LAZY, "twice"), out.grade(LAZY, "twice")
    public = {one.case: one for one in mine.results[0].verdicts if not one.hidden}
    for one in theirs.results[0].verdicts:
        assert one.outcome == public[one.case].outcome
        assert one.max_points == pytest.approx(public[one.case].max_points)
    assert {one.case for one in theirs.results[0].verdicts} == set(public)
    head = recordings.recording("twice", out.course)
    assert head.hidden_points + theirs.max_points == pytest.approx(8)
    assert (
        f"| twice | {theirs.max_points:.4g} | {head.hidden_points:.4g} |" in (out.course.root / "README.md").read_text()
    )


@pytest.mark.parametrize(
    "change",
    [
        ('case("secret sizes",', "case(SECRET,"),
        ("def seen(student, draw):", 'def seen(student, draw):\n    """Like "secret way"."""\n    _ = "secret way"'),
    ],
)
def test_a_hidden_case_that_cannot_be_cut_out_is_told(hiding: Lessons, change: tuple[str, str]) -> None:
    source = HIDING.replace(*change).replace("\n\n\n@exercise", '\nSECRET = "secret sizes"\n\n\n@exercise', 1)
    exercise = msgspec.structs.replace(hiding.exercise("twice"), source=source)
    with pytest.raises(Mistake, match="cannot be cut out of the exercise's file"):
        cut(exercise)


# What does not fit is told


def changed(lessons: Lessons, folder: Path, name: str = "affine") -> course.Course:
    """Return a copy of a bundle, to break."""
    shutil.copytree(lessons.course.root, folder)
    return course.load(folder)


def rewrite(found: course.Course, name: str, **fields: Any) -> None:
    path = found.recording(name)
    head = wire.decode(path.read_bytes(), Recording, header_bytes=recordings.HEADER_BYTES)
    path.write_bytes(wire.encode(msgspec.structs.replace(head, **fields)))


def test_what_does_not_fit_is_told_with_a_cure(small: Lessons, tmp_path: Path) -> None:
    name = small.course.lesson("layers").exercises[0]
    exercise = small.exercise(name)

    def complaint(break_it: Callable[[course.Course], object], seed: int = 0) -> str:
        found = changed(small, tmp_path / str(len(list(tmp_path.iterdir()))))
        break_it(found)
        with pytest.raises(Mistake) as raised:
            recordings.task(recordings.exercise(name, found), found, seed)
        return str(raised.value)

    versions = dict(recordings.versions())
    assert "no recording of" in complaint(lambda _: None, seed=9)
    assert "It has: --seed 0, 3." in complaint(lambda _: None, seed=9)
    other = tuple((versions | {"torch": "2.9.1+cpu"}).items())
    told = complaint(lambda found: rewrite(found, name, versions=other))
    assert f"was recorded with torch 2.9.1, and here is torch {versions['torch'].partition('+')[0]}" in told
    assert "pip install torch==2.9.1" in told
    told = complaint(lambda found: found.exercise_file(name).write_text("# mine\n"))
    assert "were made from another version of" in told
    changed_digest = msgspec.structs.replace(exercise, digest="0" * 64)
    file = small.course.exercise_file(name).name
    told = complaint(lambda found: (found.exercise_file(name).unlink(), rewrite(found, name, exercise=changed_digest)))
    assert "is not of this exercise" in told, file
    told = complaint(lambda found: found.recording(name, 0).write_bytes(b"\x80\x04pickle"))
    assert "is damaged, or was made by another version of grader" in told
    told = complaint(lambda found: found.recording(name, 0).unlink())
    assert "is missing from this bundle" in told


def test_other_inputs_than_those_recorded_are_noticed(
    small: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = small.course.lesson("layers").exercises[0]
    found = changed(small, tmp_path / "bundle")
    exercise = recordings.exercise(name, found)
    monkeypatch.setattr(recordings, "stream", lambda *path: __import__("grader.draw", fromlist=["x"]).stream("other"))
    with pytest.raises(Mistake, match="would be asked with other inputs than those of its recording"):
        recordings.task(exercise, found, 0)
    other = tuple((dict(recordings.versions()) | {"numpy": "1.2.3"}).items())
    rewrite(found, name, versions=other)
    with pytest.raises(Mistake, match=r"was recorded with numpy 1\.2\.3"):
        recordings.task(exercise, found, 0)


def test_a_bundle_has_no_references_to_verify(small: Lessons) -> None:
    with pytest.raises(Mistake, match="a student's bundle, which has recordings and no references"):
        small.course.reference_file(small.course.lesson("layers").exercises[0])


# The command


def test_the_command_makes_a_folder_in_which_grading_works(
    grade_command: Command, hiding: Lessons, tmp_path: Path
) -> None:
    root, out = hiding.course.root, tmp_path / "out"
    done = grade_command("bundle", "lesson", "-o", out, "--seed", 0, "--seed", 5, "--course", root, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{out}: 6 files" in done.stdout
    (out / "twice.py").write_text(LAZY)
    done = grade_command("twice.py", "--seed", 5, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    done = grade_command("twice.py", "--seed", 6, cwd=out)
    assert done.returncode == 2
    assert "this bundle has no recording of twice with the seed 6" in done.stderr
    done = grade_command("bundle", "lesson", "-o", out, "--course", root, cwd=tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    (tmp_path / "file").write_text("")
    done = grade_command("bundle", "lesson", "-o", tmp_path / "file" / "x", "--course", root, "--seed", 0, cwd=tmp_path)
    assert done.returncode == 2
    assert "the bundle cannot be written to" in done.stderr
