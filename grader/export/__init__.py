"""Grades for other programs: CSV for Canvas, Moodle and spreadsheets, Parquet for data frames."""

from grader.export.cells import defused, restored
from grader.export.plain import plain_csv, write_parquet
from grader.export.platforms import Exported, canvas_csv, moodle_csv

__all__ = ["Exported", "canvas_csv", "defused", "moodle_csv", "plain_csv", "restored", "write_parquet"]
