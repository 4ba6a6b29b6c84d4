"""A report in GitHub's Markdown, for a job's summary: the score, a table, what to fix first, then each exercise.

Nothing of a submission acts here: its text is escaped character by character, and its code stands in fences that it
cannot close.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from grader.model import Excerpt, Finding, Outcome, Pairs, Report, Result, Verdict
from grader.report import sentences
from grader.report.alike import groups
from grader.report.graded import Graded, rule_texts
from grader.report.step import first_step
from grader.report.text import (
    OUTCOMES,
    clean,
    count,
    earned,
    filled,
    inserted,
    one_line,
    passed_cases,
    points,
    source_lines,
    tail,
    tally,
    where,
)

LIMIT = 900_000
"""GitHub refuses a summary above 1 MiB whole, so details are left out before that."""
FOLDED = 12
"""Cases that fail in the same way are named up to this many."""

_ACTIVE = re.compile(r"[\\`*_{}\[\]()#!|~$<>&]|(?<=www)\.|(?<=\d)\.(?=\s)|:(?=[/\w])|^[-+=]", re.IGNORECASE)
"""What Markdown, GitHub's autolinks and its emoji begin or end with."""
_MARKS = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*")
_TICKS = re.compile("`+")
_HELD = re.compile("\ue000(\\d+)\ue001")


def render(report: Report) -> str:
    """Return one report as Markdown."""
    return render_all([Graded(report.submission, report)])


def render_all(files: Sequence[Graded]) -> str:
    """Return the reports of many files as one Markdown document of less than 1 MiB."""
    heads = [_head(file) for file in files]
    used, parts = sum(len(head.encode()) for head in heads), []
    for file, head in zip(files, heads, strict=True):
        details = []
        for text in _details(file.report) if file.report is not None else ():
            if used + len(text.encode()) > LIMIT:
                details.append("The rest is too long for a summary: see the job's log.\n")
                break
            used += len(text.encode())
            details.append(text)
        parts.append("\n".join([head, *details]))
    return "\n".join(parts)


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line: no markup, link, formula, mention, emoji or HTML in it."""
    told = _ACTIVE.sub(_harmless, one_line(text, 600))
    return told.replace("@", "@<!-- -->")  # GitHub looks for names and addresses when entities are characters again


def _harmless(match: re.Match[str]) -> str:
    sign = match[0]
    return html.escape(sign) if sign in "<>&" else f"\\{sign}"


def code(text: str) -> str:
    """Return text as a code span that it cannot end, for use in a paragraph."""
    told = one_line(text, 300)
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(told)), default=0))
    pad = " " if told.startswith("`") or told.endswith("`") else ""
    return f"{ticks}{pad}{told}{pad}{ticks}" if told else ""


def marked(template: str, facts: Pairs = ()) -> str:
    """Return a rule's sentence: its `code` and **strong** words marked, all else escaped, its facts put in as text."""
    kept: list[str] = []

    def hold(value: str) -> str:
        kept.append(inserted(value))
        return f"\ue000{len(kept) - 1}\ue001"

    def put(text: str, tell: Callable[[str], str]) -> str:
        return tell(_HELD.sub(lambda match: kept[int(match[1])], text))

    line = " ".join(filled(clean(template), facts, hold).split())
    told, end = [], 0
    for match in _MARKS.finditer(line):
        told.append(put(line[end : match.start()], _spaced))
        told.append(put(match[1], code) if match[1] else f"**{put(match[2], escaped)}**")
        end = match.end()
    return "".join([*told, put(line[end:], _spaced)])


def _spaced(text: str) -> str:
    """Return escaped text with the blanks at its ends, which part it from a code span."""
    lead, trail = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' * lead}{escaped(text)}{' ' * (trail and bool(text.strip()))}"


