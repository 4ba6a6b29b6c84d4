"""A class at a glance: one page an assignment, the groups of equal mistakes, similar code, and naming a mistake."""

from grader.overview.collect import overviews
from grader.overview.page import write
from grader.overview.similar_page import write_similar

__all__ = ["overviews", "write", "write_similar"]
