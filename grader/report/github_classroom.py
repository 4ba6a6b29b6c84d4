"""What GitHub Classroom's autograding reporter reads: base64 of a JSON object, one test an exercise.

The reporter adds up `score` for the grade, so every test has a number; an exercise, not a case, is a test because its
points are rounded once, and the sum of a perfect hand-in is what the assignment is worth.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from grader.model import Outcome, Report, Result
from grader.report.graded import Graded, headline, place
from grader.report.text import clean, one_line, passed_cases

VERSION = 3
STATUSES = {Outcome.PASSED: "pass", Outcome.UNGRADED: "error"}


def render(report: Report) -> str:
    """Return the payload of one report."""
    return render_all([Graded(report.submission, report)])


def render_all(files: Sequence[Graded]) -> str:
    """Return the payload of many files: one line of ASCII, for a step's output `result`."""
    return base64.b64encode(json.dumps(payload(files), allow_nan=False).encode()).decode()


def payload(files: Sequence[Graded]) -> dict[str, Any]:
    """Return what the payload holds. `status` is "error" only where the grader failed, which is no student's fault."""
    tests = [test for file in files for test in _tests(file)]
    statuses = {test["status"] for test in tests}
    status = "error" if "error" in statuses else "fail" if "fail" in statuses or not tests else "pass"
    points = sum(file.report.max_points for file in files if file.report is not None)
    return {"version": VERSION, "status": status, "max_score": round(points, 6), "tests": tests}


def _tests(file: Graded) -> list[dict[str, Any]]:
    if file.report is None:
        status = "error" if file.ours else "fail"
        return [_test(file.path, file.path, status, message=f"{file.problem}\n{file.cure}".strip())]
    return [_of(file.path, file.report, result) for result in file.report.results]


def _of(path: str, report: Report, result: Result) -> dict[str, Any]:
    if result.outcome is Outcome.PASSED:
        return _test(path, result.exercise, "pass", score=result.points)
    at = place(result)
    where = f"{at.words()}: " if at.cell else ""
    told = "\n".join((f"{where}{passed_cases(result)} passed", *headline(report, result)))
    status = STATUSES.get(result.outcome, "fail")
    return _test(path, result.exercise, status, score=result.points, message=told, line=at.line)


def _test(path: str, name: str, status: str, *, score: float = 0.0, message: str = "", line: int = 0) -> dict[str, Any]:
    """Return one test; `line_no` 0 is shown as no line."""
    return {
        "name": one_line(name, 200),
        "status": status,
        "score": score,
        "message": clean(message),
        "test_code": f"grade {one_line(path, 300)}",
        "filename": one_line(path, 300),
        "line_no": line,
        "duration": 0,
    }
