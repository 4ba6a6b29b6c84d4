"""The environment of a worker: nothing of the person who grades is in it. Works on every platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.confine.plan import SCRATCH

# What a worker may inherit: numbers of threads, the locale, the clock's zone, where libraries are, the hash seed.
KEPT = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "LANG", "LC_ALL", "LC_CTYPE", "TZ",
    "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "MPLBACKEND",
)  # fmt: skip
# Folders that programs write to, as parts of the scratch folder.
PRIVATE = {
    "HOME": "", "TMPDIR": "", "MPLCONFIGDIR": "matplotlib", "IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "jupyter",
    "JUPYTER_DATA_DIR": "jupyter", "JUPYTER_RUNTIME_DIR": "jupyter", "XDG_CACHE_HOME": "cache", "TORCH_HOME": "torch",
    "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_RUNTIME_DIR": "run", "TORCHINDUCTOR_CACHE_DIR": "cache",
}  # fmt: skip
FIXED = {"USER": "student", "LOGNAME": "student", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}


def environment(folder: str, inherited: dict[str, str]) -> dict[str, str]:
    """Return a worker's environment. Exec a fork server with one too: its block can be read in memory."""
    scratch = Path(folder, SCRATCH)
    private = {name: str(scratch / part) for name, part in PRIVATE.items()}
    return {name: inherited[name] for name in KEPT if name in inherited} | private | FIXED


def replace(wanted: dict[str, str]) -> None:
    """Make these the only environment variables."""
    os.environ.clear()
    os.environ.update(wanted)
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]  # it remembers the server's folder
