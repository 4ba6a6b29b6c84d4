"""Paths -> what each student handed in. Reads names and times; the files themselves are read when they are graded."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import Mistake
from grader.intake import archive, gradescope, layout
from grader.intake.archive import Member
from grader.intake.layout import Place
from grader.intake.roster import Roster
from grader.intake.roster import of as listed
from grader.intake.values import Found, Intake, Problem, ProblemKind, Student

ANSWERS = (".py", ".ipynb")
IGNORED = {"__pycache__", "__MACOSX", "grades.db", gradescope.FILE, "timestamp.txt"}
MAX_FILES = 1_000_000
OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Source:
    """A folder, a zip, or single files: where its members are, and what is beside them."""

    path: Path
    zipped: bool
    members: tuple[Member, ...]
    entries: dict[str, gradescope.Entry]
    stamps: dict[tuple[str, ...], datetime]
    single: bool = False


def find(paths: Sequence[Path], roster: Roster | None = None, known: Sequence[str] = ()) -> Intake:
    """Return what was handed in under folders, zips, files and patterns; of doubles, the newest.

    `known` are names of exercises and lessons, which are no student's. Raises `Mistake` for a path that is not
    there, or if nothing is there at all.
    """
    sources, problems = list[_Source](), list[Problem]()
    for path in _expanded(paths):
        try:
            sources.append(_source(path))
        except Mistake as mistake:
            problems.append(Problem(ProblemKind.UNREADABLE, mistake.problem, str(path)))
    found = [each for source in _joined(sources) for each in _found(source, roster, known, problems)]
    kept = _newest(found, problems)
    students = {each.student.key for each in kept}
    if roster is not None:
        told = {problem.student for problem in problems}
        problems += [
            Problem(ProblemKind.MISSING, f"{each.name or each.key} handed in nothing", student=each.key)
            for each in roster.students
            if each.key not in students | told
        ]
    if not kept and not problems:
        raise Mistake(f"there is no submission in {', '.join(map(str, paths))}", "A .py file or a notebook is one.")
    return Intake(tuple(kept), tuple(problems))


def recognised(intake: Intake, enrolled: Sequence[Student]) -> Intake:
    """Return what was found without a roster, students called as before where the platform's number and name are theirs."""
    before = listed(enrolled)
    return replace(
        intake,
        submissions=tuple(replace(each, student=_again(each.student, before)) for each in intake.submissions),
        problems=tuple(replace(each, who=each.who and _again(each.who, before)) for each in intake.problems),
    )


def _expanded(paths: Sequence[Path]) -> list[Path]:
    """Return each path, a pattern replaced by what it matches."""
    every: list[Path] = []
    for path in paths:
        if path.exists() or path.is_symlink():
            every.append(path)
        elif not glob.has_magic(str(path)):
            raise Mistake(f"there is no {path}", "Check the spelling, and the folder that you are in.")
        else:
            matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207 - may be absolute
            if not matches:
                raise Mistake(f"nothing matches {path}", "Check the pattern, and the folder that you are in.")
            every += matches
    return list(dict.fromkeys(every))


def _source(path: Path) -> _Source:
    if path.is_dir():
        return _read_beside(path, zipped=False, members=_walk(path))
    if path.suffix.lower() == ".zip":
        return _read_beside(path, zipped=True, members=archive.members(path))
    return _Source(path.parent, False, (Member((path.name,), path.name, _changed_at(path)),), {}, {}, single=True)


def _walk(root: Path) -> tuple[Member, ...]:
    members = []
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in IGNORED)
        for name in sorted(files):
            path = Path(folder, name)
            parts = path.relative_to(root).parts
            why = "it is a symbolic link" if path.is_symlink() else ""
            members.append(Member(parts, "/".join(parts), _changed_at(path), why))
        if len(members) > MAX_FILES:
            raise Mistake(f"{root} has more than {MAX_FILES} files", "Name the folder that holds the submissions.")
    return tuple(members)


