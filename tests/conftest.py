"""What tests share: one warm sandbox, the shipped course, and the command line with a cache of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from grader import course
from grader.cache import Cache
from grader.sandbox.bench import Bench
from grader.sandbox.server import ForkServer, Spawner
from tests.lessons import Lessons

ROOT = Path(__file__).parents[1]
BASICS = ROOT / "tests" / "courses" / "basics"

os.environ["GRADER_NO_PROGRESS"] = "1"  # what tests reach is nobody's progress

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """A sandbox whose server has imported torch and IPython; every test may use it."""
    starter = ForkServer(("notebook", "plots"))
    yield Bench(starter)
    starter.close()


@pytest.fixture(scope="session")
def spawn_bench() -> Iterator[Bench]:
    """The same with workers that are new interpreters: 2 s each, so few tests ask for it."""
    starter = Spawner()
    yield Bench(starter)
    starter.close()


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A value for XDG_CACHE_HOME: what the references give is observed once, in whatever process."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def losses(bench: Bench, cache_home: Path) -> Lessons:
    """The shipped lesson, its references observed when they are first asked for."""
    return Lessons(course.load(ROOT), bench, Cache(cache_home / "grader"))


@pytest.fixture(scope="session")
def basics(bench: Bench, cache_home: Path) -> Lessons:
    """The course in tests/courses/basics, which uses all of the vocabulary."""
    return Lessons(course.load(BASICS), bench, Cache(cache_home / "grader"))


@pytest.fixture(scope="session")
def grade_command(cache_home: Path) -> Command:
    """Return a function that runs `grade` in a process of its own; all runs share one cache."""

    def run(*words: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
        return subprocess.run(
            [sys.executable, "-m", "grader", *map(str, words)],
            cwd=cwd,
            env=kept | {"XDG_CACHE_HOME": str(cache_home), "COLUMNS": "100"} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


# Laws are looked at on every run, so few examples each; `pytest --hypothesis-profile=thorough` takes its time.
settings.register_profile("quick", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quick")
