"""Other platforms' notebooks -> exercise files and references. Text is turned into text: nothing is run."""

from grader.importing.lesson import read_lesson
from grader.importing.nbgrader import read_nbgrader
from grader.importing.otter import read_otter
from grader.importing.values import Draft, Problem, Source, Written
from grader.importing.write import write

__all__ = ["Draft", "Problem", "Source", "Written", "read_lesson", "read_nbgrader", "read_otter", "write"]
