"""The terminal's form, at every width, with and without colours."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.model import Report
from grader.report import terminal
from tests.snapshots import reports

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"


def told(report: Report, width: int = 80, *, verbose: bool = False, quiet: bool = False, **console: object) -> str:
    out = io.StringIO()
    given: dict[str, object] = {"color_system": None, "legacy_windows": False} | console
    terminal.render(report, console=Console(file=out, width=width, **given), verbose=verbose, quiet=quiet)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("name", ["usual", "everything", "perfect", "empty"])
def test_snapshot_at_80_columns(name: str) -> None:
    """To renew: python -m tests.snapshots.renew, then read the difference."""
    assert told(getattr(reports, name)()) == (SNAPSHOTS / f"{name}.txt").read_text(encoding="utf-8")


def test_what_only_differs_too_is_one_line_below_what_is_explained() -> None:
    text = told(reports.vague())
    assert "           differs in 2 more cases too: undecided rows, a batch of one\n" in text
    assert text.count("✗ wrong") == 1
    assert told(reports.vague(), verbose=True).count("✗ wrong") == 3


@pytest.mark.parametrize("width", [20, 60, 80, 120])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, verbose: bool) -> None:
    for make in (reports.usual, reports.everything):
        assert max(cell_len(line) for line in told(make(), width, verbose=verbose).split("\n")) <= width


def test_no_colour_unless_a_terminal_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in told(reports.everything(), color_system="auto")
    assert "\x1b[" in told(reports.usual(), color_system="truecolor", force_terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in told(reports.usual(), color_system="auto", force_terminal=True)


def test_strings_of_the_submission_do_not_act() -> None:
    text = told(reports.everything(), 120, verbose=True)
    assert not set(text) & set("\x1b\x9b\x07\u202e\u202d\u2066\u200b\ud800\ue000")
    assert "[bold red]loud[/] [link=https://evil.example]x[/link]" in " ".join(text.split())


def test_ascii_consoles_get_ascii_signs() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.render(reports.usual(), console=Console(file=out, width=80, color_system=None))
    out.flush()
    text = out.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert "+ mse_loss" in text
    assert "x wrong" in text
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.render(reports.repeated(), console=Console(file=out, width=80, color_system=None))
    out.flush()
    assert ", ...\n" in out.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]


def test_the_rule_stands_at_the_right_edge() -> None:
    (line,) = (line for line in told(reports.usual()).split("\n") if "value.wrong-axis]" in line)
    assert line.endswith("[value.wrong-axis]")
    assert len(line) == 80


def test_a_rule_is_told_once_for_an_exercise() -> None:
    assert told(reports.usual()).count("no gradient reaches `logits`") == 1


def test_quiet_is_the_score_alone() -> None:
    assert (
        told(reports.usual(), quiet=True) == "Score  12 of 35 points   1 passed, 2 wrong, 2 not attempted, 1 ungraded\n"
    )


def test_verbose_tells_inputs_output_and_versions() -> None:
    text = told(reports.usual(), 120, verbose=True)
    for part in ("logits  float32 (4, 7)  normal, std 1", "shifted: torch.Size([4, 7])", "the gradient at logits[1, 4]",
                 "✓ passed   one example", "torch 2.13.0; seed 7; isolated by namespaces, seccomp, rlimits"):  # fmt: skip
        assert part in text


def test_a_hint_is_offered_after_a_failing_try() -> None:
    wrong = reports.verdict("typical", reports.Outcome.WRONG)
    hints = ("Detach the `teacher`.",)
    failed = reports.Result(exercise="kd_loss", title="", outcome=reports.Outcome.WRONG, points=0, max_points=2,
                            verdicts=(wrong,), hints=hints)  # fmt: skip
    assert told(reports.report(failed)).endswith(
        "Fix this first  kd_loss\n    the result is not as expected\n    Stuck? grade hint kd_loss\n"
    )
    untouched = reports.bare("kd_loss", reports.Outcome.NOT_ATTEMPTED, hints=hints)
    assert "hint" not in told(reports.report(untouched))


def test_one_mistake_is_told_once() -> None:
    text = told(reports.repeated())
    assert text.count("NameError: name 'labels' is not defined") == 2  # in its case, and as what to fix first
    assert (
        "             the same in 16 more cases: no weights, one label, companion 3,\n"
        "             companion 4, companion 5, companion 6, companion 7, companion 8, …\n"
    ) in text
    assert "the same in" not in told(reports.repeated(), verbose=True)
    assert text.count("the gradient differs too") == 1
    assert "more difference" not in text


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_names_of_alike_cases_fill_at_most_two_lines(width: int) -> None:
    lines = told(reports.repeated(), width).split("\n")
    first = next(i for i, line in enumerate(lines) if "the same in" in line)
    block = lines[first : next(i for i in range(first, len(lines)) if not lines[i].startswith("    "))]
    assert len(block) <= 2
    assert max(map(len, block)) <= width


def test_running_without_a_sandbox_is_said() -> None:
    (line,) = (line for line in told(reports.empty()).split("\n") if "NOT ISOLATED: this code ran without" in line)
    assert len(line) <= 76
    assert "NOT ISOLATED" not in told(reports.perfect())
    assert "NOT ISOLATED" in told(reports.empty(), quiet=True)
    assert "NOT ISOLATED" not in told(reports.perfect(), quiet=True)


def test_the_terminal_needs_no_template_engine() -> None:
    probe = "import sys, grader.report.terminal; print({'jinja2', 'pygments', 'torch', 'numpy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
