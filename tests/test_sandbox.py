"""The sandbox: both starters do the same job, and whatever a submission does costs that submission alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest

from grader.model import (
    Call,
    Cell,
    Check,
    Describe,
    Execution,
    Form,
    Job,
    Limits,
    Number,
    Ready,
    Run,
    Status,
    Text,
)
from grader.sandbox import server
from grader.sandbox.bench import Bench
from grader.sandbox.isolation import decide
from grader.sandbox.server import ForkServer, SandboxError, Spawner
from grader.sandbox.worker import Worker

SHORT = Limits(call_s=1.0, cell_s=2.0, submission_s=30.0, output_bytes=1 << 16, reply_bytes=1 << 20)
PACKAGE = Path(__file__).parents[1]


@pytest.fixture(params=["fork", "spawn"])
def box(request: pytest.FixtureRequest) -> Bench:
    return request.getfixturevalue("bench" if request.param == "fork" else "spawn_bench")


def call(entry: str, **fields: object) -> Call:
    return Call(
        **(
            {"id": entry, "entry": entry, "form": Form.FUNCTION, "arguments": ((),), "counted": False, "timeout_s": 1.0}
            | fields
        )
    )


def run(bench: Bench, source: str, *entries: str | Call, limits: Limits = SHORT, mode: str = "module") -> Run:
    calls = tuple(entry if isinstance(entry, Call) else call(entry) for entry in entries)
    return bench.run(Job(mode=mode, cells=(Cell(index=0, source=source, where="x.py"),), calls=calls, limits=limits))


def only(found: Run) -> Execution:
    (execution,) = found.executions
    return execution


FINE = "def fine():\n    return 3\n"
THREE = Number(type="int", text="3")


def statuses(found: Run) -> list[Status]:
    return [execution.status for execution in found.executions]


def test_a_call_is_made_and_observed(box: Bench) -> None:
    found = run(box, FINE, "fine")
    assert only(found).observation.values == (THREE,)
    assert [cell.status for cell in found.cells] == [Status.OK]
    assert found.torch_version[:1] == "2"
    assert [definition.name for definition in found.facts.definitions] == ["fine"]
    assert only(found).wall_s > 0


DEATHS = {
    "raises": ("raise ValueError('no')", Status.RAISED),
    "exits": ("raise SystemExit(0)", Status.RAISED),
    "hangs": ("while True: pass", Status.TIMED_OUT),
    "sleeps": ("import time; time.sleep(60)", Status.TIMED_OUT),
    "reads": ("return input()", Status.RAISED),
    "segfaults": ("import ctypes; ctypes.string_at(0)", Status.CRASHED),
    "leaves": ("import os; os._exit(0)", Status.CRASHED),
    "aborts": ("import os; os.abort()", Status.CRASHED),
    "floods": ("import os\n    while True: os.write(1, b'x' * 65536)", Status.OUTPUT_LIMIT),
    "floods_errors": ("import os\n    while True: os.write(2, b'x' * 65536)", Status.OUTPUT_LIMIT),
    "is_huge": ("import torch; return torch.zeros(1 << 20)", Status.CRASHED),
    "is_long": ("return ['x' * 100_000] * 100", Status.CRASHED),
    "recurses": ("return recurses()", Status.RAISED),
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_case_that_dies_costs_that_case_only(bench: Bench, name: str) -> None:
    body, status = DEATHS[name]
    found = run(bench, f"{FINE}def {name}():\n    {body}\n", call("fine", id="before"), name, "fine")
    assert statuses(found) == [Status.OK, status, Status.OK]
    assert found.executions[2].observation.values == (THREE,)


@pytest.mark.parametrize("name", ["raises", "hangs", "segfaults", "floods"])
def test_a_spawned_worker_dies_as_a_forked_one_does(spawn_bench: Bench, name: str) -> None:
    body, status = DEATHS[name]
    found = run(spawn_bench, f"{FINE}def {name}():\n    {body}\n", name, "fine")
    assert statuses(found) == [status, Status.OK]


def test_a_worker_that_is_started_again_loads_again(bench: Bench) -> None:
    source = (
        "import os\ncount = []\ndef grow():\n    count.append(1)\n    return len(count)\ndef leave(): os._exit(1)\n"
    )
    found = run(bench, source, call("grow", id="1"), call("grow", id="2"), "leave", call("grow", id="3"))
    texts = [e.observation.values[0].text for e in found.executions if e.observation]
    assert texts == ["1", "2", "1"]


@pytest.mark.parametrize("death", ["raises", "hangs", "segfaults", "is_huge"])
def test_calls_that_are_made_together_give_what_they_give_alone(bench: Bench, death: str) -> None:
    body, status = DEATHS[death]
    source = f"{FINE}def {death}():\n    {body}\ndef next():\n    return 4\n"
    names = ["fine", "fine", death, "next", "fine", "next"]
    calls = tuple(call(name, id=str(index)) for index, name in enumerate(names))
    cells = (Cell(index=0, source=source, where="x.py"),)
    found = bench.run(Job(mode="module", cells=cells, calls=calls, limits=SHORT, together=4))
    assert [execution.id for execution in found.executions] == [str(index) for index in range(6)]
    assert statuses(found) == [Status.OK, Status.OK, status, Status.OK, Status.OK, Status.OK]
    four = Number(type="int", text="4")
    values = [found.executions[index].observation.values for index in (0, 3, 4, 5)]
    assert values == [(THREE,), (four,), (THREE,), (four,)]


def test_calls_that_are_made_together_are_one_request(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Worker.ask
    monkeypatch.setattr(
        Worker, "ask", lambda self, request, *rest: asked.append(type(request).__name__) or ask(self, request, *rest)
    )
    calls = tuple(call("fine", id=str(index)) for index in range(5))
    cells = (Cell(index=0, source=FINE, where="x.py"),)
    bench.run(Job(mode="module", cells=cells, calls=calls, limits=SHORT, together=3))
    assert asked == ["Load", "Load", "PerformAll", "PerformAll"]


def test_after_one_call_ran_out_of_time_others_of_its_name_get_less(bench: Bench) -> None:
    started = time.monotonic()
    found = run(bench, "def hang():\n    while True: pass\n", *(call("hang", id=str(index)) for index in range(4)))
    assert statuses(found) == [Status.TIMED_OUT] * 4
    assert time.monotonic() - started < 3.5


def test_the_whole_submission_has_a_deadline(bench: Bench) -> None:
    limits = Limits(submission_s=1.0, output_bytes=1 << 16)
    slow = "import time\ndef slow(): time.sleep(0.4)\n"
    found = run(bench, slow, *(call("slow", id=str(index)) for index in range(9)), limits=limits)
    assert found.executions[0].status is Status.OK
    assert found.executions[-1].status is Status.TIMED_OUT
    assert found.executions[-1].detail == "the submission's time is used up"


@pytest.mark.parametrize("line", ["while True: pass", "import os; os._exit(3)", "import ctypes; ctypes.string_at(0)"])
def test_definitions_survive_a_module_that_does_not_end(bench: Bench, line: str) -> None:
    found = run(bench, f"{FINE}{line}\ndef later():\n    return fine()\n", "fine", "later")
    assert statuses(found) == [Status.OK, Status.OK]
    assert found.cells[0].status in {Status.TIMED_OUT, Status.CRASHED}


def test_source_that_dies_in_a_definition_gives_every_call_up(bench: Bench) -> None:
    found = run(bench, f"{FINE}class Trap:\n    import os\n    os._exit(0)\n", "fine", call("fine", id="again"))
    assert statuses(found) == [Status.CRASHED, Status.CRASHED]
    assert {execution.detail for execution in found.executions} == {"the source could not be loaded"}


def test_source_that_is_long_is_read_to_its_end(bench: Bench) -> None:
    source = "import torch.nn.functional as F\n" + "".join(
        f"def helper_{index}(x):\n    return F.softmax(x, -1) + F.relu(x) + F.gelu(x)\n" for index in range(6000)
    )
    found = run(bench, source + FINE, "fine", limits=Limits())
    assert statuses(found) == [Status.OK]
    assert len(found.facts.definitions) == 6001


def test_what_was_printed_belongs_to_its_call(bench: Bench) -> None:
    source = "import os, sys\ndef a():\n    os.write(2, b'from a')\ndef b():\n    os.write(1, b'from b')\n    sys.stderr.write('!')\n"
    first, second = run(bench, source, "a", "b").executions
    assert (first.output, "from a" in second.output, "from b" in second.output) == ("from a", False, True)


FORGER = """
import os, sys, struct
def frames():
    for number in range(3, 64):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if target.startswith(("socket", "pipe")):
            yield number
