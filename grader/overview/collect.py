"""A gradebook -> what a class report shows. The numbers are those of `gradebook.grades`, as in every export."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader import gradebook
from grader.export.cells import ungraded
from grader.gradebook import Answer, CaseLoss, ExerciseGrade, Grade, Gradebook, HandedIn, Policy
from grader.intake import Student
from grader.misconceptions import PREFIX
from grader.model import Outcome
from grader.overview.groups import groups
from grader.overview.values import AnswerGroup, ExerciseView, Loss, Overview, Row

LATE = "handed in late"
WORD = "an instructor's word"
NOTHING = "not handed in"
ALONE = 8
"""So many of the mistakes that nobody shares are shown with their code; reading a report takes milliseconds."""
TINY = 1e-6
"""Points are sums of shares; less than this is rounding."""


def overviews(book: Gradebook, policy: Policy) -> tuple[Overview, ...]:
    """Return one overview an assignment, by title; where the hand-ins name none there is one, with all exercises."""
    grades = gradebook.grades(book, policy)
    files = gradebook.hand_ins(book)
    return tuple(
        _overview(book, policy, title, [_part(grade, names) for grade in grades], files)
        for title, names in _assignments(grades, files).items()
    )


def _assignments(grades: Sequence[Grade], files: Sequence[HandedIn]) -> dict[str, tuple[str, ...]]:
    """Return the exercises of each assignment: an exercise belongs where it was handed in most often."""
    names = [each.exercise for each in grades[0].exercises] if grades else []
    count = Counter((name, each.assignment) for each in files for name in each.exercises)
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        among = {title: number for (exercise, title), number in count.items() if exercise == name}
        found[max(sorted(among), key=among.__getitem__, default="")].append(name)
    return {title: tuple(found[title]) for title in sorted(found)} or {"": ()}


@dataclass(frozen=True)
class _Part:
    """One student's part in an assignment; `failed` names what the grader could not grade."""

    student: Student
    exercises: tuple[ExerciseGrade, ...]
    failed: frozenset[str]

    @property
    def begun(self) -> bool:
        """Whether anything of it was handed in, or given points for."""
        return any(each.result is not None or each.by for each in self.exercises)


def _part(grade: Grade, names: Sequence[str]) -> _Part:
    exercises = tuple(each for each in grade.exercises if each.exercise in names)
    return _Part(grade.student, exercises, frozenset(ungraded(grade)) & frozenset(names))


def _overview(
    book: Gradebook, policy: Policy, title: str, parts: Sequence[_Part], files: Sequence[HandedIn]
) -> Overview:
    times: dict[str, list[HandedIn]] = defaultdict(list)
    names = [each.exercise for each in parts[0].exercises] if parts else []
    for file in files:
        if set(names) & set(file.exercises):
            times[file.student].append(file)
    begun = [part for part in parts if part.begun or part.student.key in times]
    exercises = tuple(_exercise(book, place, begun) for place in range(len(names))) if begun else ()
    return Overview(
        title=title,
        max_points=round(sum(each.max_points for each in exercises), 6),
        exercises=exercises,
        rows=tuple(_row(part, times[part.student.key]) for part in begun),
        missing=tuple(part.student for part in parts if not (part.begun or part.student.key in times)),
        deadline=policy.deadline,
    )


def _row(part: _Part, files: Sequence[HandedIn]) -> Row:
    points = None if part.failed else round(sum(each.points for each in part.exercises), 6)
    moments = [file.handed_in for file in files if file.handed_in is not None]
    return Row(part.student, points, part.exercises, part.failed, max(moments, default=None))


def _exercise(book: Gradebook, place: int, parts: Sequence[_Part]) -> ExerciseView:
    """Return one exercise as the class did it; whom the grader failed is counted, and left out of every sum."""
    name = parts[0].exercises[place].exercise
    graded = [(part.student, part.exercises[place]) for part in parts if name not in part.failed]
    answers = {answer.result: answer for answer in gradebook.answers(book, name)}
    whose: dict[int, list[Student]] = defaultdict(list)
    for student, each in graded:
        if each.result is not None:
            whose[each.result].append(student)
    beside = tuple(_beside([each for _, each in graded]))
    cases = [case for case in gradebook.case_losses(book, name) if case.result in whose]
    return ExerciseView(
        name=name,
        max_points=max(part.exercises[place].max_points for part in parts),
        points=tuple(each.points for _, each in graded),
        ungraded=len(parts) - len(graded),
        lost=round(sum(each.max_points - each.points for _, each in graded), 6),
        by_case=(*_losses(cases, whose, by_finding=False), *beside),
        by_finding=(*_losses(cases, whose, by_finding=True), *beside),
        mistakes=_mistakes(book, answers, whose),
        seconds=_seconds(answers, whose),
    )


def _beside(grades: Sequence[ExerciseGrade]) -> Iterator[Loss]:
    """Yield what no case took: lateness, an instructor's word, and what nobody handed in."""
    late = [each.earned - each.points for each in grades if not each.by]
    word = [each.earned - each.points for each in grades if each.by]
    nothing = [each.max_points for each in grades if each.result is None]
    for name, lost in ((LATE, late), (WORD, word), (NOTHING, nothing)):
        losers = [points for points in lost if abs(points) > TINY]
        if losers:
            yield Loss(name, round(sum(losers), 6), len(losers))


def _losses(cases: Sequence[CaseLoss], whose: Mapping[int, list[Student]], *, by_finding: bool) -> Iterator[Loss]:
    """Yield what each case, or what each finding, cost the class; findings by what they cost, cases in their order."""
    points: dict[str, float] = defaultdict(float)
    losers: dict[str, set[int]] = defaultdict(set)
    for case in cases:
        lost = case.max_points - case.points
        if lost <= TINY:
            continue
        key = (case.lead or case.outcome) if by_finding else case.name
        points[key] += lost * len(whose[case.result])
        losers[key].add(case.result)
    order = sorted(points, key=lambda key: (-points[key], key)) if by_finding else list(points)
    for key in order:
        number = sum(len(whose[result]) for result in losers[key])
        rule = key if by_finding and key not in set(Outcome) else ""
        yield Loss(key, round(points[key], 6), number, rule)


def _mistakes(
    book: Gradebook, answers: Mapping[int, Answer], whose: Mapping[int, list[Student]]
) -> tuple[AnswerGroup, ...]:
    found = []
    for group in groups(answers[result] for result in whose if result in answers):
        members = [student for answer in group.answers for student in whose[answer.result]]
        found.append((tuple(sorted(members, key=lambda student: student.key)), group))
    found.sort(key=lambda each: (-len(each[0]), each[1].id))
    shared = sum(len(students) > 1 for students, _ in found)
    mistakes = []
    for place, (students, group) in enumerate(found):
        example = group.answers[0]
        report = gradebook.counting_report(book, example.result) if place < shared + ALONE else None
        mistakes.append(AnswerGroup(group.id, students, report, example.lead, example.lead.startswith(PREFIX)))
    return tuple(mistakes)


def _seconds(answers: Mapping[int, Answer], whose: Mapping[int, list[Student]]) -> tuple[tuple[float, str], ...]:
    """Return the seconds of the answers that count, the same bytes once."""
    timed = [(answers[result].wall_s, students[0].key) for result, students in whose.items() if result in answers]
    return tuple(sorted((seconds, key) for seconds, key in timed if seconds is not None))
