"""Canvas's gradebook and Moodle's worksheet, filled in: identities are the platform's own, so its file is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Mistake
from grader.export.cells import final, number, ungraded, written
from grader.export.plain import comments
from grader.gradebook import Grade
from grader.intake import Student
from grader.intake.roster import of
from grader.intake.sheet import read_sheet

CANVAS_IDS = ("ID", "SIS Login ID", "SIS User ID", "Student")
CANVAS_KEPT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Root Account", "Section")
POINTS = "Points Possible"
AGAIN = "Export it again, as it is."


@dataclass(frozen=True)
class Exported:
    """A file's text, and what an instructor should look at before importing it."""

    text: str
    problems: tuple[str, ...]


def canvas_csv(grades: Sequence[Grade], exported: Path, assignment: str) -> Exported:
    """Return Canvas's exported gradebook with one assignment's points, scaled to what it is worth there, to be imported again.

    `assignment` is a name or a whole heading, "Losses (4711)"; a name that the export does not have becomes a new
    assignment. Raises `Mistake` if the file is no export, or the name is not clear.
    """
    lines = read_sheet(exported, AGAIN).rows
    heads = [head.strip() for head in lines[0]]
    if "Student" not in heads or not {"ID", "SIS Login ID", "SIS User ID"} & set(heads):
        raise Mistake(f"{exported} is no gradebook from Canvas", "In Canvas: Grades, Export, Export Entire Gradebook.")
    kept = [index for index, head in enumerate(heads) if head in CANVAS_KEPT]
    students = [line for line in lines[1:] if _is_student(line, heads)]
    called = [[_cell(line, heads, name) for name in CANVAS_IDS] for line in students]
    matched, problems = _matched(grades, called)
    most = max((grade.max_points for grade in grades), default=0.0)
    heading = _heading(heads, assignment)
    (theirs,) = [_cell(line, heads, heading) for line in lines[1:] if _cell(line, heads, "Student") == POINTS][:1] or [
        ""
    ]
    scale = _scale(theirs, most)
    first = ["" if heads[index] != "Student" else f"    {POINTS}" for index in kept]
    out = [[heads[index] for index in kept] + [heading], [*first, number(most * scale)]]
    for line, grade in zip(students, matched, strict=True):
        points = final(grade) if grade else None
        cells = [line[index] if index < len(line) else "" for index in kept]
        out.append([*cells, "" if points is None else number(points * scale)])
    return Exported(written(out), tuple(problems))


def _is_student(line: Sequence[str], heads: list[str]) -> bool:
    """Tell students from Canvas's own lines: points possible, posting, and totals, which have no ids."""
    name = _cell(line, heads, "Student")
    return bool(name) and name != POINTS and any(_cell(line, heads, head) for head in CANVAS_IDS[:3])


def _heading(heads: list[str], assignment: str) -> str:
    if assignment in heads:
        return assignment
    found = [head for head in heads if head.rpartition(" (")[0] == assignment]
    if len(found) > 1:
        raise Mistake(f"Canvas has several assignments {assignment!r}", f"Give one of: {', '.join(found)}.")
    return found[0] if found else assignment


def moodle_csv(grades: Sequence[Grade], worksheet: Path) -> Exported:
    """Return Moodle's grading worksheet with grades, scaled to its own maximum, and comments.

    A line without a grade is left as it was: Moodle takes feedback without a grade for an empty grade. Raises `Mistake`
    if the file is no worksheet.
    """
    sheet = read_sheet(worksheet, AGAIN)
    lines = sheet.rows
    heads = [head.strip() for head in lines[0]]
    if "Identifier" not in heads or "Grade" not in heads:
        raise Mistake(
            f"{worksheet} is no grading worksheet from Moodle",
            "In Moodle: View all submissions, Grading action, Download grading worksheet.",
        )
    students = [[*line, *[""] * (len(heads) - len(line))] for line in lines[1:]]
    called = [
        [
            _cell(line, heads, "Identifier").removeprefix("Participant").strip(),
            _cell(line, heads, "Email address"),
            _cell(line, heads, "Full name"),
        ]
        for line in students
    ]
    matched, problems = _matched(grades, called)
    for line, grade in zip(students, matched, strict=True):
        points = final(grade) if grade else None
        if grade is None or points is None:
            continue
        line[heads.index("Grade")] = number(points * _scale(_cell(line, heads, "Maximum Grade"), grade.max_points))
        if "Feedback comments" in heads and comments(grade):
            line[heads.index("Feedback comments")] = comments(grade)
    return Exported(written([heads, *students], sheet.delimiter), tuple(problems))


def _scale(maximum: str, most: float) -> float:
    """Return what our points are to be multiplied with; 1 where the platform names no maximum."""
    try:
        return float(maximum.replace(",", ".")) / most or 1.0
    except (ValueError, ZeroDivisionError):
        return 1.0


def _cell(line: Sequence[str], heads: list[str], name: str) -> str:
    index = heads.index(name) if name in heads else len(line)
    return line[index].strip() if index < len(line) else ""


def _matched(grades: Sequence[Grade], called: list[list[str]]) -> tuple[list[Grade | None], list[str]]:
    """Return each line's grade, if exactly one student is meant by exactly one line, and all that is not so."""
    by_key = {grade.student.key: grade for grade in grades}
    known = of(grade.student for grade in grades)
    found = [known.find(*(name for name in names if name)) for names in called]
    times = Counter(student.key for student in found if student)
    problems = [
        f"{_who(by_key[key].student)} is meant by {count} lines, and none of them got a grade: "
        + "; ".join(
            ", ".join(name for name in names if name)
            for names, student in zip(called, found, strict=True)
            if student and student.key == key
        )
        for key, count in times.items()
        if count > 1
    ]
    problems += [
        f"{_who(grade.student)} has {number(grade.points)} points, but no line in the file"
        for key, grade in by_key.items()
        if final(grade) is not None and key not in times
    ]
    problems += [
        f"{_who(grade.student)} got no grade: {', '.join(ungraded(grade))} could not be graded"
        for grade in grades
        if ungraded(grade)
    ]
    once = {key for key, count in times.items() if count == 1}
    return [by_key[student.key] if student and student.key in once else None for student in found], problems


def _who(student: Student) -> str:
    return f"{student.name} ({student.key})" if student.name and student.name != student.key else student.key
