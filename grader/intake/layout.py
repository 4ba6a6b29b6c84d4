"""Where the student's name stands in a path, by platform. Facts read from files that each platform makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.values import Student

MOODLE_FOLDER = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_\w+?_?$")
MOODLE_FILE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_(?P<file>.+)$")
CANVAS = re.compile(r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_(?P<submission>\d+)_(?P<file>.+)$")
CANVAS_TEXT = re.compile(r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_(?P<file>(?:text|link)\.html)$")
"""What was typed into Canvas, or the address that was given there, in place of a file."""
GRADESCOPE = re.compile(r"^submission_\d+$")
WRAPPER = re.compile(r"^(?:submitted|submissions|assignment_\d+_export)$", re.IGNORECASE)
COPY = re.compile(r"(?:[-_ ]*\(\d+\)|-\d{1,2}|[ _-]+copy ?\d*|-Copy\d+)+$", re.IGNORECASE)
"""What browsers, Canvas and Jupyter put behind the name of a second copy."""


@dataclass(frozen=True)
class Place:
    """What a path says: who, for which assignment, under what name, and whether the platform marked it late.

    `certain` is false where the name was guessed from a file's name. `counted`: the student's number counts participants,
    as Moodle's does, and is in no list but as "Participant 12345".
    """

    student: Student
    assignment: str
    file: str
    late: bool = False
    certain: bool = True
    counted: bool = False

    @property
    def numbers(self) -> tuple[str, ...]:
        """The student's number as a list has it."""
        return tuple(f"Participant {each}" for each in self.student.ids) if self.counted else self.student.ids


def place(parts: tuple[str, ...]) -> Place:
    """Return what the parts of a path below the root of a collection say."""
    *folders, file = parts
    for index, folder in enumerate(folders):
        if match := MOODLE_FOLDER.match(folder):
            return Place(_numbered(match), "/".join(folders[index + 1 :]), file, counted=True)
        if GRADESCOPE.match(folder):
            return Place(Student(folder), "/".join(folders[index + 1 :]), file)
    if match := MOODLE_FILE.match(file):
        return Place(_numbered(match), "", match["file"], counted=True)
    if match := CANVAS.match(file) or CANVAS_TEXT.match(file):
        return Place(_numbered(match), "", match["file"], late=match["late"] is not None)
    if folders:
        return Place(Student(folders[0], folders[0]), "/".join(folders[1:]), file)
    return Place(Student(file.rpartition(".")[0]), "", file, certain=False)


def _numbered(match: re.Match[str]) -> Student:
    """Return a student whose name alone may be shared, so that the platform's number belongs to the key."""
    return Student(f"{match['name']}_{match['id']}", match["name"], "", (match["id"],))


def unwrapped(paths: Sequence[tuple[str, ...]], name: str) -> int:
    """Return how many folders stand around a collection: those that are all there is, and are no student's."""
    depth = 0
    while all(len(parts) > depth + 1 for parts in paths) and len({parts[depth] for parts in paths}) == 1:
        folder = paths[0][depth]
        if not (WRAPPER.match(folder) or folder == name):
            break
        depth += 1
    return depth if paths else 0


def answer_name(file: str) -> str:
    """Return what two copies of one answer have in common: the stem without marks of copies."""
    stem = file.rpartition(".")[0]
    return (COPY.sub("", stem) or stem).casefold()


def words(text: str) -> tuple[str, ...]:
    """Return a text's words in lower case and without accents, for comparing names."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return tuple(re.findall(r"[^\W_]+", "".join(char for char in plain if not unicodedata.combining(char))))


def guessed(stems: Sequence[str], known: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return stem -> (student, answer) for flat files: what every name has in common, or `known` names, is the answer."""
    split = {stem: re.split(r"[-_ ]+", stem) for stem in stems}
    head = _shared(list(split.values()))
    tail = _shared([tokens[::-1] for tokens in split.values()])
    found = {}
    for stem, tokens in split.items():
        answer = next((name for name in sorted(known, key=len, reverse=True) if _has(stem, name)), "")
        if answer and len(stem) > len(answer):
            found[stem] = (re.sub(rf"[-_ ]*{re.escape(answer)}[-_ ]*", "", stem, count=1, flags=re.IGNORECASE), answer)
        elif len(split) > 1 and head + tail < min(len(each) for each in split.values()):
            end = len(tokens) - tail
            found[stem] = ("_".join(tokens[head:end]), "_".join((*tokens[:head], *tokens[end:])))
        else:
            found[stem] = (stem, "")
    return found


def _shared(lists: list[list[str]]) -> int:
    """Return how many items all lists begin with."""
    count = 0
    for column in zip(*lists, strict=False):  # the shortest list ends the comparison
        if len({token.casefold() for token in column}) > 1:
            break
        count += 1
    return count


def _has(stem: str, name: str) -> bool:
    return re.search(rf"(?:^|[-_ ]){re.escape(name)}(?:$|[-_ ])", stem, re.IGNORECASE) is not None