def _changed_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def _joined(sources: list[_Source]) -> list[_Source]:
    """Put single files together: what their names have in common says where the student's name is."""
    whole = [source for source in sources if not source.single]
    single = [source for source in sources if source.single]
    folders = {source.path for source in single}
    return whole + [
        _Source(folder, False, tuple(each.members[0] for each in single if each.path == folder), {}, {})
        for folder in sorted(folders)
    ]


def _read_beside(path: Path, *, zipped: bool, members: tuple[Member, ...]) -> _Source:
    """Read the platforms' own files: Gradescope's metadata and nbgrader's times."""
    entries, stamps = dict[str, gradescope.Entry](), dict[tuple[str, ...], datetime]()
    with archive.reader() as read_member:
        for member in members:
            if member.refused or not member.parts or member.parts[-1] not in {gradescope.FILE, "timestamp.txt"}:
                continue
            try:
                data = read_member(path, member.name) if zipped else _read(path / member.name)
            except (Mistake, OSError):
                continue
            text = data.decode("utf-8", "replace")
            if member.parts[-1] == gradescope.FILE:
                entries |= gradescope.parse(text)
            elif (stamp := _stamp(text)) is not None:
                stamps[member.parts[:-1]] = stamp
    return _Source(path, zipped, members, entries, stamps)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(archive.MAX_MEMBER_BYTES)


def _stamp(text: str) -> datetime | None:
    """Return a time as nbgrader writes it: `2015-02-02 15:58:23.948203 UTC`."""
    try:
        stamp = datetime.fromisoformat(text.strip().removesuffix(" UTC").strip())
    except ValueError:
        return None
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def _found(source: _Source, roster: Roster | None, known: Sequence[str], problems: list[Problem]) -> list[Found]:
    members = [each for each in source.members if each.parts and not _ignored(each.parts)]
    depth = layout.unwrapped([each.parts for each in members], source.path.stem)
    places = {each: layout.place(each.parts[depth:]) for each in members}
    flat = [each.file.rpartition(".")[0] for each in places.values() if not each.certain]
    names = layout.guessed(flat, known)
    owners = {member: _students(place, source, roster, names) for member, place in places.items()}
    if roster is not None:
        owners = _apart(places, owners, roster, problems)
    found, others = list[Found](), dict[str, tuple[Student, list[str]]]()
    for member, place in places.items():
        for student in owners[member]:
            if not member.refused and member.name.lower().endswith(ANSWERS):
                found.append(_one(source, member, place, student))
            elif member.refused:
                text = f"{member.name} is not read: {member.refused}"
                problems.append(Problem(ProblemKind.UNREADABLE, text, str(source.path), student.key, student))
            elif place.certain:
                others.setdefault(student.key, (student, []))[1].append(member.name)
    problems += _unknown(found, roster)
    handed = {each.student.key for each in found}
    for key, (student, files) in others.items():
        if key not in handed:
            inside = any(name.lower().endswith(".zip") for name in files)
            text = f"{key} handed in {', '.join(files[:3])}, and neither a .py file nor a notebook"
            text += "; a zip within is not opened, so unpack it, and give the folder" if inside else ""
            problems.append(Problem(ProblemKind.UNREADABLE, text, str(source.path), key, student))
    return found


def _ignored(parts: tuple[str, ...]) -> bool:
    return any(part in IGNORED or part.startswith((".", "grades.db")) for part in parts if part not in {".", ".."})


def _one(source: _Source, member: Member, place: Place, student: Student) -> Found:
    entry = next((source.entries[part] for part in member.parts if part in source.entries), None)
    at = (entry.created_at if entry else None) or source.stamps.get(member.parts[:-1]) or member.changed_at
    path, inner = (source.path, member.name) if source.zipped else (source.path / member.name, "")
    return Found(student, path, inner, at, place.late, place.assignment)


