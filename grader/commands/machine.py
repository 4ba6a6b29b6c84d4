"""`grade doctor`: what this machine can do."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Say which isolation layers work on this machine, why the others do not, and what to do."""
    from grader.sandbox import doctor as probing  # noqa: PLC0415

    for layer, works, why, cure in probing.rows(probing.probe()):
        click.echo(f"{layer:<12}{works}" + (f"   {why}" if why else ""))
        if cure:
            click.echo(f"{'':12}     {cure}")
