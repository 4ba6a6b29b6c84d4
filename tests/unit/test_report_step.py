"""What a student is told to do first."""

from grader.model import (
    CellNote,
    Evidence,
    Excerpt,
    Finding,
    Frame,
    Outcome,
    Raised,
    Report,
    Result,
    RuleText,
    Status,
    Verdict,
)
from grader.report.step import first_step
from tests.snapshots import reports


def exercise(name: str, outcome: Outcome, rank: int | None = None) -> Result:
    lead = Finding(rule="a.rule", rank=rank) if rank is not None else None
    evidence = Evidence(findings=(lead,) if lead else ())
    verdict = Verdict(case="typical", outcome=outcome, points=0, max_points=1, evidence=evidence)
    return Result(exercise=name, title=name, outcome=outcome, points=0, max_points=1, verdicts=(verdict,), lead=lead)


def report(*results: Result, cells: tuple[CellNote, ...] = ()) -> Report:
    rule = RuleText(id="a.rule", title="", message="m", why="w", mend="d")
    return Report(
        submission="a.py", digest="", lesson="", results=results, points=0, max_points=1, cells=cells, texts=(rule,)
    )


def test_the_first_step_is_the_most_fundamental_one() -> None:
    wrong, worse = exercise("wrong", Outcome.WRONG, 50), exercise("worse", Outcome.RAISED, 5)
    unknown, later = exercise("unknown", Outcome.TIMED_OUT), exercise("later", Outcome.NOT_ATTEMPTED)
    ours, done = exercise("ours", Outcome.UNGRADED), exercise("done", Outcome.PASSED)
    syntax = CellNote(
        where="cell 2", status=Status.RAISED, raised=Raised(type="IndentationError", bases=("SyntaxError",))
    )
    name = CellNote(where="cell 3", status=Status.RAISED, raised=Raised(type="NameError"))

    told = [
        first_step(report(wrong, worse, cells=(name, syntax))),
        first_step(report(done, ours, later, wrong, worse, cells=(name,))),
        first_step(report(unknown, cells=(name,))),
        first_step(report(later, cells=(name,))),
        first_step(report(ours, later)),
        first_step(report(done, ours)),
        first_step(report(done)),
        first_step(report()),
    ]
    assert [(step.headline, step.about) for step in told] == [
        ("Fix this first", "cell 2"),
        ("Fix this first", "worse"),
        ("Fix this first", "unknown"),
        ("Fix this first", "cell 3"),
        ("Do this next", "later"),
        ("Tell your instructor", "ours"),
        ("Nothing left to fix", ""),
        ("Nothing to grade", ""),
    ]
    assert told[0].sentence == "nothing in it was run: IndentationError"
    assert told[1].text is not None
    assert told[1].text.id == "a.rule"
    assert told[2].sentence == "it ran longer than it may; look for a loop that never ends"


def test_an_exercise_without_cases_has_a_first_step_too() -> None:
    bare = Result(exercise="x", title="x", outcome=Outcome.REFUSED, points=0, max_points=1, verdicts=())
    assert "not allowed" in first_step(report(bare)).sentence


def test_what_a_rule_explains_comes_before_what_only_fails() -> None:
    told = exercise("told", Outcome.WRONG, 50)
    nameless = exercise("nameless", Outcome.RAISED)
    silent = Result(
        exercise="silent", title="", outcome=Outcome.WRONG, points=0, max_points=1, verdicts=(),
        lead=Finding(rule="a rule without words", rank=1),
    )  # fmt: skip
    assert first_step(report(nameless, silent, told)).about == "told"
    wrong, crashed = exercise("wrong", Outcome.WRONG), exercise("crashed", Outcome.CRASHED)
    assert first_step(report(wrong, nameless, crashed)).about == "crashed"
    assert first_step(report(told, exercise("equal", Outcome.WRONG, 50))).about == "told"


def placed(lead: Finding | None, *marked: int, raised: Raised | None = None) -> str:
    excerpt = Excerpt(where="cell 4", line=3, source="def f():\n    return g()\n", marked=marked)
    evidence = Evidence(raised=raised, findings=(lead,) if lead else ())
    verdict = Verdict(case="x", outcome=Outcome.RAISED, points=0, max_points=1, evidence=evidence)
    result = Result(
        exercise="x", title="x", outcome=Outcome.RAISED, points=0, max_points=1, verdicts=(verdict,), lead=lead,
        excerpt=excerpt,
    )  # fmt: skip
    return first_step(report(result)).place


def test_the_first_step_has_a_place() -> None:
    assert placed(Finding(rule="a.rule", rank=1, line=4), 5) == "cell 4, line 4"
    assert placed(Finding(rule="a.rule", rank=1), 5) == "cell 4, line 5"
    assert placed(Finding(rule="a.rule", rank=1)) == "cell 4, line 3"
    error = Raised(type="KeyError", frames=(Frame(cell=1, line=4, function="f"),))
    assert placed(None, 4, raised=error) == ""  # its sentence tells the line
    assert placed(Finding(rule="a.rule", rank=1), 4, raised=error) == "cell 4, line 4"


def test_what_is_not_begun_comes_next() -> None:
    step = first_step(reports.report(reports.mse(), reports.bare("kd_loss", Outcome.NOT_ATTEMPTED)))
    assert (step.headline, step.about) == ("Do this next", "kd_loss")
    assert step.sentence == "not started, and worth 5 points: fill in its starter, then grade again"
