"""Grades: what was recorded, settled by a policy, with the instructor's word on top."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sqlalchemy import select

from grader.gradebook import people
from grader.gradebook.overrides import Override, standing
from grader.gradebook.policy import Policy, Tried, settle
from grader.gradebook.store import Gradebook, reading
from grader.gradebook.tables import ATTEMPTS, CURRENT, RESULTS, STUDENTS
from grader.gradebook.values import ExerciseGrade, Grade
from grader.intake import Student
from grader.model import Outcome

Tries = dict[tuple[str, str], list[Tried]]


def grades(gradebook: Gradebook, policy: Policy) -> tuple[Grade, ...]:
    """Return every student's grade, in the order of their keys; what was not handed in has 0 points."""
    words = standing(gradebook)
    students, tries, worth = _recorded(gradebook)
    exercises = sorted(name for name in worth if name not in policy.dropped)
    return tuple(
        _grade(each, [_exercise(each, name, worth[name], policy, tries, words) for name in exercises], tries)
        for each in students
    )


def _recorded(gradebook: Gradebook) -> tuple[list[Student], Tries, dict[str, float]]:
    """Return students, their tries by (student, exercise) in order of time, and what each exercise is worth now."""
    query = (
        select(
            STUDENTS.c.key, RESULTS.c.exercise, RESULTS.c.outcome, RESULTS.c.points, RESULTS.c.max_points,
            ATTEMPTS.c.file, ATTEMPTS.c.handed_in, RESULTS.c.id, ATTEMPTS.c.id,
        )
        .join(ATTEMPTS, ATTEMPTS.c.student_id == STUDENTS.c.id)
        .join(CURRENT, CURRENT.c.submission_id == ATTEMPTS.c.submission_id)
        .join(RESULTS, RESULTS.c.id == CURRENT.c.result_id)
    )  # fmt: skip
    with reading(gradebook) as connection:
        students = [people.of(row) for row in connection.execute(select(STUDENTS)).mappings()]
        rows = connection.execute(query).all()
    tries: Tries = defaultdict(list)
    newest: dict[str, tuple[int, float]] = {}
    for key, exercise, outcome, points, most, file, handed_in, result, _ in sorted(rows, key=_by_time):
        tries[key, exercise].append(Tried(exercise, outcome, points, most, file, handed_in, result))
        newest[exercise] = max(newest.get(exercise, (0, 0.0)), (result, most))
    worth = {exercise: most for exercise, (_, most) in newest.items()}
    return sorted(students, key=lambda each: each.key), tries, worth


def _by_time(row: tuple[object, ...]) -> tuple[str, int]:
    """Order by when it was handed in, then by when it was recorded: databases order missing times differently."""
    handed_in, attempt = row[6], row[8]
    assert isinstance(attempt, int)
    return str(handed_in or ""), attempt


def _exercise(
    student: Student, name: str, worth: float, policy: Policy, tries: Tries, words: dict[tuple[str, str], Override]
) -> ExerciseGrade:
    grade = settle(policy, student.key, tries.get((student.key, name), ()))
    if grade is None:
        grade = ExerciseGrade(name, Outcome.NOT_ATTEMPTED, 0.0, worth)
    word = words.get((student.key, name))
    if word is None or word.points is None:
        return grade
    return replace(grade, points=word.points, comment=word.comment, by=word.who)


def _grade(student: Student, exercises: list[ExerciseGrade], tries: Tries) -> Grade:
    return Grade(
        student,
        tuple(exercises),
        points=round(sum(each.points for each in exercises), 6),
        max_points=round(sum(each.max_points for each in exercises), 6),
        handed_in=any((student.key, each.exercise) in tries for each in exercises),
    )