def _head(file: Graded) -> str:
    report = file.report
    if report is None:
        return f"## {escaped(file.path)}: not graded\n\n{escaped(file.problem)}\n\n{escaped(file.cure)}\n"
    score = f"{earned(report.points, report.max_points)} of {points(report.max_points)} points"
    lines = [f"## {escaped(file.path)}: {score}", "", tally(report), ""]
    lines += ["| | exercise | cases passed | points |", "|---|---|---|---|", *map(_row, report.results), ""]
    lines += [*_first(report), ""]
    isolated, words = where(report)
    return "\n".join([*lines, *([] if isolated else [f"**{escaped(words)}**", ""])])


def _row(result: Result) -> str:
    words = OUTCOMES[result.outcome]
    cases = passed_cases(result) if result.verdicts else ""
    score = f"{earned(result.points, result.max_points)} / {points(result.max_points)}"
    return f"| {words.glyph} {words.word} | {escaped(result.exercise)} | {cases} | {score} |"


def _first(report: Report) -> list[str]:
    step = first_step(report)
    about = " ".join(part for part in (escaped(step.about), f"({escaped(step.place)})" if step.place else "") if part)
    told = [f"> **{step.headline}** {about}".rstrip(), ">"]
    if step.text is None or step.finding is None:
        tries = [">", f"> Try: {marked(step.cure, ())}"] if step.cure else []
        return [*told, f"> {escaped(step.sentence)}", *tries]
    told.append(f"> {marked(step.text.message, step.finding.facts)}")
    if step.text.mend:
        told += [">", f"> Try: {marked(step.text.mend, step.finding.facts)}"]
    return told


def _details(report: Report) -> Iterator[str]:
    for cell in report.cells:
        told = f"**{escaped(sentences.place(cell))}**: {escaped(sentences.note(cell))}\n"
        yield told + (_fence(tail(cell.output)) if cell.output.strip() else "")
    for result in report.results:
        if result.outcome not in {Outcome.PASSED, Outcome.NOT_ATTEMPTED}:
            yield _exercise(report, result)


def _exercise(report: Report, result: Result) -> str:
    title = f"{OUTCOMES[result.outcome].glyph} {one_line(result.exercise, 80)}: {passed_cases(result)} passed"
    lines = [f"<details><summary>{html.escape(title)}</summary>", ""]
    for group in groups(result):
        lines += _case(report, result, group.first)
        for told, others in (("The same in {}", group.others), ("Differs in {} too", group.besides)):
            if others:
                names = ", ".join(escaped(one.case) for one in others[:FOLDED])
                more = ", …" if len(others) > FOLDED else ""
                lines += ["", f"  {told.format(count(len(others), 'more case'))}: {names}{more}"]
        lines.append("")
    if result.excerpt is not None:
        lines += [escaped(result.excerpt.where) + ":", "", _excerpt(result.excerpt)]
    return "\n".join([*lines, "</details>", ""])


def _case(report: Report, result: Result, verdict: Verdict) -> list[str]:
    words = OUTCOMES[verdict.outcome]
    summary = f" ({escaped(verdict.summary)})" if verdict.summary else ""
    lines = [f"- {words.glyph} {words.word}, **{escaped(verdict.case)}**{summary}"]
    texts = rule_texts(report)
    found: list[Finding] = [one for one in sentences.findings(verdict, result.lead) if one.rule in texts]
    if found:
        lines += ["", f"  {marked(texts[found[0].rule].message, found[0].facts)}"]
    lines += [
        part for sentence in sentences.account(verdict, result.excerpt)[:3] for part in ("", f"  {escaped(sentence)}")
    ]
    if found:
        lines += ["", f"  More: {code(f'grade explain {found[0].rule}')}"]
    return lines


def _excerpt(excerpt: Excerpt) -> str:
    numbered = [
        f"{number:4} {'▶' if number in excerpt.marked else ' '} {line}"
        for number, line in enumerate(source_lines(excerpt.source), excerpt.line)
    ]
    return _fence("\n".join(numbered))


def _fence(text: str) -> str:
    ticks = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    return f"{ticks}text\n{text}\n{ticks}\n"
