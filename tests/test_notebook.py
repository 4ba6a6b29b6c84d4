"""Notebooks, executed for real in a Jupyter kernel inside the sandbox."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from grader.model import Call, Form, Job, Limits, Outcome, Report, Run, Status, Submission
from grader.sandbox import notebook as sandbox_notebook
from grader.sandbox.bench import Bench
from grader.sandbox.line import SandboxError
from grader.submission import read
from tests.lessons import Lessons, notebook, notebook_text

SHORT = Limits(call_s=1.0, cell_s=1.5, submission_s=30.0, output_bytes=1 << 16)


def call(entry: str) -> Call:
    return Call(id=entry, entry=entry, form=Form.FUNCTION, arguments=((),), counted=False, timeout_s=1.0)


def run(bench: Bench, submission: Submission, *entries: str, limits: Limits = SHORT) -> Run:
    calls = tuple(call(entry) for entry in entries)
    return bench.run(Job(mode="notebook", cells=submission.cells, calls=calls, limits=limits))


def returned(found: Run) -> list[str | None]:
    return [e.observation.values[0].text if e.observation and e.observation.values else None for e in found.executions]


ANSWER = "def answer(): return 'fine'"


def test_cells_are_run_and_calls_see_their_names(bench: Bench) -> None:
    found = run(bench, notebook("x = 3", "def answer(): return str(x + y)", "y = 4"), "answer")
    assert returned(found) == ["7"]
    assert [cell.status for cell in found.cells] == [Status.OK] * 3


@pytest.mark.parametrize(("failures", "status"), [(1, Status.OK), (2, Status.BROKEN)])
def test_a_kernel_that_does_not_start_is_started_once_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, failures: int, status: Status
) -> None:
    left, execute = [None] * failures, sandbox_notebook.execute

    def start(*arguments: Any) -> sandbox_notebook.Ran:
        if left:
            left.pop()
            raise SandboxError("the kernel did not start")
        return execute(*arguments)

    monkeypatch.setattr(sandbox_notebook, "execute", start)
    found = run(bench, notebook(ANSWER), "answer")
    assert [each.status for each in found.executions] == [status]


def test_magics_await_and_display(bench: Bench) -> None:
    book = notebook(
        "%matplotlib inline",
        "%timeit -n 1 -r 1 sum(range(10))",
        "%%time\nz = 1",
        "import asyncio\nawaited = await asyncio.sleep(0, 'awaited')",
        "from IPython.display import display\ndisplay({'a': 1})\n[1, 2]",
        "%load_ext autoreload\n%autoreload 2",
        "x = %pwd\ndef answer(): return awaited + str(z)",
    )
    found = run(bench, book, "answer")
    assert returned(found) == ["awaited1"]
    assert [cell.status for cell in found.cells] == [Status.OK] * 7
    assert "{'a': 1}" in found.cells[4].output
    assert "[1, 2]" in found.cells[4].output
    assert "per loop" in found.cells[1].output


def test_a_shell_command_costs_nothing_but_itself(bench: Bench) -> None:
    source = "!pip install torch\n%pip install -q torchmetrics\nfiles = !ls\ndef answer(): return str(list(files))"
    found = run(bench, notebook(source), "answer")
    assert returned(found) == ["[]"]
    assert found.cells[0].status is Status.OK
    assert "(not run here: pip install torch)" in found.cells[0].output


def test_an_inline_figure(bench: Bench) -> None:
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.show()\ndef answer(): return plt.get_backend()"
    found = run(bench, notebook(source), "answer", limits=Limits())
    assert found.cells[0].status is Status.OK
    assert "<Figure size" in found.cells[0].output
    assert "inline" in returned(found)[0]


def test_an_error_in_one_cell_does_not_stop_the_rest(bench: Bench) -> None:
    found = run(bench, notebook("x = 1", "x = 2\ny = 1 / 0", "def f(:", ANSWER), "answer")
    assert returned(found) == ["fine"]
    assert [cell.status for cell in found.cells] == [Status.OK, Status.RAISED, Status.RAISED, Status.OK]
    second = found.cells[1].raised
    assert (second.type, second.message, second.frames[0].line) == ("ZeroDivisionError", "division by zero", 2)
    assert found.cells[2].raised.type == "SyntaxError"


@pytest.mark.parametrize(
    ("killer", "statuses"),
    [
        ("while True: pass", {Status.TIMED_OUT}),
        ("import os; os._exit(0)", {Status.CRASHED}),
        ("import ctypes; ctypes.string_at(0)", {Status.CRASHED}),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", {Status.OUTPUT_LIMIT}),
        ("while True: print('x' * 10000)", {Status.OUTPUT_LIMIT, Status.TIMED_OUT}),
        ("print('x' * (2 << 20))", {Status.OUTPUT_LIMIT}),
    ],
)
def test_a_cell_that_does_not_end_costs_what_depends_on_it(bench: Bench, killer: str, statuses: set[Status]) -> None:
    book = notebook("x = 1", f"y = 2\n{killer}", "def needs_it(): return str(y)", ANSWER)
    found = run(bench, book, "needs_it", "answer")
    assert returned(found) == [None, "fine"]
    assert found.executions[0].observation.raised.type == "NameError"
    assert {cell.cell: cell.status for cell in found.cells}[1] in statuses


def test_cells_that_never_end_cannot_use_up_more_than_the_submission_may(bench: Bench) -> None:
    started = time.monotonic()
    limits = Limits(cell_s=0.5, submission_s=2.0)
    found = run(bench, notebook(*["while True: pass"] * 50, ANSWER), "answer", limits=limits)
    assert time.monotonic() - started < 8
    assert found.executions[0].status is Status.TIMED_OUT


def test_a_call_that_kills_the_kernel_costs_that_call(bench: Bench) -> None:
    found = run(bench, notebook(ANSWER, "def dies():\n    import os\n    os._exit(1)"), "answer", "dies", "answer")
    assert returned(found) == ["fine", None, "fine"]
    assert found.executions[1].status is Status.CRASHED


def test_errors_of_calls_know_their_cell_and_line(bench: Bench) -> None:
    found = run(
        bench,
        notebook("x = 1", "def answer():\n    y = 2\n    return helper(y)", "def helper(y):\n    raise KeyError(y)"),
        "answer",
    )
    raised = found.executions[0].observation.raised
    assert [(frame.cell, frame.line) for frame in raised.frames] == [(1, 3), (2, 2)]


SOURCE_IS_KEPT = """
import inspect, torch
@torch.jit.script
def scripted(x: torch.Tensor) -> torch.Tensor:
    return x + 1
