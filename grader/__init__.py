"""An automated grader for PyTorch exercises."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.live.answer import Answer

__all__ = ["__version__", "check", "load_ipython_extension", "unload_ipython_extension"]

__version__ = "0.1.0"

_KERNEL = "grader.live.kernel"
"""Imported when it is needed, and by name: whoever needs the version alone pays for nothing else."""


def check(*exercises: str) -> Answer:
    """Grade what this notebook says now, all cells from top to bottom in a sandbox; without a name, every exercise.

    Returns an answer that Jupyter shows as HTML and a terminal as text. Nothing raises: what is wrong is a sentence in it.
    """
    answer: Answer = importlib.import_module(_KERNEL).check(*exercises)
    return answer


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext grader`: begin to follow which cells run, offer `%%grade`, and get a sandbox ready in the background."""
    importlib.import_module(_KERNEL).load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext grader`: end the sandbox and stop following."""
    importlib.import_module(_KERNEL).unload(shell)
