"""Values kept on disk by content. A name is a digest of all that a value depends on, so nothing ever goes stale."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from grader import wire
from grader.errors import WireError

T = TypeVar("T")


@dataclass(frozen=True)
class Cache:
    """A folder of blocks; None keeps nothing. A file that cannot be read or written is as good as absent."""

    folder: Path | None

    def get(self, name: str, type_: type[T]) -> T | None:
        """Return the value stored under a digest, if it is there and whole."""
        if self.folder is None:
            return None
        with contextlib.suppress(OSError, WireError):
            return wire.decode((self.folder / name).read_bytes(), type_, header_bytes=1 << 28)
        return None

    def put(self, name: str, value: msgspec.Struct) -> None:
        """Store a value; readers see all of it or nothing."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{name}.{secrets.token_hex(8)}"
            draft.write_bytes(wire.encode(value))
            draft.replace(self.folder / name)


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return a digest of this package's files as they were when it was first asked for: names, sizes, times."""
    root = Path(__file__).parent
    files = sorted(path for path in root.rglob("*.py"))
    return digest(*(f"{path.relative_to(root)} {(s := path.stat()).st_size} {s.st_mtime_ns}" for path in files))


def digest(*parts: str | bytes | int) -> str:
    """Return a digest of parts, each with its length, for naming what depends on them."""
    state = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        state.update(len(data).to_bytes(8, "little") + data)
    return state.hexdigest()
