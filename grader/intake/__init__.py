"""What a class handed in: folders, zips and rosters -> one `Found` a file, and everything that is amiss."""

from grader.intake.archive import contents, reader
from grader.intake.find import find, recognised
from grader.intake.roster import Roster, read_roster
from grader.intake.values import Found, Intake, Problem, ProblemKind, Student

__all__ = [
    "Found",
    "Intake",
    "Problem",
    "ProblemKind",
    "Roster",
    "Student",
    "contents",
    "find",
    "read_roster",
    "reader",
    "recognised",
]
