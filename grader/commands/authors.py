"""`grade verify`: for those who write exercises."""

from __future__ import annotations

from pathlib import Path

import click

from grader import course
from grader.commands.exits import FAILED, PASSED
from grader.commands.options import COURSE, JOBS, Setting, started


@click.command()
@click.argument("exercises", nargs=-1, metavar="[EXERCISE...]")
@COURSE
@JOBS
@click.option(
    "--seeds", type=click.IntRange(min=1), default=50, show_default=True, help="Try the reference on so many."
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with EXERCISE/right/*.py and EXERCISE/wrong/*.py; default: COURSE/tests/corpus.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--no-mutants", is_flag=True, help="Leave the mutants of the reference out.")
def verify(  # noqa: PLR0913 - one parameter an option
    *,
    exercises: tuple[str, ...],
    course_dir: Path | None,
    jobs: int | None,
    seeds: int,
    corpus: Path | None,
    as_json: bool,
    no_mutants: bool,
) -> int:
    """Check exercises, for their authors: references, misconceptions, a corpus of solutions, and mutants."""
    from grader import verify as verifying  # noqa: PLC0415
    from grader.sandbox.bench import Bench  # noqa: PLC0415
    from grader.verify import show  # noqa: PLC0415
    from grader.verify.run import settings  # noqa: PLC0415

    found = course.find(Path.cwd(), course_dir)
    asked = settings(found, corpus, jobs=jobs, seeds=seeds, mutants=not no_mutants)
    names = exercises or tuple(name for lesson in found.lessons for name in lesson.exercises)
    with started(Setting(), ("many",)) as starter, show.bar() as progress:
        verification = verifying.verify(names, found, Bench(starter), asked, progress)
    show.write(verification, as_json=as_json)
    return PASSED if verification.well else FAILED
