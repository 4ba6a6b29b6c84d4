"""One student's grade and history as lines of text, and their reports as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from grader.class_progress import printable
from grader.errors import Mistake
from grader.gradebook import Attempt, ExerciseGrade, Grade, Override
from grader.model import Report
from grader.report import html
from grader.report.text import earned, of


def lines(grade: Grade, attempts: Sequence[Attempt], words: Sequence[Override]) -> list[str]:
    """Return a student's grade, then every attempt with every verdict on it, then every override."""
    student = grade.student
    about = "  ".join(text for text in (student.key, student.name, student.email) if text)
    every = [f"{about}   {of(grade.points, grade.max_points)}", *map(_exercise, grade.exercises)]
    for attempt in attempts:
        every += ["", *_attempt(attempt)]
    if words:
        every += ["", "overrides", *map(_word, words)]
    return [printable(line) for line in every]


def _exercise(each: ExerciseGrade) -> str:
    notes = [f"by {each.by}"] if each.by else []
    notes += [f"graded {earned(each.earned, each.max_points)}"] if each.points != each.earned else []
    notes += [f"{each.late_s / 3600:.1f} h late"] if each.late_s else []
    notes += [each.comment] if each.comment else []
    told = f"   ({'; '.join(notes)})" if notes else ""
    return f"  {each.exercise}  {of(each.points, each.max_points)}  {_words(each.outcome)}{told}"


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _attempt(attempt: Attempt) -> Iterator[str]:
    marks = "  late" if attempt.late else ""
    yield f"{attempt.file}  handed in {_time(attempt.handed_in)}{marks}  {attempt.digest[:12]}"
    for step in attempt.steps:
        mark = "*" if step.current else " "
        versions = f"exercise {step.exercise_digest[:8]}, seed {step.seed}, grader {step.grader}, torch {step.torch}"
        yield (
            f" {mark}{step.exercise}  {of(step.points, step.max_points)}  {_words(step.outcome)}  {step.lead}"
            f"  {_time(step.recorded_at)}  {versions}"
        )


def _word(word: Override) -> str:
    points = "withdrawn" if word.points is None else f"{word.points:g}"
    return f"  {_time(word.made_at)}  {word.exercise}  {points}  by {word.who}: {word.why}"


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "at a time unknown"


def write_reports(reports: Sequence[Report], folder: Path) -> list[Path]:
    """Write each report as an HTML page and return the paths; the folder is made. Raises `Mistake` if it cannot be."""
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, report in enumerate(reports, start=1):
            path = folder / f"report-{number}.html"  # the student's own file name may be anything
            path.write_text(html.render(report), encoding="utf-8")
            paths.append(path)
    except OSError as error:
        raise Mistake(f"{folder} cannot be written: {error.strerror}", "Give another folder.") from None
    return paths
