"""Opening a gradebook, and its two kinds of transaction."""

from __future__ import annotations

import contextlib
import importlib.util
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    exc,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.engine import URL

from grader.errors import Mistake

HEAD = "0003"
"""The newest migration; a test holds it equal to what is in `migrations/`."""
BUSY_S = 60.0
"""So long one grader waits for another to finish writing."""
MIGRATION_LOCK = 0x67726164


@dataclass(frozen=True)
class Gradebook:
    """A gradebook that is open; `where` names it for messages, without a password."""

    where: str
    engine: Engine

    @property
    def in_memory(self) -> bool:
        """Whether no other process can open it."""
        return self.engine.dialect.name == "sqlite" and self.engine.url.database in {None, "", ":memory:"}


def connect(address: str | Path, *, create: bool = True) -> Gradebook:
    """Open a gradebook by URL or file name, made or brought up to date if need be. Raises `Mistake` if it cannot be had.

    Without `create`, a file that is not there is a mistake.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite" and not create and not Path(url.database or "").is_file():
        raise Mistake(f"there is no gradebook {url.database}", "Grade a class first, or name it with --db.")
    try:
        engine = _engine(url)
    except ModuleNotFoundError as error:
        raise Mistake(
            f"the driver {error.name} for {url.drivername} is not installed", f"pip install {error.name}"
        ) from None
    except exc.ArgumentError as error:
        raise Mistake(f"{address} names no database: {error}", "Example: sqlite:///grades.db") from None
    gradebook = Gradebook(_named(url), engine)
    try:
        _bring_up_to_date(gradebook)
    except BaseException:
        engine.dispose()
        raise
    return gradebook


def close(gradebook: Gradebook) -> None:
    """Close every connection."""
    gradebook.engine.dispose()


@contextlib.contextmanager
def opened(address: str | Path, *, create: bool = True) -> Iterator[Gradebook]:
    """Yield a gradebook and close it; see `connect`."""
    gradebook = connect(address, create=create)
    try:
        yield gradebook
    finally:
        close(gradebook)


def _url(address: str | Path) -> URL:
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite", database=str(address))
    try:
        url = make_url(address)
    except exc.ArgumentError:
        raise Mistake(f"{address} is no database's URL", "Example: postgresql://me@host/grades") from None
    if url.drivername == "postgresql" and importlib.util.find_spec("psycopg") is not None:
        return url.set(drivername="postgresql+psycopg")
    return url


def _named(url: URL) -> str:
    """Return a file's path, from here if it lies below, or another database's address without its password."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return url.render_as_string(hide_password=True)
    file, here = Path(url.database), Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    engine = create_engine(url, connect_args={"timeout": BUSY_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # Python's driver would begin too late, and never IMMEDIATE
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Switch to write-ahead logging: two who switch a new file at once are refused without SQLite's own wait."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and writes later can be refused in the middle."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextlib.contextmanager
def reading(gradebook: Gradebook) -> Iterator[Connection]:
    """Yield a connection that sees one state of the database."""
    with _translated(gradebook), gradebook.engine.connect() as connection, connection.begin():
        yield connection


@contextlib.contextmanager
def writing(gradebook: Gradebook) -> Iterator[Connection]:
    """Yield a connection whose changes are kept all together, or, after an exception or a kill, not at all."""
    with _translated(gradebook), gradebook.engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextlib.contextmanager
def _translated(gradebook: Gradebook) -> Iterator[None]:
    """Turn what is wrong with the database itself into a `Mistake`."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except (exc.OperationalError, exc.DatabaseError) as error:
        raise Mistake(
            f"the gradebook {gradebook.where} cannot be used: {error.orig}",
            "What was recorded before is safe. Mend this, and give the same command again.",
        ) from None


def ensure(connection: Connection, table: Table, unique: dict[str, Any], **others: Any) -> int:
    """Return the id of the row with these unique values, inserted with the others if it is not there.

    Safe beside another writer: whoever comes second takes the first one's row.
    """
    query = select(table.c.id).filter_by(**unique)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        found = add(connection, table, {**unique, **others})
    return int(connection.execute(query).scalar_one() if found is None else found)


def add(connection: Connection, table: Table, row: dict[str, Any]) -> int | None:
    """Insert a row that was not there, and return its id; None if another writer was first, whose row can now be read."""
    if connection.dialect.name == "sqlite":  # a transaction that writes is alone from its beginning
        return _inserted(connection, table, row)
    try:
        with connection.begin_nested():
            return _inserted(connection, table, row)
    except exc.IntegrityError:
        return None


_MARKS = {"qmark": "?", "format": "%s", "named": ":{}", "pyformat": "%({})s"}
"""How drivers write the place of a value, by their `paramstyle`."""


def add_all(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of values as the database has them: SQLAlchemy's look at each value takes longer than the database does."""
    dialect = connection.dialect
    quote, mark = dialect.identifier_preparer.quote, _MARKS[dialect.paramstyle]
    names, marks = ", ".join(map(quote, columns)), ", ".join(mark.format(name) for name in columns)
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608 - names of ours
    connection.exec_driver_sql(
        statement, list(rows) if dialect.positional else [dict(zip(columns, row, strict=True)) for row in rows]
    )


def _inserted(connection: Connection, table: Table, row: dict[str, Any]) -> int:
    return int(connection.execute(insert(table), row).inserted_primary_key[0])  # type: ignore[index]  # it was inserted


def _bring_up_to_date(gradebook: Gradebook) -> None:
    with reading(gradebook) as connection:
        if _version(connection) == HEAD:
            return
    with writing(gradebook) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        version = _version(connection)
        if version != HEAD:
            _migrate(connection, gradebook, version)


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _migrate(connection: Connection, gradebook: Gradebook, version: str) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s, for a new gradebook alone
    from alembic.config import Config  # noqa: PLC0415

    if version > HEAD:
        raise Mistake(
            f"the gradebook {gradebook.where} was written by a newer grader (its format is {version}, not {HEAD})",
            "Update this package.",
        )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