def answer():
    return inspect.getsource(answer).strip().splitlines()[0] + str(int(scripted(torch.tensor(1))))
"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", ["notebook", "module", "definitions"])
def test_source_can_be_read_and_scripted(bench: Bench, mode: str) -> None:
    job = Job(mode=mode, cells=notebook(SOURCE_IS_KEPT).cells, calls=(call("answer"),))
    assert returned(bench.run(job)) == ["def answer():2"]


def test_solutions_are_never_run(bench: Bench) -> None:
    book = notebook("def answer(): return 'mine'", ("def answer(): return 'theirs'", {"tags": ["solution"]}))
    assert returned(run(bench, book, "answer")) == ["mine"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "evil", "display_name": "x", "language": "bash", "argv": ["touch", "evil"]}},
        {"kernelspec": {"name": "../../evil"}, "language_info": {"name": "R"}},
        {"kernelspec": "text", "language_info": [1], "widgets": {"state": "x"}},
        {"grader": [1, 2, 3]},
    ],
)
def test_hostile_metadata_is_ignored(bench: Bench, metadata: dict[str, object]) -> None:
    book = notebook((ANSWER, {"tags": "x", "slideshow": None, "collapsed": "maybe", "scrolled": {}}), **metadata)
    assert returned(run(bench, book, "answer")) == ["fine"]


