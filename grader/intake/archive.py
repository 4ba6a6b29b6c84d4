"""Zips that strangers filled: members are listed and read within bounds, and nothing is ever unpacked by its own name."""

from __future__ import annotations

import contextlib
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.errors import Mistake
from grader.intake.values import Found
from grader.model import Submission
from grader.submission import read

MAX_MEMBERS = 100_000
MAX_MEMBER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 16 << 30
MAX_RATIO = 200
RATIO_FROM_BYTES = 4 << 20
"""A small text may compress as well as it likes: only from this size on is the ratio looked at."""


@dataclass(frozen=True)
class Member:
    """A file in a zip, or on disk under a root: its parts below the root, and when it was changed (UTC)."""

    parts: tuple[str, ...]
    name: str
    changed_at: datetime | None
    refused: str = ""


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn what is wrong with a zip into a `Mistake`."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise Mistake(f"{path} is not a whole zip: {error}", "Download it again.") from None
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {error.strerror or error}", "Check the path and permissions.") from None


def members(path: Path) -> tuple[Member, ...]:
    """Return a zip's files; one that must not be read says why. Raises `Mistake` if the zip as a whole is refused."""
    with _translated(path), zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS:
        raise Mistake(f"{path} has {len(infos)} members; at most {MAX_MEMBERS} are read", "Split it.")
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL_BYTES:
        raise Mistake(f"{path} would unpack to {total >> 30} GiB", f"At most {MAX_TOTAL_BYTES >> 30} GiB are read.")
    return tuple(
        Member(PurePosixPath(info.filename).parts, info.filename, _changed_at(info), _refusal(info)) for info in infos
    )


def _changed_at(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # a zip may hold a 13th month
        return None


def _refusal(info: zipfile.ZipInfo) -> str:
    """Return why a member is not read, or nothing."""
    parts = PurePosixPath(info.filename).parts
    # A name with a backslash or a drive means one thing here and another on Windows.
    if info.filename.startswith("/") or ".." in parts or "\\" in info.orig_filename or ":" in parts[0]:
        return "its path leads out of the zip"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        return "it is a link or a device"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.file_size > MAX_MEMBER_BYTES:
        return f"it has {info.file_size >> 20} MB; at most {MAX_MEMBER_BYTES >> 20} MB are read"
    if info.file_size > RATIO_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return f"it unpacks to more than {MAX_RATIO} times its size"
    return ""


@contextlib.contextmanager
def reader() -> Iterator[Callable[[Path, str], bytes]]:
    """Yield what returns the bytes of a zip's member; each zip is opened once, since opening one reads its whole list.

    It raises `Mistake` for a member that is refused, absent, or damaged. For one thread.
    """
    with contextlib.ExitStack() as stack:
        archives: dict[Path, zipfile.ZipFile] = {}

        def read_member(path: Path, name: str) -> bytes:
            with _translated(path):
                if path not in archives:
                    archives[path] = stack.enter_context(zipfile.ZipFile(path))
                return _member(archives[path], path, name)

        yield read_member


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise Mistake(f"there is no {name} in {path}") from None
    why = _refusal(info)
    if why:
        raise Mistake(f"{path}::{name} is not read: {why}")
    with archive.open(info) as file:
        return file.read(MAX_MEMBER_BYTES)  # `zipfile` gives no more than the size that was checked


def contents(found: Found, read_member: Callable[[Path, str], bytes]) -> Submission:
    """Return the submission in a file, or, by a `reader`, in a zip. Raises `Mistake`, with a cure, if it cannot be read."""
    if not found.member:
        return read(found.path)
    data = read_member(found.path, found.member)
    with tempfile.TemporaryDirectory(prefix="grader-intake-") as folder:
        path = Path(folder, _plain(found.file))
        path.write_bytes(data)
        try:
            return read(path)
        except Mistake as mistake:
            raise Mistake(mistake.problem.replace(str(path), found.where), mistake.cure) from None


def _plain(name: str) -> str:
    """Return a file name that any file system takes: the stem names the exercise, so it is kept where it can be."""
    stem, dot, suffix = name.replace("\0", "").rpartition(".")
    return f"{stem.encode('utf-8', 'replace')[:150].decode('utf-8', 'ignore')}{dot}{suffix[:10]}"
