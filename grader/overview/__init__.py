"""A class at a glance: one page an assignment, the groups of equal mistakes, similar code, and naming a mistake."""

from grader.overview.collect import overviews
from grader.overview.page import write

__all__ = ["overviews", "write"]