def test_old_outputs_are_not_taken_for_new_ones(bench: Bench, tmp_path: Path) -> None:
    book = json.loads(notebook_text([ANSWER]))
    book["cells"][0]["outputs"] = [
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": []},
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"image/png": base64.b64encode(b"x" * (100 << 20)).decode()},
        },
    ]
    path = tmp_path / "heavy.ipynb"
    path.write_text(json.dumps(book))
    found = run(bench, read(path), "answer")
    assert found.cells[0].status is Status.OK
    assert found.cells[0].output == ""


@pytest.mark.parametrize(
    "kind",
    [
        "stream",
        "display_data",
        "execute_result",
        "error",
        "clear_output",
        "update_display_data",
        "comm_open",
        "comm_msg",
        "status",
        "nonsense",
    ],
)
@pytest.mark.parametrize(
    "content",
    ["{}", "[1]", "'text'", "{'data': 3, 'metadata': [], 'comm_id': [], 'execution_state': 1, 'name': 1, 'text': 2}"],
)
def test_forged_messages_cost_the_cell_that_sent_them(bench: Bench, kind: str, content: str) -> None:
    source = (
        "kernel = get_ipython().kernel\n"
        f"kernel.session.send(kernel.iopub_socket, {kind!r}, {content}, parent=kernel.get_parent())\n"
    )
    found = run(bench, notebook(source, ANSWER), "answer")
    assert returned(found) == ["fine"]


# Whole reports


def outcomes(report: Report) -> dict[str, Outcome]:
    return {result.exercise: result.outcome for result in report.results}


RIGHT = "def mse_loss(pred, target): return ((pred - target) ** 2).mean()"


def test_a_notebook_is_graded(losses: Lessons) -> None:
    stub = losses.exercise("l1_loss").starter
    book = notebook("import torch\nfrom torch import Tensor", RIGHT, stub, "l1_loss(torch.ones(3), torch.zeros(3))")
    report = losses.grade(book, "mse_loss", "l1_loss", "nll_loss")
    assert outcomes(report) == {
        "mse_loss": Outcome.PASSED,
        "l1_loss": Outcome.NOT_ATTEMPTED,
        "nll_loss": Outcome.NOT_ATTEMPTED,
    }
    assert report.points == losses.exercise("mse_loss").points


def test_a_syntax_error_in_one_cell_costs_that_exercise(losses: Lessons) -> None:
    report = losses.grade(
        notebook(RIGHT, "def l1_loss(pred, target):\n    return (pred - target"), "mse_loss", "l1_loss"
    )
    assert outcomes(report) == {"mse_loss": Outcome.PASSED, "l1_loss": Outcome.RAISED}
    (note,) = report.cells
    assert (note.where, note.raised.type) == ("cell 2", "SyntaxError")


def test_cells_that_call_an_untouched_starter_are_not_reproached(losses: Lessons) -> None:
    stub = losses.exercise("mse_loss").starter + "\nmse_loss(1, 2)\n"
    report = losses.grade(notebook("from torch import Tensor", stub), "mse_loss")
    assert outcomes(report) == {"mse_loss": Outcome.NOT_ATTEMPTED}
    assert report.cells == ()


def test_a_notebook_may_be_run_for_its_definitions_alone(basics: Lessons) -> None:
    book = notebook(
        "%matplotlib inline\nimport torch",
        "def only_defined(x):\n    return x * factor",
        "factor = 2.0",
        "while True: pass",
        "def broken(:",
    )
    report = basics.grade(book, "only_defined")
    assert outcomes(report) == {"only_defined": Outcome.PASSED}


@pytest.mark.parametrize(
    "buffers", ["[bytes(1 << 20)] * 100", "[b''] * 100_000"], ids=["parts of a megabyte", "parts of nothing"]
)
def test_a_message_of_many_parts_is_stopped_on_its_way(bench: Bench, buffers: str) -> None:
    sending = f"""\
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "comm_msg", {{"comm_id": "x"}}, kernel.get_parent("shell"), buffers={buffers})
import time; time.sleep(1)
"""
    found = run(bench, notebook(ANSWER, sending, "x = 1"), "answer", limits=Limits(cell_s=20.0, output_bytes=1 << 16))
    assert [cell.status for cell in found.cells] == [Status.OK, Status.OUTPUT_LIMIT, Status.OK]
    assert returned(found) == ["fine"]
