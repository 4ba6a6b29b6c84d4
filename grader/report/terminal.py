"""A report in a terminal: one block an exercise, the first thing to mend in it on top, the score at the end."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.model import CellNote, Finding, Outcome, Pairs, Report, Result, RuleText, Shown, Verdict
from grader.report import sentences
from grader.report.alike import Group, groups
from grader.report.step import Step, first_step
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
    quoted,
    shape,
    tail,
    tally,
    where,
)

NARROW = 70
"""Below this width the rule's id gets a line of its own."""

MOST_NAMES = 40
"""Of cases that fail in the same way, at most so many are named."""

_EXPOSED = "NOT ISOLATED: this code ran without a sandbox, with all your rights"

_MARKS = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*")


class _Page(NamedTuple):
    """Where lines go, and what every block needs. `indent` is where messages begin: below the names of the cases."""

    console: Console
    texts: Mapping[str, RuleText]
    verbose: bool
    indent: int = 4

    def line(self, text: Text, indent: int = 0, sign: Text | None = None) -> None:
        """Print one paragraph, wrapped behind its indent or behind a sign."""
        before = Text(" " * indent) if sign is None else sign + Text(" ")
        for part in text.wrap(self.console, max(8, self.console.width - before.cell_len)):
            part.rstrip()
            self.console.print(before + part, highlight=False)
            before = Text(" " * before.cell_len)


def written(report: Report) -> str:
    """Return what `render` prints, 80 characters wide and without colours."""
    out = io.StringIO()
    render(report, console=Console(file=out, width=80, color_system=None, highlight=False, emoji=False, markup=False))
    return out.getvalue()


def render(report: Report, *, console: Console, verbose: bool = False, quiet: bool = False) -> None:
    """Print the report; `quiet` prints the score, and a warning if there was no sandbox; `verbose` prints all there is."""
    page = _Page(console, {text.id: text for text in report.texts}, verbose)
    if quiet:
        _score(page, report)
        _warn(page, report)
        return
    spaced = _exercises(page, report.results)
    untouched = [result for result in report.results if result.outcome is Outcome.NOT_ATTEMPTED]
    if untouched:
        _untouched(page, untouched)
    for cell in report.cells:
        _cell(page, cell)
    if untouched or report.cells or not spaced:
        console.print()
    _score(page, report)
    _first(page, report)
    _warn(page, report)
    if verbose:
        _colophon(page, report)


def _exercises(page: _Page, results: Iterable[Result]) -> bool:
    """Print one line for what passed and a block for what did not; tell whether a blank line came last."""
    spaced = True
    for result in results:
        if result.outcome is Outcome.PASSED and not page.verbose:
            _heading(page, result)
            spaced = False
        elif result.outcome is not Outcome.NOT_ATTEMPTED:
            _block(page, result)
            page.console.print()
            spaced = True
    return spaced


def _glyph(outcome: Outcome, console: Console) -> str:
    words = OUTCOMES[outcome]
    return words.ascii if console.options.ascii_only else words.glyph


def _heading(page: _Page, result: Result) -> None:
    words = OUTCOMES[result.outcome]
    cases = passed_cases(result) if result.verdicts else words.word
    left = Text.assemble(
        (_glyph(result.outcome, page.console), words.style), " ", (one_line(result.exercise, 60), "bold")
    )
    left.append(f"   {cases}")
    _two_sides(
        page, left, Text(f"{earned(result.points, result.max_points)}/{points(result.max_points)} points", style="dim")
    )


def _block(page: _Page, result: Result) -> None:
    _heading(page, result)
    passed = tuple(Group(one) for one in result.verdicts if one.outcome is Outcome.PASSED)
    failed = tuple(Group(one) for one in sentences.failing(result)) if page.verbose else groups(result)
    shown = (*failed, *passed) if page.verbose else failed
    word = max((len(OUTCOMES[group.first.outcome].word) for group in shown), default=0)
    page = page._replace(indent=4 if page.console.width < NARROW else word + 7)
    told: set[str] = set()
    for group in shown:
        _case(page, result, group.first, told, word)
        for way, others in (("the same in {}", group.others), ("differs in {} too", group.besides)):
            if others:
                _others(page, others, way.format(count(len(others), "more case")))
    if not failed and result.outcome is not Outcome.PASSED:
        page.line(Text(OUTCOMES[result.outcome].sentence), 2)


def _case(page: _Page, result: Result, verdict: Verdict, told: set[str], word: int) -> None:
    found = sentences.findings(verdict, result.lead)
    _case_heading(page, verdict, found[0] if found else None, word)
    messages = [_message(page.texts[one.rule], one) for one in found if one.rule in page.texts]
    for message in messages if page.verbose else messages[:1]:
        if message.plain not in told:
            page.line(message, page.indent)
        told.add(message.plain)
    measured = sentences.account(verdict, result.excerpt)
    said = messages[0].plain if messages and not page.verbose else ""
    for sentence in measured if page.verbose else measured[:1]:
        if sentence in told:
            page.line(Text("the same"), page.indent)
        elif left := sentences.news(sentence, said, verdict.evidence.raised):
            page.line(Text(left), page.indent)
        told.add(sentence)
    if page.verbose:
        _inputs(page, verdict.inputs)
        _output(page, verdict.evidence.output)
    elif also := sentences.news(sentences.also(verdict), said):
        page.line(Text(also), page.indent)


