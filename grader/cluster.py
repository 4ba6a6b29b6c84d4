"""Grading on a Dask cluster: each of its workers keeps a warm fork server, and hands reports back as bytes.

Between this process and the cluster's there is trust, as between the threads of one machine: Dask pickles which function is
to be called. What students wrote travels as bytes of `grader.wire`, and so does every answer, so nothing that has been
near a submission is ever unpickled (docs/decisions/0013-dask.md).
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from distributed import Client, Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from grader import __version__, course, wire
from grader.cache import Cache
from grader.classroom import Asked, Desk, Graded, Hall, Work, said
from grader.course import Course
from grader.errors import Mistake, WireError
from grader.model import Report, Submission, Value
from grader.sandbox.bench import Bench
from grader.sandbox.isolation import decide
from grader.sandbox.server import ForkServer, Spawner, Starter, can_fork

SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
CONNECT_S = 10
MAX_ANSWER = 1 << 28
RETRIES = 3
"""A piece of work whose worker has died is given to another so many times."""


class Order(Value, frozen=True, kw_only=True):
    """One hand-in to be graded, by whoever has exactly these versions of the grader and torch."""

    desk: str
    submission: Submission
    exercises: tuple[str, ...]
    versions: tuple[str, str]


class Answer(Value, frozen=True, kw_only=True):
    """A report, or why there is none: a mistake that somebody can mend, with its cure, or a failure of ours."""

    report: Report | None = None
    seconds: tuple[tuple[str, float], ...] = ()
    problem: str = ""
    cure: str = ""
    failure: str = ""


class FarError(Exception):
    """The grader failed on another machine; the message says how."""


@dataclass
class Branch(WorkerPlugin):  # type: ignore[misc]
    """What a Dask worker keeps from its start, or ours, to its end: the course, a fork server, and what references gave."""

    name: str
    files: tuple[tuple[str, bytes], ...]
    seed: int
    starter: str
    isolation: str

    def setup(self, worker: Worker) -> None:
        """Write the course down and start importing torch; nobody waits for it here."""
        del worker
        self.folder = Path(tempfile.mkdtemp(prefix="grader-course-"))
        for name, data in self.files:
            path = self.folder / "course" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.lock = threading.Lock()
        self.server = self._start()
        asked = Asked(course.load(self.folder / "course"), seed=self.seed)
        self.desk = Desk(asked, Bench(self.server), Cache(self.folder / "cache"))

    def teardown(self, worker: Worker) -> None:
        """End the fork server, and all that it started."""
        del worker
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> Starter:
        def isolation() -> Any:
            return decide(self.isolation, own=False)

        if self.starter == "spawn" or (self.starter == "auto" and not can_fork()):
            return Spawner(isolation)
        return ForkServer(("notebook", "plots", "drawing", "many"), isolation)

    def grade(self, order: Order) -> Graded:
        """Grade one hand-in; called from any thread of the worker."""
        with self.lock:  # the first to need an exercise observes its reference, the others wait for that
            for name in order.exercises:
                self.desk.key(name)
                self.desk.prepare(name)
        return self.desk.graded(order.submission, order.exercises)


def grade_there(order: Any) -> bytes:
    """Do one `Order` in a Dask worker and return an `Answer`. Never raises: an exception would travel pickled."""
    try:
        return wire.encode(_answer(wire.decode(order, Order, header_bytes=MAX_ANSWER)))
    except Exception as error:
        return wire.encode(Answer(failure=said(error)))


def _answer(order: Order) -> Answer:
    if order.versions != versions():
        wanted, here = (" with torch ".join(each) for each in (order.versions, versions()))
        return Answer(
            problem=f"a worker of the cluster has grader {here}; this is {wanted}",
            cure="Install the same versions everywhere: verdicts are recorded under them.",
        )
    try:
        graded = get_worker().plugins[order.desk].grade(order)
        return Answer(report=graded.report, seconds=graded.seconds)
    except Mistake as mistake:
        return Answer(problem=mistake.problem, cure=mistake.cure)


def versions() -> tuple[str, str]:
    """Return the versions of this package and of torch, as they are installed here."""
    return __version__, metadata.version("torch")


class _Post(Executor):
    """Sends an order in place of a piece of work."""

    def __init__(self, cluster: Executor, desk: str) -> None:
        self._cluster, self._desk = cluster, desk

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send one piece of work, the only argument."""
        del kwargs
        work: Work = args[0]
        order = Order(desk=self._desk, submission=work.submission, exercises=work.names, versions=versions())
        return self._cluster.submit(fn, wire.encode(order))


@contextlib.contextmanager
def hall(address: str, asked: Asked, *, starter: str, isolation: str) -> Iterator[Hall]:
    """Yield a place to grade in: a Dask cluster, by the address of its scheduler. Raises `Mistake` if it is not there."""
    client = _connect(address)
    try:
        _forget_the_dead(client)
        name = _branch_name(client.id)
        client.register_plugin(Branch(name, _files(asked.course), asked.seed, starter, isolation))

        try:
            yield Hall(
                executor=_Post(client.get_executor(pure=False, retries=RETRIES), name),
                in_flight=2 * max(asked.jobs, sum(client.nthreads().values())),  # one is on its way while one is graded
                grade=grade_there,
                prepare=lambda _: None,
                unpack=unpack,
            )
        finally:
            with contextlib.suppress(OSError, TimeoutError):  # a scheduler that has gone has no plugins
                client.unregister_worker_plugin(name)
    finally:
        client.close()


def unpack(answer: bytes) -> Graded:
    """Return what was graded, in an answer. Raises `Mistake`, or `FarError` where the grader failed."""
    try:
        said_ = wire.decode(answer, Answer, header_bytes=MAX_ANSWER)
    except (WireError, TypeError) as error:
        raise FarError(f"the cluster's answer is none: {error}") from None
    if said_.problem:
        raise Mistake(said_.problem, said_.cure)
    if said_.report is None:
        raise FarError(said_.failure)
    return Graded(said_.report, said_.seconds)


def _connect(address: str) -> Client:
    scheme, _, place = address.partition("://")
    if scheme not in SCHEMES or ":" not in place:
        raise Mistake(f"{address} is no executor", "Give `local`, or a scheduler such as dask://10.0.0.1:8786.")
    try:
        client = Client(f"{SCHEMES[scheme]}://{place}", timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise Mistake(
            f"there is no Dask scheduler at {address}: {error}", "Start one: dask scheduler; dask worker HOST:PORT"
        ) from None
    if not client.nthreads():
        client.close()
        raise Mistake(f"the cluster at {address} has no workers", "Start one on each machine: dask worker HOST:PORT")
    return client


def _files(found: Course) -> tuple[tuple[str, bytes], ...]:
    """Return a course's files by their path: what exercises and references are made of, and no submissions."""
    paths = [
        path
        for folder in ("exercises", "reference")
        for path in sorted((found.root / folder).rglob("*"))
        if path.suffix in {".py", ".toml"}
    ]
    return tuple((path.relative_to(found.root).as_posix(), path.read_bytes()) for path in paths)


def _branch_name(client: str) -> str:
    return f"grader-{client}"


def _forget_the_dead(client: Client) -> None:
    """Close the branches of runs that were killed before they could."""
    for name in client.run_on_scheduler(_orphans):
        client.unregister_worker_plugin(name)


def _orphans(dask_scheduler: Any) -> list[str]:
    living = {_branch_name(client) for client in dask_scheduler.clients}
    return [name for name in dask_scheduler.worker_plugins if name.startswith("grader-") and name not in living]
