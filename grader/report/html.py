"""A report as one HTML file that needs nothing else and runs nothing: no script, no outside resource."""

from __future__ import annotations

import base64
import hashlib
import math
import traceback
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from grader.errors import Mistake
from grader.model import Array, Aspect, Difference, Finding, Outcome, Report, Result, RuleText, Shown, Verdict
from grader.report import alike, code, figures, markdown, sentences, tables, text
from grader.report.kept import UID, keeper
from grader.report.step import first_step

_TOKENS = {Aspect.SHAPE, Aspect.DTYPE, Aspect.TYPE, Aspect.STRUCTURE, Aspect.DEVICE, Aspect.EXCEPTION}
"""Where `Difference.got` and `.expected` are short, and say by themselves what is wrong."""


def render(report: Report, templates: Traversable | Path | None = None) -> str:
    """Return the report as an HTML document.

    A template that `templates` has stands in for the shipped one of the same name, so a course can change one part.
    Raises `Mistake`, with the template and the line, where one of them cannot be used.
    """
    override: Any = templates  # every folder that importlib.resources gives can be hashed, but its type does not say so
    if override is None or override == shipped_templates():
        return _rendered(report, _environment(None))
    try:
        return _rendered(report, _environment(override))
    except Mistake:
        raise
    except Exception as error:  # a template may raise anything; that is its author's to mend
        raise _mistake(error, override) from error


def environment_of() -> Environment:
    """Return what renders the shipped templates."""
    return _environment(None)


def page(name: str, styles: tuple[str, ...], **values: object) -> str:
    """Return a shipped template as an HTML document; it prints its styles as `css` and their hash as `css_hash`."""
    return _document(_environment(None), name, styles, **values)


def _rendered(report: Report, environment: Environment) -> str:
    texts = {rule.id: rule for rule in report.texts}
    styles = ("report.css", "course.css")
    return _document(environment, "report.html", styles, report=report, step=first_step(report), texts=texts)


def _document(environment: Environment, name: str, styles: tuple[str, ...], **values: object) -> str:
    css = "\n".join(environment.get_template(style).render() for style in styles).replace("\r\n", "\n")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    marked = Markup(css)  # noqa: S704 - templates, not values of a report
    return environment.get_template(name).render(css=marked, css_hash=f"sha256-{digest}", **values)


def shipped_templates() -> Traversable:
    """Return the folder of templates: in a checkout `reports/templates/`, in a wheel the copy inside the package."""
    packed = files("grader") / "pack" / "reports" / "templates"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "reports" / "templates"


def _mistake(error: Exception, templates: Traversable | Path) -> Mistake:
    """Return an error in a template as a mistake of its author, with the innermost place that is in a template."""
    folders = tuple(f"{folder}/" for folder in (templates, shipped_templates()))
    places = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(folders) and not frame.filename.endswith(".py")
    ]
    if isinstance(error, TemplateSyntaxError):
        places.append((error.filename or error.name or "", error.lineno))  # some errors have the path as their name
    own = [place for place in places if place[0].startswith(folders[0])] or places
    name, line = own[-1] if own else (str(templates), None)
    what = f"there is no template {error}" if isinstance(error, TemplateNotFound) else text.one_line(str(error))
    told = f"{name}, line {line}" if line else name
    return Mistake(
        f"{told}: {what} ({type(error).__name__})",
        f"Mend it, or take it out of {templates}: then the report uses its own template of that name.",
    )


@lru_cache(maxsize=8)
def _environment(templates: Any) -> Environment:
    """Return what renders; the templates of a course, which may have come with what a student handed in, in a sandbox."""
    folders: list[Traversable] = [folder for folder in (templates, shipped_templates()) if folder is not None]
    environment = (Environment if templates is None else ImmutableSandboxedEnvironment)(
        loader=FunctionLoader(lambda name: _source(folders, name)),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=_shown_text,
        auto_reload=False,  # the templates of one run are those it began with
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_words())
    environment.globals.update(
        Outcome=Outcome,
        Aspect=Aspect,
        FOLDED_MAP=figures.FOLDED,
        UID=UID,
        WHOLE_MAP=figures.WIDE,
        anchor=_anchor,
        are_sides_drawn=_are_sides_drawn,
        bar=_bar,
        is_told=_is_told,
        code_lines=code.lines,
        drawn_shape=figures.drawn_shape,
        error_map=figures.error_map,
        # What a course's own macro prints may hang on more than its values.
        kept=keeper() if templates is None else lambda macro, *values: macro(*values),
        listing=code.listing,
        measures=figures.measures,
        numbers=tables.numbers,
        pair=tables.pair,
        passed_names=_passed_names,
        axes=_axes,
        both=_both,
        drawn_shapes=_drawn_shapes,
        shown_numbers=_shown_numbers,
        swatch=figures.swatch,
        statement=markdown.block,
        markdown=markdown.inline,
    )
    return environment


