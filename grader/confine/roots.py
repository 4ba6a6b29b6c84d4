"""Which files of this machine a worker may read: the interpreter and its libraries, and what they look up."""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

# Shared libraries and the loader's cache, zones, fonts, and the number of processors (read by OpenMP and cpuinfo).
SYSTEM = (
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
    "/usr/lib/locale", "/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/var/cache/fontconfig",
    "/sys/devices/system/cpu", "/usr/local/cuda", "/usr/share/matplotlib",
)  # fmt: skip
TOO_WIDE = ("/", "/usr", "/home", "/root", "/opt", "/tmp")  # noqa: S108  # prefixes that hold more than an interpreter


def readable() -> tuple[str, ...]:
    """Return the existing files and folders that workers of this interpreter read. Takes some milliseconds."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix} - set(TOO_WIDE)
    libraries = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    libraries |= {str(sysconfig.get_config_var("LIBDIR"))} - {f"{wide}/lib" for wide in TOO_WIDE}
    libraries |= {path for path in (site.getusersitepackages(),) if path in sys.path}
    packages = {_folder_of(name) for name in ("torch", "numpy", "msgspec", "matplotlib", "grader")}
    wanted = {*prefixes, *libraries, *packages, *SYSTEM, os.path.realpath(sys.executable)}
    return outermost(path for path in wanted if path and path not in TOO_WIDE)


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the existing paths, as they are named and as they resolve, that lie below no other of them."""
    named = {os.path.abspath(path) for path in paths if Path(path).exists()}  # noqa: PTH100  # links stay links
    named |= {os.path.realpath(path) for path in named}
    kept: list[str] = []
    for path in sorted(named):
        if not any(path.startswith(other + os.sep) for other in kept):
            kept.append(path)
    return tuple(kept)


def hidden() -> tuple[str, ...]:
    """Return the folders of this package that are in no way a worker's to read: it may be installed below a prefix."""
    return (str(Path(__file__).resolve().parents[1] / "pack"),)


def reachable(paths: tuple[str, ...], *, below_root: bool) -> bool:
    """Tell whether an account without a name could read all the paths; `below_root` says whether it must get to them
    from the root folder, or finds them shown in a private root.
    """
    return all(_open_to_all(Path(path), below_root=below_root) for path in paths)


def _open_to_all(path: Path, *, below_root: bool) -> bool:
    real = path.resolve()
    mode = real.stat().st_mode
    if not mode & 0o004 or (real.is_dir() and not mode & 0o001):
        return False
    return not below_root or all(parent.stat().st_mode & 0o001 for parent in real.parents)


def _folder_of(package: str) -> str | None:
    spec = importlib.util.find_spec(package)
    return str(Path(spec.origin).parent) if spec and spec.origin else None
