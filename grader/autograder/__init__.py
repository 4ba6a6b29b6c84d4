"""An autograder for Gradescope: made here as a zip, run there for each submission."""

from grader.autograder.pack import Settings, make
from grader.autograder.run import RESULTS, Plan, graded, prepared, read_plan

__all__ = ["RESULTS", "Plan", "Settings", "graded", "make", "prepared", "read_plan"]