def send(data):
    for number in frames():
        try:
            os.write(number, data)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "data",
    [
        "b'GRD1' + struct.pack('<Q', 5) + bytes(16) + b'hello'",
        "b'GRD1' + struct.pack('<Q', 1 << 60) + bytes(16)",
        "b'garbage' * 100",
        "b'{\"pid\": 1}\\n' * 5",
        "b'GRD1'",
    ],
)
def test_garbage_on_the_pipe_costs_the_call_that_wrote_it(bench: Bench, data: str) -> None:
    source = f"{FORGER}{FINE}def forge():\n    send({data})\n    return 3\n"
    found = run(bench, source, "forge", "fine")
    assert found.executions[0].status in {Status.OK, Status.CRASHED, Status.TIMED_OUT}
    assert found.executions[1].status in {Status.OK, Status.CRASHED}
    assert Status.BROKEN not in statuses(found)
    assert statuses(run(bench, FINE, "fine")) == [Status.OK]


def test_a_second_reply_to_one_question_is_not_taken_for_the_next(bench: Bench) -> None:
    source = FORGER + (
        "def forge():\n"
        "    frame = sys._getframe()\n"
        "    while frame and 'nonce' not in frame.f_locals: frame = frame.f_back\n"
        "    nonce = frame.f_locals['nonce']\n"
        "    from grader import wire\n"
        "    from grader.model import Number, Observation\n"
        "    block = wire.encode(Observation(values=(Number(type='int', text='42'),)))\n"
        "    send(wire.HEAD.pack(wire.MAGIC, len(block), nonce) + block)\n"
        "    return 3\n"
        "def honest():\n    return 4\n"
    )
    forged, honest = run(bench, source, "forge", "honest").executions
    assert forged.observation.values[0].text in {"42", "3"}  # it answers for itself, as it might have anyway
    assert honest.observation.values == (Number(type="int", text="4"),)


