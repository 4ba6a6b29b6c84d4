"""Databases for tests: a SQLite file, and a PostgreSQL server that the tests start themselves, where it is installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

MISSING = (
    "the gradebook's tests need PostgreSQL's initdb and pg_ctl, and there are none: run `make postgresql` as root on "
    "Debian, or install `postgresql` with your package manager. To leave these tests out, knowingly, set "
    "GRADER_NO_POSTGRESQL=1."
)
LEFT_OUT = "GRADER_NO_POSTGRESQL=1: no gradebook was kept in PostgreSQL"


def _programs() -> Path | None:
    """Return the folder of initdb and pg_ctl; Debian keeps them out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def _account() -> dict[str, str]:
    """Return who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in names else "nobody"}


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a server of our own; fail the test, and say what to do, where PostgreSQL is not installed.

    A skip would go unnoticed; one that was asked for does not.
    """
    if os.environ.get("GRADER_NO_POSTGRESQL") == "1":
        pytest.skip(LEFT_OUT)
    programs = _programs()
    if programs is None:
        pytest.fail(MISSING, pytrace=False)
    account = _account()
    folder = Path(
        tempfile.mkdtemp(prefix="grader-pg-", dir="/tmp")
    )  # short: a socket's path has at most 107 characters
    if account:
        shutil.chown(folder, account["user"])

    def call(*words: str) -> None:
        done = subprocess.run(
            words, **account, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if "initdb" in words[0] else subprocess.DEVNULL, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr or (folder / "log").read_text()

    try:
        call(str(programs / "initdb"), "-D", f"{folder}/db", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync",
             "--locale=C")  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=16MB"
        call(str(programs / "pg_ctl"), "-D", f"{folder}/db", "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://tester@/postgres?host={quote(str(folder))}"
        finally:
            call(str(programs / "pg_ctl"), "-D", f"{folder}/db", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def schema(url: str, name: str) -> str:
    """Return the URL of an empty schema on a server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url}&options={quote(f'-csearch_path={name}')}"
