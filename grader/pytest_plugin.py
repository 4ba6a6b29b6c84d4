"""`pytest --grade mytask.ipynb`: each case of each exercise is a test, so `-k`, `--lf`, `-n` and `--junitxml` work on it.

Without `--grade` this module does nothing and imports nothing of ours. With it no Python file is imported here: student
code runs in the sandbox alone. So conftest files are not loaded either; what else a folder's own pytest configuration can
do, a submission's author can do, too, and `grade ci` is the command for marks.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.model import Report, Result, Verdict
    from grader.sandbox.server import Starter
    from grader.task import Task

SUFFIXES = (".py", ".ipynb")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("grade", "grading PyTorch exercises")
    group.addoption("--grade", action="store_true", help="Grade the notebooks and modules named: each case is a test.")
    group.addoption("--grade-course", type=Path, metavar="DIR", help="A folder with exercises/ and reference/.")
    group.addoption("--grade-lesson", metavar="LESSON", help="Grade every exercise of this lesson.")
    group.addoption("--grade-seed", type=int, default=0, metavar="N", help="Draws the inputs.")
    group.addoption(
        "--grade-isolation",
        choices=["auto", "full", "floor", "none"],
        default="auto",
        help="How strictly submissions are confined.",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Load no conftest beside a submission: it would run in this process."""
    if early_config.known_args_namespace.grade:
        early_config.known_args_namespace.noconftest = True
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Have a place for what is started when it is first needed."""
    if config.getoption("grade"):
        config.pluginmanager.register(_Desk(config), "grade-desk")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect a submission as one, and never as a module of tests."""
    found = yield
    desk = parent.config.pluginmanager.get_plugin("grade-desk")
    if desk is None or file_path.suffix.lower() not in SUFFIXES:
        return found
    return [_File.from_parent(parent, path=file_path, desk=desk)]


class _Desk:
    """One sandbox a process, started when the first file is opened, and every task prepared once."""

    def __init__(self, config: pytest.Config) -> None:
        from grader.commands.options import Setting  # noqa: PLC0415 - only with --grade

        option = config.getoption
        self.lesson: str | None = option("grade_lesson")
        self.setting = Setting(option("grade_course"), option("grade_seed"), isolation=option("grade_isolation"))
        self._starter: Starter | None = None
        self._tasks: dict[tuple[Path, str], Task] = {}

    def pytest_unconfigure(self) -> None:
        """End the sandbox."""
        if self._starter is not None:
            self._starter.close()

    @property
    def starter(self) -> Starter:
        """The sandbox."""
        if self._starter is None:
            from grader.commands.options import start  # noqa: PLC0415

            self._starter = start(self.setting, ("notebook",), own=True)
        return self._starter

    def answers(self, path: Path) -> bool:
        """Tell whether a file answers an exercise; one that cannot be read may."""
        from grader import course, discover  # noqa: PLC0415
        from grader.errors import Mistake  # noqa: PLC0415
        from grader.submission import read  # noqa: PLC0415

        found = course.find(path.parent, self.setting.course_dir)
        if any(path.is_relative_to(found.root / folder) for folder in course.OURS):
            return False
        try:
            return discover.concerns(read(path), found)
        except Mistake:
            return True

    def tasks(self, path: Path) -> tuple[Any, tuple[Task, ...]]:
        """Return a file as it was read, and the tasks that it answers. Raises `Mistake`."""
        from grader import catalogue, course, discover, grade  # noqa: PLC0415
        from grader.sandbox.bench import Bench  # noqa: PLC0415
        from grader.submission import read  # noqa: PLC0415

        submission = read(path)
        found = course.find(path.parent, self.setting.course_dir)
        names = discover.exercises(submission, found, self.lesson, ())
        bench, cache = Bench(self.starter), self.setting.cache()
        for exercise in catalogue.load([n for n in names if (found.root, n) not in self._tasks], found, bench, cache):
            prepared = grade.prepare(exercise, found, self.setting.seed, bench, cache)
            self._tasks[found.root, exercise.id] = prepared
        return submission, tuple(self._tasks[found.root, name] for name in names)

    def grade(self, submission: Any, tasks: tuple[Task, ...]) -> Report:
        """Grade a file."""
        from grader import grade  # noqa: PLC0415
        from grader.sandbox.bench import Bench  # noqa: PLC0415

        return grade.grade(submission, tasks, self.setting.seed, Bench(self.starter))


class _File(pytest.File):
    """A notebook or module; graded when its first test runs, so `--collect-only` and `-k` run no student code."""

    def __init__(self, *, desk: _Desk, **words: Any) -> None:
        super().__init__(**words)
        self.desk = desk
        self._report: Report | None = None

    def collect(self) -> Iterator[_Exercise]:
        """Yield the file's exercises."""
        if not self.session.isinitpath(self.path) and not self.desk.answers(self.path):
            return  # of a folder only what answers an exercise
        self.submission, self.tasks = self.desk.tasks(self.path)
        for task in self.tasks:
            yield _Exercise.from_parent(self, name=task.exercise.id, task=task)

    def report(self) -> Report:
        """Return the report, made once."""
        if self._report is None:
            self._report = self.desk.grade(self.submission, self.tasks)
        return self._report

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ARG002 - pytest gives it
        """Return a mistake's words; anything else as pytest shows it."""
        return _mistake(excinfo.value) or super().repr_failure(excinfo)


class _Exercise(pytest.Collector):
    """An exercise of a file."""

    def __init__(self, *, task: Task, **words: Any) -> None:
        super().__init__(**words)
        self.task = task

    def collect(self) -> Iterator[_Case]:
        """Yield the exercise's cases."""
        for case, _ in self.task.calls:
            yield _Case.from_parent(self, name=case.name)


class _Case(pytest.Item):
    """A case as a test."""

    def runtest(self) -> None:
        """Look the case's verdict up, and fail with it unless it passed."""
        from grader.model import Outcome  # noqa: PLC0415

        report, result, verdict = self._judged()
        self.user_properties += [("points", verdict.points), ("max_points", verdict.max_points)]
        self.user_properties += [("outcome", str(verdict.outcome))]
        if verdict.outcome is not Outcome.PASSED:
            raise _NotPassed(report, result, verdict)

    def _judged(self) -> tuple[Report, Result, Verdict]:
        exercise = self.parent
        assert isinstance(exercise, _Exercise)
        assert isinstance(exercise.parent, _File)
        report = exercise.parent.report()
        (result,) = (one for one in report.results if one.exercise == exercise.name)
        (verdict,) = (one for one in result.verdicts if one.case == self.name)
        return report, result, verdict

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what a student is told, without a traceback."""
        if isinstance(excinfo.value, _NotPassed):
            return excinfo.value.words()
        return _mistake(excinfo.value) or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test is and what it is called."""
        return self.path, None, f"{self.parent.name if self.parent else ''}: {self.name}"


class _NotPassed(Exception):  # noqa: N818 - it names what happened
    """A case did not pass."""

    def __init__(self, report: Report, result: Result, verdict: Verdict) -> None:
        super().__init__(verdict.case)
        self.report, self.result, self.verdict = report, result, verdict

    def words(self) -> str:
        """Return the place and the sentences."""
        from grader.report.graded import place, sentences  # noqa: PLC0415

        at = place(self.result, self.verdict).words()
        told = sentences(self.report, self.result, self.verdict)
        return "\n".join([*([f"{self.report.submission}, {at}"] if at else []), *told])


def _mistake(error: BaseException) -> str:
    from grader.errors import Mistake  # noqa: PLC0415

    return f"{error.problem}\n{error.cure}".strip() if isinstance(error, Mistake) else ""