def test_a_forged_reply_of_another_type_costs_that_call(bench: Bench) -> None:
    source = (
        FORGER
        + FINE
        + (
            "def forge():\n"
            "    frame = sys._getframe()\n"
            "    while frame and 'nonce' not in frame.f_locals: frame = frame.f_back\n"
            "    from grader import wire\n"
            "    from grader.model import Ready\n"
            "    block = wire.encode(Ready(layers=('all',)))\n"
            "    send(wire.HEAD.pack(wire.MAGIC, len(block), frame.f_locals['nonce']) + block)\n"
            "    return 3\n"
        )
    )
    found = run(bench, source, "forge", "fine")
    assert statuses(found) == [Status.CRASHED, Status.OK]
    assert "not a Observation" in found.executions[0].detail


def test_closing_the_pipe_is_a_crash(bench: Bench) -> None:
    source = f"{FORGER}{FINE}def shut():\n    for number in list(frames()): os.close(number)\n    return 3\n"
    assert statuses(run(bench, source, "shut", "fine")) == [Status.CRASHED, Status.OK]


# Predicates and exercise files


def test_a_predicate_that_dies_has_said_nothing(box: Bench) -> None:
    harness = "import os\ndef dies(value): os._exit(1)\ndef fine(value): return f'it is {value}'\n"
    checks = [Check(harness=harness, predicate=name, node=Text(text="x")) for name in ("fine", "dies", "fine")]
    first, second, third = box.check(checks)
    assert (first.complaint, third.complaint) == ("it is x", "it is x")
    assert second.raised.type == "WorkerEndedError"


def test_an_exercise_file_that_dies_is_named(bench: Bench) -> None:
    with pytest.raises(SandboxError, match=r"exercises/a\.py could not be read"):
        bench.describe([Describe(source="import os; os._exit(1)", path="exercises/a.py", lesson="l")])


# Nothing is left


def children() -> list[psutil.Process]:
    return [process for process in psutil.Process().children(recursive=True) if process.is_running()]


