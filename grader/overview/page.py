"""An overview as one HTML page that needs nothing else and runs nothing, with the students' reports beside it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader import findings
from grader.errors import Mistake
from grader.gradebook import Gradebook
from grader.misconceptions import PREFIX
from grader.model import RuleText
from grader.overview import charts
from grader.overview.students import Links, short, slug, write_reports
from grader.overview.values import ExerciseView, Overview
from grader.report import html, sentences, text

STYLES = ("report.css", "class.css")
SHOWN = 12
"""So many of the largest shared mistakes are listed on top."""


def write(book: Gradebook, overviews: Sequence[Overview], folder: Path) -> list[Path]:
    """Write every student's reports and a page an overview, and return the pages' paths.

    One student's reports are held at a time, and what is there already is not written again. Raises `Mistake` if the folder
    cannot be written.
    """
    try:
        links = write_reports(book, folder)
        pages = []
        for overview, name in zip(overviews, file_names([each.title for each in overviews]), strict=True):
            path = folder / f"{name}.html"
            path.write_text(render(overview, links), encoding="utf-8")
            pages.append(path)
    except OSError as error:
        raise Mistake(f"{folder} cannot be written: {error.strerror}", "Give another folder.") from None
    return pages


def file_names(titles: Sequence[str]) -> list[str]:
    """Return a file name for each title: as it is called where that is safe, and never the same twice."""
    names: list[str] = []
    for title in titles:
        name = slug(title) or "class"
        names.append(name if name not in names else f"{name}-{short(title)}")
    return names


def render(overview: Overview, links: Links) -> str:
    """Return an overview as an HTML document."""
    points = [row.points for row in overview.rows if row.points is not None]
    moments = [row.handed_in for row in overview.rows if row.handed_in is not None]
    shared = [(view, mistake) for view in overview.exercises for mistake in view.mistakes if mistake.shared]
    shared.sort(key=lambda pair: -len(pair[1].students))
    return html.page(
        "class.html",
        STYLES,
        overview=overview,
        links=links,
        points_of_all=points,
        median=statistics.median(points) if points else 0.0,
        mean=statistics.fmean(points) if points else 0.0,
        score_bars=charts.score_bars(points, overview.max_points) if points and overview.max_points else (),
        moment_bars=charts.moment_bars(moments, overview.deadline),
        second_bars=lambda view: charts.second_bars([seconds for seconds, _ in view.seconds]),
        exercise_bars=lambda view: charts.score_bars(view.points, view.max_points) if view.max_points else (),
        shared=shared[:SHOWN],
        more_shared=max(0, len(shared) - SHOWN),
        histogram=charts.histogram,
        share=charts.share,
        fail=lambda result: next(iter(sentences.failing(result)), None),
        middle=lambda numbers: text.number(statistics.median(numbers), 3) if numbers else "",
        rules=_rules(overview.exercises),
        finding_name=_finding_name,
        anchors={view.name: f"exercise-{place}" for place, view in enumerate(overview.exercises, start=1)},
    )


def _rules(views: Sequence[ExerciseView]) -> dict[str, RuleText]:
    """Return the words of every rule that cost somebody points, as they were when it was graded."""
    general = {loss.rule for view in views for loss in view.by_finding if loss.rule}
    told = {
        rule.id: rule for view in views for mistake in view.mistakes if mistake.report for rule in mistake.report.texts
    }
    now = findings.texts({rule for rule in general if not rule.startswith(PREFIX)})
    return {rule.id: rule for rule in now} | told


def _finding_name(rule: str, rules: Mapping[str, RuleText]) -> str:
    return rules[rule].title if rule in rules else rule.removeprefix(PREFIX).replace("_", " ")
