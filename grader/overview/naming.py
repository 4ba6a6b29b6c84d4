"""Giving a group of equal mistakes its sentence: one member's code becomes a misconception of the reference."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader import __file__ as package
from grader import catalogue, grade, gradebook
from grader.cache import Cache
from grader.course import Course
from grader.errors import Mistake
from grader.expected import misconceptions_in, observe_misconceptions
from grader.footprint import BESIDES, coincide
from grader.grade import Task
from grader.gradebook import Answer, Gradebook
from grader.misconceptions import PREFIX
from grader.model import Outcome, Report, Result, Submission
from grader.overview.groups import Group, groups
from grader.overview.lift import Place, lifted, name_of, names_in, with_misconception
from grader.sandbox.bench import Bench

ENDED = {Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.UNGRADED}
SHORTEST = 4
TRIED = 8
"""So many members' code is tried, for the first may be the one that cannot be moved."""


@dataclass(frozen=True)
class Named:
    """What was written: where, under which name, the source, and how many answers it will be told."""

    path: Path
    name: str
    source: str
    members: int


@dataclass(frozen=True)
class Workshop:
    """Where a misconception is tried before it is written."""

    course: Course
    bench: Bench
    cache: Cache


def name_group(book: Gradebook, group_id: str, sentence: str, shop: Workshop) -> Named:
    """Write the group's mistake into its reference, as a misconception with this sentence, and return what was written.

    Nothing is written unless it does what the group does: raises `Mistake` with what stands in the way.
    """
    if not sentence.strip():
        raise Mistake("the sentence is empty", "Say what is wrong and what to do; it is what each of them reads.")
    group = _find(book, group_id)
    example = group.answers[0]
    path = shop.course.reference_file(example.exercise)
    _check_writable(path)
    _check_kind(gradebook.counting_report(book, example.result).results[0], path)
    reference = path.read_text(encoding="utf-8")
    place = Place(example.exercise, reference, name_of(sentence, names_in(reference)), " ".join(sentence.split()))
    submission, source = _liftable(book, group, place)
    text = with_misconception(place, source)
    _verify(shop, place, text, submission, group)
    _write(path, text)
    return Named(path, place.name, source, len(group.answers))


def _find(book: Gradebook, group_id: str) -> Group:
    exercise, _, digest = group_id.partition(":")
    found = groups(gradebook.answers(book, exercise))
    for group in found:
        if len(digest) >= SHORTEST and any(answer.digest.startswith(digest) for answer in group.answers):
            return group
    largest = sorted(found, key=lambda group: -len(group.answers))[:5]
    known = f"Groups of {exercise}: {', '.join(group.id for group in largest)}." if found else ""
    raise Mistake(f"there is no group {group_id} in {book.where}", f"{known} `grade report` shows all groups.".strip())


def _check_writable(path: Path) -> None:
    if (Path(package).parent / "pack") in path.parents:
        raise Mistake(
            "the shipped course is part of the package", "Make a course of your own and name it with --course."
        )
    if not os.access(path, os.W_OK):
        raise Mistake(f"{path} cannot be written", "Give yourself the right to, or copy the course.")


def _check_kind(result: Result, path: Path) -> None:
    """Raise `Mistake` for a mistake that a misconception cannot show, or shows already."""
    outcomes = {verdict.outcome for verdict in result.verdicts}
    ended = outcomes & ENDED
    if ended:
        told = ", ".join(sorted(str(outcome).replace("_", " ") for outcome in ended))
        raise Mistake(
            f"this group's code {told}; there is nothing to compare with", "The report says so to each of them."
        )
    if not outcomes & {Outcome.WRONG, Outcome.REFUSED}:
        raise Mistake("this group's code raises an exception in every case", "Its message says what is wrong.")
    if all(each.aspect in BESIDES for verdict in result.verdicts for each in verdict.evidence.differences):
        raise Mistake(
            "this group's results are right; what is wrong lies beside them", "Its finding says so to each of them."
        )
    rules = {finding.rule for verdict in result.verdicts for finding in verdict.evidence.findings}
    known = sorted(rule for rule in rules if rule.startswith(PREFIX))
    if known:
        raise Mistake(f"this mistake has a sentence: {known[0]}", f"Change it in {path}.")


def _liftable(book: Gradebook, group: Group, place: Place) -> tuple[Submission, str]:
    """Return the member whose code, moved, is the shortest, and that code. Raises the first one's `Mistake` if none can be."""
    digests = frozenset(answer.digest for answer in group.answers[:TRIED])
    found, first = [], None
    for submission in gradebook.sources(book, digests):
        try:
            found.append((submission, lifted(submission, place)))
        except Mistake as mistake:
            first = first or mistake
    if found:
        return min(found, key=lambda pair: len(pair[1]))
    raise first or Mistake(
        "the gradebook does not hold the example's source", "Give `grade class` once more, then this."
    )


def _verify(shop: Workshop, place: Place, text: str, submission: Submission, group: Group) -> None:
    """Grade the example against the reference as it would be; raises `Mistake` unless it is told the new sentence."""
    (exercise,) = catalogue.load([place.exercise], shop.course, shop.bench, shop.cache)
    seed = group.answers[0].seed
    task = grade.prepare(exercise, shop.course, seed, shop.bench, shop.cache)
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        draft = Path(folder) / f"{place.exercise}.py"
        draft.write_text(text, encoding="utf-8")
        report = grade.grade(submission, (_with(task, text, draft, shop.bench),), seed, shop.bench)
    if f"{PREFIX}{place.name}" in set(_told(report)):
        return
    if not _as_recorded(report, group.answers[0]):
        raise Mistake("the exercise has changed since this group was graded", "Grade the class again first.")
    raise Mistake(
        "the example's code, moved into the reference, does not do what the group does, or another misconception does too",
        "Write it into the reference by hand, and try it with `grade verify`.",
    )


def _with(task: Task, text: str, draft: Path, bench: Bench) -> Task:
    observe = functools.cache(lambda: observe_misconceptions(task.expected, task.exercise, draft, bench))
    return replace(task, sentences=tuple(misconceptions_in(text).items()), misconceptions=observe)


def _told(report: Report) -> Iterator[str]:
    for verdict in report.results[0].verdicts:
        yield from (finding.rule for finding in verdict.evidence.findings)


def _as_recorded(report: Report, answer: Answer) -> bool:
    now = report.results[0].footprint
    return now is not None and answer.footprint is not None and coincide(now, answer.footprint)


def _write(path: Path, text: str) -> None:
    """Replace a file's text all at once; its rights stay as they are."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Mistake(f"{path} cannot be written: {error.strerror}", "Nothing was changed.") from None