@pytest.mark.parametrize("start", [ForkServer, Spawner])
@pytest.mark.parametrize(
    "line", ["def f(): return 3", "def f():\n    while True: pass", "def f():\n    open('left', 'w').write('x')"]
)
def test_no_process_and_no_folder_is_left(
    start: Callable[[], ForkServer | Spawner], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, descriptors = children(), len(list(Path("/proc/self/fd").iterdir()))
    starter = start()
    run(Bench(starter), line, call("f", timeout_s=0.3))
    starter.close()
    assert [process for process in children() if process not in before] == []
    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors


def test_workers_are_gone_as_soon_as_their_job_is_done(bench: Bench) -> None:
    before = children()
    run(bench, FINE, "fine")
    deadline = time.monotonic() + 5
    while len(children()) > len(before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(children()) <= len(before)


# Failures of ours


def server_of(starter: ForkServer) -> psutil.Process:
    return psutil.Process(starter._server.pid)


def test_a_server_that_was_killed_is_started_again() -> None:
    starter = ForkServer()
    try:
        assert statuses(run(Bench(starter), FINE, "fine")) == [Status.OK]
        server = server_of(starter)
        server.kill()
        server.wait()
        assert statuses(run(Bench(starter), FINE, "fine", call("fine", id="again"))) == [Status.OK, Status.OK]
        assert server_of(starter).pid != server.pid
    finally:
        starter.close()


def test_a_server_that_cannot_be_started_again_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    starter = ForkServer()
    try:
        assert statuses(run(Bench(starter), FINE, "fine")) == [Status.OK]
        monkeypatch.setattr(ForkServer, "_relaunch", lambda self, broken: None)
        server_of(starter).kill()
        found = run(Bench(starter), FINE, "fine", call("fine", id="again"))
        assert statuses(found) == [Status.BROKEN, Status.BROKEN]
        assert "the fork server" in found.executions[0].detail
        with pytest.raises(SandboxError, match="the fork server"):
            Bench(starter).describe([Describe(source="", path="a.py", lesson="l")])
    finally:
        starter.close()


SLOW = "import time\ndef slow():\n    time.sleep(1)\n"


@pytest.mark.parametrize("whom", ["server", "worker", "nursery"])
def test_what_is_killed_from_outside_in_the_middle_is_tried_again(whom: str) -> None:
    starter = ForkServer()
    try:
        assert statuses(run(Bench(starter), FINE, "fine")) == [Status.OK]
        server = server_of(starter)
        idle = server.children()[: os.geteuid() == 0]  # the nursery, which only root's server has
        if whom == "nursery" and not idle:
            return

        def strike() -> None:
            deadline = time.monotonic() + 20
            while len(server.children()) == len(idle) and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.5)
            {"server": [server], "worker": server.children()[-1:], "nursery": idle}[whom][0].kill()

        striking = threading.Thread(target=strike)
        striking.start()
        found = run(Bench(starter), SLOW, call("slow", timeout_s=20.0))
        striking.join()
        assert statuses(found) == [Status.OK]
    finally:
        starter.close()


def test_who_ends_itself_is_not_tried_for_ever(bench: Bench) -> None:
    source = "import os, signal\ndef end(): os.kill(os.getpid(), signal.SIGKILL)\ndef fine(): return 1\n"
    found = run(bench, source, "end", call("end", id="twice"), call("fine", id="after"))
    assert statuses(found) == [Status.CRASHED, Status.CRASHED, Status.OK]


class Boaster:
    """A worker that says it is confined by other layers than were asked for."""

    closed = False

    def ready(self) -> Ready:
        return Ready(layers=("seccomp",))

    def close(self) -> None:
        self.closed = True


def test_a_worker_that_reports_other_layers_is_not_used() -> None:
    worker = Boaster()
    with pytest.raises(
        SandboxError, match=r"reports the isolation layers \('seccomp',\); \('landlock',\) were asked for"
    ):
        server._checked(worker, decide("none"), ("landlock",))  # type: ignore[arg-type]
    assert worker.closed


def test_the_trusted_side_has_no_torch(tmp_path: Path) -> None:
    """Grades a file in a fresh interpreter, then looks at what was imported there."""
    answer = tmp_path / "mse_loss.py"
    answer.write_text("def mse_loss(pred, target): return ((pred - target) ** 2).mean()\n")
    code = (
        "import sys\nfrom grader.cli import main\n"
        f"code = main([{str(answer)!r}, '--quiet', '--course', {str(PACKAGE)!r}])\n"
        "print(code, sorted({name.partition('.')[0] for name in sys.modules} & {'torch', 'jaxtyping', 'IPython'}))\n"
    )
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=tmp_path, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"


IDLE = "def answer():\n    raise NotImplementedError\n"


@pytest.mark.parametrize(("source", "asked"), [(IDLE, 1), (IDLE.replace("raise", "x = 2\n    raise"), 3)])
def test_a_starter_as_it_was_given_out_is_asked_once(box: Bench, source: str, asked: int) -> None:
    cells = (Cell(index=0, source=source, where="answer.py"),)
    calls = tuple(msgspec.structs.replace(call("answer"), id=str(number)) for number in range(3))
    found = box.run(Job(mode="module", cells=cells, calls=calls, stubs=(("answer", IDLE),))).executions
    assert [execution.id for execution in found] == ["0", "1", "2"]
    assert {raised_type(execution) for execution in found} == {"NotImplementedError"}
    assert len({execution.wall_s for execution in found}) == asked


def raised_type(execution: Execution) -> str:
    assert execution.observation is not None
    assert execution.observation.raised is not None
    return execution.observation.raised.type
