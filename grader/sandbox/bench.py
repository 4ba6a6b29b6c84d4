"""What the trusted side asks of a sandbox: run a job, ask predicates, read exercise files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.model import Check, Checked, Describe, Described, Exercise, Job, Limits, Raised, Run
from grader.sandbox.line import SandboxError
from grader.sandbox.run import GONE, run
from grader.sandbox.server import ForkServer, Starter

READ_S = 60.0
CHECK_S = 10.0


@dataclass(frozen=True)
class Bench:
    """A sandbox made of a way to start workers."""

    starter: Starter

    def expect(self, exercises: Iterable[Exercise]) -> None:
        """Have a fork server import what these exercises need besides torch, once and not in each worker."""
        if isinstance(self.starter, ForkServer) and any(exercise.trains for exercise in exercises):
            self.starter.warm(["training"])

    def run(self, job: Job) -> Run:
        """Load a job's source and make its calls; see `grader.sandbox.run.run`."""
        return run(job, self.starter)

    def check(self, checks: Sequence[Check]) -> tuple[Checked, ...]:
        """Ask an author's predicates about observations, in a worker that has seen no submission.

        A predicate that raises, hangs or dies has said nothing: its answer carries `raised`.
        """
        answers: list[Checked] = []
        while len(answers) < len(checks):
            with self.starter.start(Limits()) as worker:
                while len(answers) < len(checks) and worker.usable:
                    try:
                        answers.append(worker.ask(checks[len(answers)], Checked, CHECK_S))
                    except GONE as error:
                        answers.append(Checked(raised=Raised(type=type(error).__name__, message=str(error))))
        return tuple(answers)

    def describe(self, requests: Sequence[Describe]) -> tuple[Described, ...]:
        """Read exercise files; raises `SandboxError` if a file ends or blocks the worker that reads it."""
        described = []
        with self.starter.start(Limits()) as worker:
            for request in requests:
                try:
                    described.append(worker.ask(request, Described, READ_S))
                except GONE as error:
                    raise SandboxError(f"{request.path} could not be read: {error}\n{worker.output()}") from None
        return tuple(described)