def _others(page: _Page, others: tuple[Verdict, ...], told: str) -> None:
    """Name the cases of which `told` is all there is to say, as many as two lines hold."""
    names = [one_line(verdict.case, 60) for verdict in others[:MOST_NAMES]]
    room = max(8, page.console.width - page.indent)
    for kept in range(len(names), -1, -1):
        more = ["..." if page.console.options.ascii_only else "…"] if 0 < kept < len(others) else []
        line = Text(f"{told}: {', '.join([*names[:kept], *more])}" if kept else told, style="dim")
        if len(line.wrap(page.console, room)) <= 2:
            break
    page.line(line, page.indent)


def _case_heading(page: _Page, verdict: Verdict, finding: Finding | None, word: int) -> None:
    words = OUTCOMES[verdict.outcome]
    left = Text.assemble("  ", (f"{_glyph(verdict.outcome, page.console)} {words.word:{word}}", words.style), "   ")
    left.append(one_line(verdict.case, 80), "bold")
    if verdict.summary:
        left.append(f"   {one_line(verdict.summary, 120)}", "dim")
    _two_sides(page, left, Text(f"[{one_line(finding.rule, 60)}]", style="cyan") if finding else Text())


def _two_sides(page: _Page, left: Text, right: Text) -> None:
    """Print `right` at the right edge of the line, or of the next one where both do not fit."""
    room = page.console.width - right.cell_len
    if right.plain and left.cell_len + 2 <= room:
        left = left + Text(" " * (room - left.cell_len)) + right
        right = Text()
    page.console.print(left, highlight=False)
    if right.plain:
        page.console.print(Text(" " * max(0, room)) + right, highlight=False)


def _message(text: RuleText, finding: Finding) -> Text:
    """Return a rule's sentence, its `code` and **strong** words styled; facts are put in afterwards, as they are."""
    return marked(text.message, finding.facts)


def marked(template: str, facts: Pairs = ()) -> Text:
    """Return text with its facts filled in, its `code` and **strong** words styled."""
    kept: list[str] = []

    def hold(value: str) -> str:
        kept.append(inserted(value))
        return f"\ue000{len(kept) - 1}\ue001"

    def put(text: str) -> str:
        return re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], text)

    line = " ".join(filled(clean(template), facts, hold).split())
    styled, end = Text(), 0
    for match in _MARKS.finditer(line):
        styled.append(put(line[end : match.start()]))
        styled.append(put(f"`{match[1]}`" if match[1] else match[2]), "cyan" if match[1] else "bold")
        end = match.end()
    return styled.append(put(line[end:]))


def _inputs(page: _Page, inputs: Iterable[Shown]) -> None:
    table = Table.grid(padding=(0, 2))
    for one in inputs:
        value = f"{one_line(one.dtype, 20)} {shape(one.shape)}" if one.dtype else ""
        table.add_row(*(Text(part) for part in (one_line(one.name, 40), value, one_line(one.text, 80))))
    if table.row_count:
        page.console.print(Padding(table, (0, 0, 0, page.indent), expand=False), highlight=False)


def _output(page: _Page, output: str) -> None:
    if output.strip():
        page.line(Text("it printed:", style="dim"), page.indent)
        page.line(Text(tail(output, 8)), page.indent + 2)


def _untouched(page: _Page, results: list[Result]) -> None:
    names = quoted(tuple(result.exercise for result in results))
    left = points(sum(result.max_points for result in results))
    sign = Text(_glyph(Outcome.NOT_ATTEMPTED, page.console))
    page.line(Text(f"not attempted: {names} ({left} points)"), sign=sign)


def _cell(page: _Page, cell: CellNote) -> None:
    told = Text.assemble((sentences.place(cell), "bold"), f": {sentences.note(cell)}")
    page.line(told, sign=Text("!", style="yellow"))
    if page.verbose:
        _output(page, cell.output)


def _score(page: _Page, report: Report) -> None:
    page.line(
        Text.assemble(
            ("Score  ", "dim"),
            (f"{earned(report.points, report.max_points)} of {points(report.max_points)} points", "bold"),
            f"   {tally(report)}" if report.results else "",
        )
    )


def _first(page: _Page, report: Report) -> None:
    step = first_step(report)
    place = (f"   {step.place}", "dim") if step.place else ""
    page.line(Text.assemble((step.headline, "dim"), "  ", (one_line(step.about, 80), "bold"), place))
    if step.text is None or step.finding is None:
        page.line(Text(step.sentence), page.indent)
        if step.cure:
            page.line(Text("Try: ") + marked(step.cure), page.indent)
        _offer(page, step)
        return
    page.line(_message(step.text, step.finding), page.indent)
    if step.text.mend:
        page.line(Text("Try: ") + marked(step.text.mend, step.finding.facts), page.indent)
    page.line(Text.assemble("More: ", (f"grade explain {step.text.id}", "cyan")), page.indent)
    _offer(page, step)


def _offer(page: _Page, step: Step) -> None:
    """Offer the next hint; which one that is, the command knows."""
    if step.verdict is not None and step.result is not None and step.result.hints:
        page.line(Text.assemble("Stuck? ", (f"grade hint {one_line(step.result.exercise, 60)}", "cyan")), page.indent)


def _warn(page: _Page, report: Report) -> None:
    isolated, _ = where(report)
    if not isolated:
        page.line(Text(_EXPOSED, style="bold yellow"), sign=Text("!", style="bold yellow"))


def _colophon(page: _Page, report: Report) -> None:
    isolated, words = where(report)
    versions = ", ".join(f"{one_line(name, 40)} {one_line(version, 40)}" for name, version in report.versions)
    seed = f"seed {report.seed}"
    page.line(Text("; ".join(part for part in (versions, seed, words if isolated else "") if part), style="dim"))