def _words() -> dict[str, Callable[..., Any]]:
    return {
        "account": sentences.account,
        "called": sentences.called,
        "count": text.count,
        "earned": text.earned,
        "element": sentences.element,
        "failing": sentences.failing,
        "findings": sentences.findings,
        "groups": alike.groups,
        "isolation": text.where,
        "note": sentences.note,
        "number_pair": text.number_pair,
        "passed_cases": text.passed_cases,
        "place": sentences.place,
        "points": text.points,
        "shape": text.shape,
        "tail": text.tail,
        "tally": text.tally,
        "words": text.OUTCOMES.__getitem__,
    }


def _source(folders: list[Traversable], name: str) -> tuple[str, str, None] | None:
    """Return a template's text, and where it is, from the first folder that has it."""
    for folder in folders:
        file = folder.joinpath(name)
        if file.is_file():
            try:
                return file.read_text(encoding="utf-8"), str(file), None
            except (OSError, UnicodeDecodeError) as error:
                raise Mistake(f"{file} cannot be read: {error}", "Save it as UTF-8.") from error
    return None


def _shown_text(value: object) -> object:
    """Every string that a template prints goes through here: whatever is not ours is cleaned, then escaped."""
    return text.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _anchor(report: Report, result: Result) -> str:
    """Return an id for an exercise's section: its place, for a name could be anything."""
    return f"exercise-{report.results.index(result) + 1}"


def _passed_names(result: Result) -> list[tuple[str, str]]:
    """Return the name and the summary of each case that passed."""
    return [(each.case, each.summary) for each in result.verdicts if each.outcome is Outcome.PASSED]


def _shown_numbers(shown: Shown, drawn: Sequence[str]) -> Markup | None:
    """Return a table of a tensor's numbers, unless it is one of the slots that are drawn already."""
    if shown.array is None or shown.name in drawn:
        return None
    whole = math.prod(shown.shape) == math.prod(shown.array.shape)
    array = Array(shown.array.dtype, shown.shape, shown.array.data) if whole else shown.array
    return tables.numbers(array, None, "" if whole else f"the first {math.prod(array.shape)} elements")


def _axes(verdict: Verdict, found: Difference) -> tuple[str, ...]:
    """Return the names of the axes of what differs: those of the output, or of the input whose gradient it is."""
    _, name = sentences.called(found)
    return next((one.axes for one in (*verdict.got, *verdict.expected, *verdict.inputs) if one.name == name), ())


def _both(found: Difference) -> tuple[str, str] | None:
    """Return what was got and what was expected, as short as they can stand beside each other; None if one is missing."""
    if found.got_value is not None or found.expected_value is not None:
        return text.number_pair(found.got_value, found.expected_value)
    if found.aspect not in _TOKENS or not (found.got and found.expected):
        return None
    return text.one_line(found.got, 60), text.one_line(found.expected, 60)


def _drawn_shapes(verdict: Verdict, found: Difference) -> tuple[Markup, Markup] | None:
    """Return the two shapes of what has the wrong one, as drawings."""
    if found.aspect is not Aspect.SHAPE:
        return None
    sides = [next((one for one in side if one.name == found.slot), None) for side in (verdict.got, verdict.expected)]
    got, expected = (
        figures.drawn_shape(one.shape, one.axes) if one is not None and one.dtype else None for one in sides
    )
    return (got, expected) if got is not None and expected is not None else None


def _is_told(found: Finding, lead: Finding | None, rule: RuleText) -> bool:
    """Tell whether a finding would say what the exercise's lead, above its cases, has said."""
    if lead is None or lead.rule != found.rule:
        return False
    return markdown.inline(rule.message, found.facts) == markdown.inline(rule.message, lead.facts)


def _are_sides_drawn(verdict: Verdict) -> bool:
    """Tell whether figures already show all of got beside all of expected, so that no second showing is needed."""
    drawn = {one.slot for one in verdict.evidence.differences if one.got_array is not None}
    kinds = [[(one.name, one.dtype, one.shape) for one in side] for side in (verdict.got, verdict.expected)]
    return kinds[0] == kinds[1] and all(one.name in drawn for one in verdict.got)


def _bar(report: Report) -> Markup:
    """Return the score as a bar with a part for each exercise, as wide as its points."""
    total = sum(result.max_points for result in report.results) or 1
    parts, x = [], 0.0
    for result in report.results:
        width = 1000 * result.max_points / total
        share = min(1.0, max(0.0, result.points / result.max_points)) if result.max_points else 1.0
        parts.append(f'<rect class="track" x="{x:.1f}" width="{width:.1f}" height="10"/>')
        parts.append(f'<rect class="earned" x="{x:.1f}" width="{share * width:.1f}" height="10"/>')
        x += width
        parts.append(f'<rect class="gap" x="{x - 2:.1f}" width="4" height="10"/>' if x < 998 else "")
    label = f"{text.earned(report.points, report.max_points)} of {text.points(report.max_points)} points"
    return Markup(  # noqa: S704 - numbers alone
        f'<svg class="bar" role="img" aria-label="{label}" viewBox="0 0 1000 10" preserveAspectRatio="none">'
        + "".join(parts)
        + "</svg>"
    )
