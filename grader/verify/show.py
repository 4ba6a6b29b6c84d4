"""A verification as a table with what is amiss below it, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table

from grader.verify.result import Check, CheckName, MutantFate, Strength, Verification, Verified, is_well

HEADINGS = {
    CheckName.FILE: "file",
    CheckName.REFERENCE: "reference",
    CheckName.STARTER: "starter",
    CheckName.REPEATABLE: "repeats",
    CheckName.MISCONCEPTIONS: "mistakes",
    CheckName.RIGHT: "right",
    CheckName.WRONG: "wrong",
    CheckName.NAMED: "named",
    CheckName.MUTANTS: "mutants",
}


WIDTH = 120
"""Columns where no terminal says how many it has."""


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """Yield what is told how far the work is: a bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("verifying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def write(verification: Verification, *, as_json: bool) -> None:
    """Print a verification on stdout."""
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, emoji=False, width=max(console.width, WIDTH))
    if as_json:
        console.out(in_json(verification), highlight=False)
    else:
        show(verification, console)


def in_json(verification: Verification) -> str:
    """Return one line of JSON."""
    return msgspec.json.encode(verification).decode()


def show(verification: Verification, console: Console) -> None:
    """Print the table, every problem, every survivor, and, for one exercise alone, which case kills what."""
    console.print(_table(verification))
    for each in verification.exercises:
        _details(each, console)
    if len(verification.exercises) == 1 and verification.exercises[0].strength:
        console.print(_cases(verification.exercises[0].strength))
    for each in verification.exercises:
        idle = [case.case for case in each.strength.cases if not case.kills] if each.strength else []
        if idle:
            console.print(f"{each.exercise}: no mutant dies of {', '.join(map(repr, idle))}", style="dim")
    count = len(verification.exercises)
    well = sum(each.well for each in verification.exercises)
    console.print(f"{well} of {count} exercises are well; {verification.wall_s:.0f} s ({_times(verification)})")


def _times(verification: Verification) -> str:
    """Return where the time went: seconds of all threads together, by check."""
    spent: dict[str, float] = {}
    for each in verification.exercises:
        for check in each.checks:
            spent[HEADINGS[check.name]] = spent.get(HEADINGS[check.name], 0.0) + check.busy_s
    return ", ".join(f"{name} {seconds:.0f} s" for name, seconds in spent.items() if seconds >= 0.5)


def _table(verification: Verification) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("exercise", no_wrap=True)
    present = [name for name in CheckName if any(_find(each, name) for each in verification.exercises)]
    for name in present:
        table.add_column(HEADINGS[name], justify="right", no_wrap=True)
    extra = CheckName.MUTANTS in present
    for heading in ("killed", "equal", "stillborn") if extra else ():
        table.add_column(heading, justify="right", no_wrap=True)
    for each in verification.exercises:
        cells = [_cell(_find(each, name)) for name in present]
        table.add_row(each.exercise, *cells, *(_strength_cells(each.strength) if extra else ()))
    return table


def _find(each: Verified, name: CheckName) -> Check | None:
    return next((check for check in each.checks if check.name is name), None)


def _cell(check: Check | None) -> str:
    if check is None:
        return ""
    text = f"{check.good}/{check.count}"
    return text if is_well(check) else f"[red]{text}[/red]"


def _strength_cells(strength: Strength | None) -> tuple[str, ...]:
    if strength is None:
        return "", "", ""
    total = strength.killed + strength.survived
    share = f"{100 * strength.killed / total:.0f} %" if total else ""
    return share, str(strength.equivalent), str(strength.stillborn)


def _details(each: Verified, console: Console) -> None:
    lines = list(_problems(each))
    survivors = each.strength.survivors if each.strength else ()
    if lines or survivors:
        console.print(f"\n{each.exercise}", style="bold", markup=False)
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 2)), markup=False)
    for mutant in survivors:
        _survivor(mutant, console)


def _problems(each: Verified) -> Iterator[str]:
    for check in each.checks:
        for problem in check.problems:
            yield f"{HEADINGS[check.name]}: {problem.where}: {problem.text}"
    for dropped in each.dropped:
        yield f"not asked: {dropped.where}: {dropped.text}"
    if each.strength and each.strength.late:
        yield f"{each.strength.late} mutants die on another seed only"


def _survivor(mutant: MutantFate, console: Console) -> None:
    console.print(Padding(f"survives: {mutant.kind}", (0, 0, 0, 2)), markup=False)
    lines = [line for line in mutant.diff.splitlines() if not line.startswith(("---", "+++", "@@"))]
    console.print(Padding(Syntax("\n".join(lines), "diff", background_color="default"), (0, 0, 0, 4)))


def _cases(strength: Strength) -> Table:
    table = Table("case", box=None, pad_edge=False, header_style="bold", title="")
    table.add_column("kills", justify="right")
    table.add_column("alone", justify="right")
    for case in strength.cases:
        table.add_row(case.case, str(case.kills), str(case.alone))
    return table