def _students(
    place: Place, source: _Source, roster: Roster | None, names: dict[str, tuple[str, str]]
) -> tuple[Student, ...]:
    """Return who a place belongs to, as the roster calls them where it knows them; a group has several."""
    entry = source.entries.get(place.student.key)
    named = entry.students if entry and entry.students else (place.student,)
    if not place.certain:
        stem = place.file.rpartition(".")[0]
        guess = names[stem][0] or stem
        within = roster.within(stem) if roster else ()
        named = within if len(within) == 1 else (Student(guess, guess),)
    if roster is None:
        return named
    return tuple(_known(each, roster, place) for each in named)


def _again(student: Student, enrolled: Roster) -> Student:
    known = enrolled.find(*student.ids)
    return known if known is not None and known == enrolled.find(student.name) else student


def _known(student: Student, roster: Roster, place: Place) -> Student:
    ids = place.numbers if student == place.student else student.ids
    numbered, named = roster.find(*ids), roster.find(student.name)
    if numbered is not None and named is not None and numbered != named:
        return student  # a platform counts its users, and a university its students
    known = roster.find(student.key, *ids, student.email, student.name)
    if known is None and place.certain:  # a folder of flat files that is no student's own
        within = roster.within(place.file.rpartition(".")[0])
        known = within[0] if len(within) == 1 else None
    if known is None:
        return student
    return replace(known, ids=tuple(dict.fromkeys((*known.ids, *student.ids))))


def _apart(
    places: Mapping[Member, Place],
    owners: Mapping[Member, tuple[Student, ...]],
    roster: Roster,
    problems: list[Problem],
) -> dict[Member, tuple[Student, ...]]:
    """Return who each file belongs to, where the platform's numbers tell two students of one name from each other.

    If two whom the platform numbers apart have one line in the list, it is the one's whose number it has. Else neither is
    known to be meant: both keep the platform's name, and that is told.
    """
    numbered: dict[str, dict[str, Place]] = {}
    for member, students in owners.items():
        for student in students:
            if places[member].student.ids:
                numbered.setdefault(student.key, {})[places[member].student.key] = places[member]
    doubted = set[str]()
    for key, people in numbered.items():
        unsure = {name for name, each in people.items() if roster.find(*each.numbers) is None}
        if len(people) > 1 and unsure:
            doubted |= unsure
        if len(unsure) == len(people) > 1:
            text = (
                f"{' and '.join(sorted(people))} may each be {key} of the list of students, so neither is taken for it"
            )
            problems.append(Problem(ProblemKind.UNKNOWN, text, student=key))
    return {
        member: (places[member].student,) if places[member].student.key in doubted else students
        for member, students in owners.items()
    }


def _unknown(found: list[Found], roster: Roster | None) -> list[Problem]:
    if roster is None:
        return []
    listed = {each.key for each in roster.students}
    strangers = {each.student.key: each for each in found if each.student.key not in listed}
    return [
        Problem(
            ProblemKind.UNKNOWN, f"{key} is not in the list of students; it is graded all the same", each.where, key
        )
        for key, each in strangers.items()
    ]


def _newest(found: list[Found], problems: list[Problem]) -> list[Found]:
    """Return the newest of each student's copies of one answer, and tell of the others."""
    groups: dict[tuple[str, str, str], list[Found]] = {}
    for each in found:
        file = layout.place((each.file,)).file
        groups.setdefault((each.student.key, each.assignment, layout.answer_name(file)), []).append(each)
    kept = []
    for (key, _, _), copies in sorted(groups.items()):
        *older, newest = sorted(copies, key=lambda each: (each.handed_in or OLDEST, each.where))
        kept.append(newest)
        for each in older:
            text = f"{each.where} is older than {newest.where}, which is graded instead"
            problems.append(Problem(ProblemKind.DOUBLE, text, each.where, key))
    return kept
