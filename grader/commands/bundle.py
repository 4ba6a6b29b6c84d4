"""`grade bundle`: what a course hands out."""

from __future__ import annotations

from pathlib import Path

import click

from grader import course
from grader.batch import usual_jobs
from grader.commands.options import COURSE, JOBS, Setting, started

SEEDS = (0, 1, 2, 3, 4)


@click.command()
@click.argument("lesson")
@click.option(
    "--output", "-o", "out", type=click.Path(path_type=Path), required=True, help="A new folder for the bundle."
)
@click.option("--seed", "seeds", type=int, multiple=True, default=SEEDS, show_default=True, help="Record this seed.")
@COURSE
@JOBS
@click.option("--no-cache", is_flag=True, help="Observe the references again.")
def bundle(
    *, lesson: str, out: Path, seeds: tuple[int, ...], course_dir: Path | None, jobs: int | None, no_cache: bool
) -> None:
    """Write what students get of a LESSON: starters, statements, public cases, and recordings in place of the answers.

    Grading in that folder gives the same verdicts on public cases. Hidden cases and the code of references stay here.
    """
    from grader import bundle as bundling  # noqa: PLC0415
    from grader.sandbox.bench import Bench  # noqa: PLC0415

    found = course.find(Path.cwd(), course_dir)
    setting = Setting(course_dir=course_dir, no_cache=no_cache)
    with started(setting) as starter:
        observer = bundling.Observer(Bench(starter), setting.cache(), jobs or usual_jobs())
        files = bundling.make(found.lesson(lesson), found, tuple(dict.fromkeys(seeds)), observer)
    bundling.write(files, out, click.echo)
