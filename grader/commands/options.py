"""What commands have in common: their options, and the sandbox and cache that those ask for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.sandbox.isolation import decide
from grader.sandbox.server import ForkServer, Spawner, Starter, can_fork

if TYPE_CHECKING:
    from grader.cache import Cache
    from grader.course import Course
    from grader.model import Exercise

Function = Callable[..., Any]

COURSE = click.option(
    "--course", "course_dir", type=click.Path(path_type=Path), help="A folder with exercises/ and reference/."
)
EXERCISES = click.option("--exercise", "-e", "exercises", multiple=True, help="Grade this exercise; may be repeated.")
LESSON = click.option("--lesson", "-l", help="Grade every exercise of this lesson.")
JOBS = click.option(
    "--jobs", "-j", type=click.IntRange(min=1), help="Work on so many things at once; default: cores + 1."
)


@dataclass(frozen=True)
class Setting:
    """What a command that runs code was told about the course, the draw and the sandbox."""

    course_dir: Path | None = None
    seed: int = 0
    starter: str = "auto"
    isolation: str = "auto"
    no_cache: bool = False

    def cache(self) -> Cache:
        """Return where observations of references are kept."""
        from grader.cache import Cache  # noqa: PLC0415

        return Cache(None if self.no_cache else cache_folder())


def setting(function: Function) -> Function:
    """Give a command the options of a `Setting`, handed to it as `setting`."""

    @functools.wraps(function)
    def called(**words: Any) -> Any:
        chosen = Setting(**{name: words.pop(name) for name in Setting.__dataclass_fields__})
        return function(setting=chosen, **words)

    for option in (
        COURSE,
        click.option("--seed", type=int, default=0, show_default=True, help="Draws the inputs."),
        click.option(
            "--starter",
            type=click.Choice(["auto", "fork", "spawn"]),
            default="auto",
            help="How workers are started; spawn works everywhere and is slower.",
        ),
        click.option(
            "--isolation",
            type=click.Choice(["auto", "full", "floor", "none"]),
            default="auto",
            show_default=True,
            help="How strictly submissions are confined; `grade doctor` says what this machine can do.",
        ),
        click.option("--no-cache", is_flag=True, help="Observe the reference again."),
    ):
        called = option(called)
    return called


def start(setting: Setting, needs: tuple[str, ...] = (), *, own: bool, server: ForkServer | None = None) -> Starter:
    """Return what starts workers, of the kind asked for: `server`, if one is importing torch already.

    `own` tells that whoever asks wrote what will run; a fork server imports what is named in `needs`, too.
    """
    if setting.starter == "spawn" or (setting.starter == "auto" and not can_fork()):
        return Spawner(lambda: decide(setting.isolation, own=own))
    if server is None:
        return ForkServer(needs, isolation=lambda: decide(setting.isolation, own=own))
    server.warm(needs)
    return server


@contextmanager
def started(setting: Setting, needs: tuple[str, ...] = (), *, own: bool = True) -> Iterator[Starter]:
    """Yield what `start` returns and close it."""
    starter = start(setting, needs, own=own)
    try:
        yield starter
    finally:
        starter.close()


def load_one(name: str, course: Course, setting: Setting) -> Exercise:
    """Return an exercise of a course. Raises `Mistake` if it cannot be read."""
    from grader.catalogue import kept, load  # noqa: PLC0415
    from grader.sandbox.bench import Bench  # noqa: PLC0415

    exercise = kept(name, course, setting.cache())
    if exercise is not None:
        return exercise
    with started(setting) as starter:
        return load([name], course, Bench(starter), setting.cache())[0]


def cache_folder() -> Path:
    """Return this user's folder for what can be made again."""
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_cache_dir("grader"))
