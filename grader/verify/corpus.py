"""Solutions kept as files: the right ones must pass on many seeds, the wrong ones must fail and be told why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import grade, judge, submission
from grader.findings.families import FAMILIES
from grader.misconceptions import PREFIX
from grader.model import Outcome
from grader.sandbox.bench import Bench
from grader.verify import trial
from grader.verify.result import CheckName, Part, Problem
from grader.verify.trial import Prepared, Trial

FIRST_LINE = re.compile(r"#\s*wrong:\s*(?P<faults>[a-z][a-z0-9|-]*)\b")


@dataclass(frozen=True)
class Corpus:
    """The files of one exercise."""

    right: tuple[Path, ...] = ()
    wrong: tuple[Path, ...] = ()


def corpus(folder: Path | None, exercise: str) -> Corpus:
    """Return the solutions kept for an exercise; none if there is no folder for it."""
    if folder is None:
        return Corpus()
    right, wrong = (tuple(sorted((folder / exercise / kind).glob("*.py"))) for kind in ("right", "wrong"))
    return Corpus(right, wrong)


def right(path: Path, seeds: Sequence[Prepared], bench: Bench) -> Part:
    """A right solution passes every case of every seed; one worker makes all the calls."""
    exercise = seeds[0].task.exercise
    cells = submission.read(path).cells
    trials = [Trial(one, exercise.id, str(one.seed)) for one in seeds]
    seen = trial.run(cells, trials, bench)
    problems: list[Problem] = []
    where = f"right/{path.name}"
    if not judge.attempted(exercise, seen.facts):
        problems.append(Problem(where=where, text=f"it does not define {exercise.id}"))
    executions = {execution.id: execution for execution in seen.executions}
    judged = trial.judged(trials, executions, seen.facts, bench)
    failing = [(one.seed, sights) for one, sights in zip(seeds, judged, strict=True) if trial.failed(sights)]
    if failing:
        seed, sights = failing[0]
        text = f"refused on {len(failing)} of {len(seeds)} seeds; on seed {seed}, {trial.told(sights)}"
        problems.append(Problem(where=where, text=text))
    return Part(exercise=exercise.id, check=CheckName.RIGHT, good=int(not problems), count=1, problems=tuple(problems))


def wrong(path: Path, one: Prepared, bench: Bench) -> tuple[Part, ...]:
    """A wrong solution fails, and what it is told first is the fault in the file's first line."""
    exercise = one.task.exercise.id
    where = f"wrong/{path.name}"
    faults = declared(path)
    result = grade.grade(submission.read(path), (one.task,), one.seed, bench).results[0]
    bad = result.outcome in {Outcome.PASSED, Outcome.NOT_ATTEMPTED, Outcome.UNGRADED}
    said = Problem(where=where, text=f"accepted: {result.outcome}")
    failing = Part(
        exercise=exercise, check=CheckName.WRONG, good=int(not bad), count=1, problems=(said,) if bad else ()
    )
    rule = result.lead.rule if result.lead else ""
    is_known = rule.startswith(PREFIX)
    fits = is_known or bool(FAMILIES.get(rule, frozenset()).intersection(faults))
    expected = " or ".join(faults) or "(its first line names none: `# wrong: <fault>|<fault> - phrase`)"
    misnamed = Problem(where=where, text=f"told {rule or 'nothing'} first, expected {expected}")
    naming = Part(
        exercise=exercise,
        check=CheckName.NAMED,
        good=int(fits),
        count=1,
        known=int(is_known),
        problems=() if fits else (misnamed,),
    )
    return failing, naming


def declared(path: Path) -> tuple[str, ...]:
    """Return the faults that a wrong solution's first line names."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = FIRST_LINE.match(first)
    return tuple(found["faults"].split("|")) if found else ()
