"""Many pieces of work over any `concurrent.futures.Executor`: few in flight at once, and an end that loses nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from typing import Any, TypeVar

from grader.errors import Mistake

T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT = 16


def run(
    found: Iterable[T],
    grade_one: Callable[[T], R],
    executor: Executor,
    on_done: Callable[[T, R | Exception], None],
    *,
    in_flight: int = IN_FLIGHT,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Grade everything, and return whether it was all: once `stopped` says so, only what has begun is finished.

    `found` is drawn from, and `on_done` told, in this thread alone, whatever the executor is; so memory holds at most
    `in_flight` results. What `grade_one` raises is handed on as a value. Raises `Mistake` if the executor dies, and lets
    through what `on_done` or `found` raise, after what has begun has been waited for.
    """
    pending: dict[Future[R], T] = {}
    source = iter(found)
    drawn = whole = False
    try:
        while True:
            while not drawn and len(pending) < in_flight and not stopped():
                try:
                    item = next(source)
                except StopIteration:
                    drawn, whole = True, not stopped()  # the source may have ended because of the stop
                    break
                pending[executor.submit(grade_one, item)] = item
            if stopped():
                _forget_unbegun(pending)
            if not pending:
                return whole
            _take(pending, wait(pending, return_when=FIRST_COMPLETED).done, on_done)
    except (BrokenExecutor, CancelledError) as error:
        with contextlib.suppress(BrokenExecutor, CancelledError):
            _take(pending, {future for future in pending if future.done()}, on_done)
        raise Mistake(
            f"the workers are gone: {error or 'their executor has given up'}",
            "Give the same command again: what was graded is kept.",
        ) from None
    finally:
        for future in pending:
            future.cancel()
        wait(pending)


def _forget_unbegun(pending: dict[Future[Any], Any]) -> None:
    for future in list(pending):
        if future.cancel():
            del pending[future]


def _take(pending: dict[Future[R], T], done: set[Future[R]], on_done: Callable[[T, R | Exception], None]) -> None:
    for future in [future for future in pending if future in done]:  # in the order of submission
        item = pending.pop(future)
        error = future.exception()
        if error is None:
            on_done(item, future.result())
        elif isinstance(error, Exception):
            on_done(item, error)
        else:
            raise error


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usual_jobs() -> int:
    """Return how many submissions to have in hand at once: while a worker is being ended, another can run."""
    return cores() + 1


def at_once(work: Callable[[T], R], items: Sequence[T], stop: Callable[[], None] = lambda: None) -> list[R]:
    """Return what `work` gives for each item, in their order, with a thread a core; a single item has this thread.

    What `work` or Ctrl-C raises is raised after `stop`, which has to end what runs.
    """
    if len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(cores(), thread_name_prefix="at-once") as pool:
        try:
            return list(pool.map(work, items))
        except BaseException:
            stop()
            raise


@contextlib.contextmanager
def interruptible(say: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Yield what tells whether Ctrl-C was pressed; the first only says so, and a second one interrupts at once.

    In a thread that gets no signals Ctrl-C is left alone.
    """
    pressed = threading.Event()

    def press(_number: int, _frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        say()

    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
