"""`grade export gradescope-autograder`, and what its zip runs on the platform: `grade autograde`."""

from __future__ import annotations

import traceback
from pathlib import Path

import click

from grader import course
from grader.commands.exits import PASSED, UNGRADED, complain
from grader.commands.options import COURSE, Setting, started
from grader.errors import GraderError, Mistake
from grader.report.gradescope import VISIBILITIES, failed

HINT = "For instructors: the autograder's output, which only you see, says why."


@click.command(name="gradescope-autograder")
@click.argument("lesson")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default="autograder.zip", show_default=True
)
@COURSE
@click.option(
    "--visibility",
    type=click.Choice(VISIBILITIES),
    default="visible",
    show_default=True,
    help="When students see the cases.",
)
@click.option(
    "--limit-s",
    type=click.IntRange(min=60),
    default=540,
    show_default=True,
    help="Seconds for one submission; less than the time limit in Gradescope's settings (10 minutes unless changed).",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws the inputs.")
@click.option(
    "--pip-options", default="", help="For pip on Gradescope, such as an index with PyTorch's small CPU builds."
)
def make(  # noqa: PLR0913 - one parameter an option
    *,
    lesson: str,
    output: Path,
    course_dir: Path | None,
    visibility: str,
    limit_s: int,
    seed: int,
    pip_options: str,
) -> None:
    """Make the zip that Gradescope asks for under "Configure Autograder", to grade a LESSON there."""
    from grader import autograder  # noqa: PLC0415

    found = course.find(Path.cwd(), course_dir)
    settings = autograder.Settings(visibility=visibility, limit_s=limit_s, seed=seed, pip_options=pip_options)
    exercises = autograder.make(found, lesson, settings, output)
    click.echo(
        f"{output} grades {len(exercises)} exercises of {lesson}. In Gradescope: Configure Autograder, upload it, and give\n"
        "the container at least 3 GB of memory. It holds the references: hand it to no student."
    )


@click.command(hidden=True)
@click.argument("root", type=click.Path(path_type=Path, file_okay=False))
@click.option("--prepare", is_flag=True, help="Only observe the references, so that submissions need not wait for it.")
def autograde(*, root: Path, prepare: bool) -> int:
    """Grade the submission in ROOT, a folder laid out as Gradescope's /autograder."""
    from grader import autograder  # noqa: PLC0415
    from grader.cache import Cache  # noqa: PLC0415
    from grader.commands.options import cache_folder  # noqa: PLC0415
    from grader.sandbox.bench import Bench  # noqa: PLC0415

    plan, cache = autograder.read_plan(root), Cache(cache_folder())
    with started(Setting(), ("notebook",), own=False) as starter:
        if prepare:
            _, tasks = autograder.prepared(root, plan, Bench(starter), cache)
            click.echo(f"ready to grade {len(tasks)} exercises")
            return PASSED
        try:
            text, whole = autograder.graded(root, plan, Bench(starter), cache)
        except GraderError as error:  # students read that it failed; the words name files of the course
            complain(error)
            text, whole = failed(HINT), False
        except Exception:  # the last chance to say so; what is printed is for instructors
            traceback.print_exc()
            text, whole = failed(HINT), False
    _write(root / autograder.RESULTS, text)
    return PASSED if whole else UNGRADED


def _write(path: Path, text: str) -> None:
    """Put the results in place at once: whoever reads meanwhile reads what was there before, whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise Mistake(
            f"the results cannot be written to {path}: {error.strerror}", "Is there a folder results?"
        ) from None
