"""An overview as one HTML page that needs nothing else and runs nothing, with the students' reports beside it."""

from __future__ import annotations

import hashlib
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from grader import findings, gradebook
from grader.cache import code_version, digest
from grader.errors import Mistake
from grader.gradebook import Gradebook
from grader.misconceptions import PREFIX
from grader.model import Report, RuleText
from grader.overview import charts
from grader.overview.values import ExerciseView, Overview
from grader.report import html, sentences, text

STUDENTS = "students"
STYLES = ("report.css", "class.css")
OWN = re.compile(r"[a-z0-9-]*-[0-9a-f]{8}-[0-9a-f]{12}\.html")
"""The names of the reports that are written here; no other file is removed."""
SHOWN = 12
"""So many of the largest shared mistakes are listed on top."""

Links = Mapping[str, Sequence[tuple[str, str]]]
"""A student's reports: where each is, from the page, and the file that it is about."""


def write(book: Gradebook, overviews: Sequence[Overview], folder: Path) -> list[Path]:
    """Write every student's reports and a page an overview, and return the pages' paths.

    One student's reports are held at a time, and what is there already is not written again. Raises `Mistake` if the folder
    cannot be written.
    """
    try:
        (folder / STUDENTS).mkdir(parents=True, exist_ok=True)
        links = _write_reports(book, folder)
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


def slug(words: str) -> str:
    """Return a text as a file name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40]


def short(words: str) -> str:
    """Return a few characters that stand for a text."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:8]


def _write_reports(book: Gradebook, folder: Path) -> Links:
    """Write the reports that are not there, one an attempt, remove those that no longer hold, and return where they are.

    A file's name holds a digest of what it says and of what renders it.
    """
    renderer = _renderer()
    links: dict[str, list[tuple[str, str]]] = {}
    for key, files in gradebook.report_states(book).items():
        person = f"{slug(key)}-{short(key)}"
        names = [f"{person}-{digest('page', renderer, state)[:12]}.html" for _, state in files]
        links[key] = [(f"{STUDENTS}/{name}", file) for name, (file, _) in zip(names, files, strict=True)]
        if not all((folder / STUDENTS / name).is_file() for name in names):
            for name, report in zip(names, _by_attempt(gradebook.reports(book, key)), strict=True):
                if not (folder / STUDENTS / name).is_file():
                    _replace(folder / STUDENTS / name, html.render(report))
    wanted = {name for every in links.values() for name, _ in every}
    for path in (folder / STUDENTS).glob("*.html"):
        if OWN.fullmatch(path.name) and f"{STUDENTS}/{path.name}" not in wanted:
            path.unlink()
    return links


def _renderer() -> str:
    """Return a digest of what turns a report into a page."""
    templates = sorted(
        (path for path in html.shipped_templates().iterdir() if path.is_file()), key=lambda path: path.name
    )
    return digest(code_version(), *(path.read_bytes() for path in templates))


def _replace(path: Path, document: str) -> None:
    """Write a file all at once, for one that is there is taken to be whole."""
    draft = path.with_suffix(".draft")
    draft.write_text(document, encoding="utf-8")
    draft.replace(path)


def _by_attempt(reports: Sequence[Report]) -> Iterator[Report]:
    """Yield one report an attempt: after one exercise was graded again its results lie in two."""
    for _, parts in groupby(reports, key=lambda report: (report.digest, report.submission)):
        every = list(parts)
        results = tuple(result for report in every for result in report.results)
        texts = {rule.id: rule for report in every for rule in report.texts}
        yield msgspec.structs.replace(
            every[-1],
            results=results,
            texts=tuple(texts.values()),
            points=round(sum(result.points for result in results), 6),
            max_points=round(sum(result.max_points for result in results), 6),
        )


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
