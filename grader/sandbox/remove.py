"""Removing a folder that a submission has filled: `shutil.rmtree` recurses and keeps a descriptor open for each level."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder and all that is in it, however deep, and whoever may enter what is in it. Never raises OSError.

    What lies two levels deep is moved up one, until there is no second level: every path stays short, and nothing recurses.
    """
    with contextlib.suppress(OSError):
        while _flatten(folder):
            pass
    shutil.rmtree(folder, ignore_errors=True)


def _flatten(folder: Path) -> bool:
    """Remove the files in a folder and in its folders, and move the folders of the latter up; False once it is empty."""
    entries = list(os.scandir(folder))
    for number, entry in enumerate(entries):
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry)  # noqa: PTH108 - entries are paths
            continue
        for place, inner in enumerate(_list(entry.path)):
            if inner.is_dir(follow_symlinks=False):
                _open_up(inner.path)  # only who may write to a folder may move it
                os.rename(inner, folder / f"{os.urandom(8).hex()}-{number}-{place}")  # noqa: PTH104
            else:
                os.unlink(inner)  # noqa: PTH108
        os.rmdir(entry)  # noqa: PTH106
    return bool(entries)


def _list(folder: str) -> list[os.DirEntry[str]]:
    _open_up(folder)
    with os.scandir(folder) as entries:
        return list(entries)


def _open_up(folder: str) -> None:
    """Let this account enter and change a folder of its own; root may anyway, and shall change no modes."""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        os.chmod(folder, 0o700)  # noqa: PTH101
