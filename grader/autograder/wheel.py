"""The grader that is running, as a wheel: the platform gets the version that its author tried, from no registry."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from importlib import metadata
from pathlib import Path

import grader
from grader.errors import Mistake

NAME = "grader"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold: equal files give equal bytes."""


def filename() -> str:
    """Return the wheel's name."""
    return f"{NAME}-{grader.__version__}-py3-none-any.whl"


def build() -> bytes:
    """Return the installed package as a wheel. Raises `Mistake` if it is not installed, only lying about."""
    try:
        own = metadata.distribution(NAME)
    except metadata.PackageNotFoundError:
        raise Mistake("grader runs without being installed, so it cannot be packed", "pip install it first.") from None
    root = Path(grader.__file__).parent
    files = {
        f"{NAME}/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    info = f"{NAME}-{grader.__version__}.dist-info"
    files[f"{info}/METADATA"] = (own.read_text("METADATA") or "").encode()
    files[f"{info}/entry_points.txt"] = (own.read_text("entry_points.txt") or "").encode()
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: true\nTag: py3-none-any\n".encode()
    )
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return zipped(files)


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(content)])
    writer.writerow([own_name, "", ""])
    return out.getvalue().encode()


def zipped(files: dict[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """Return files as a zip; equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
