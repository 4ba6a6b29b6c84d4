"""Every attack, under every set of layers that this machine has: what it earns, and what it leaves behind."""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
from run import FOLDER, Arena, Attack, Graded, attacks, everything, problems

from grader import rules
from grader.model import Cell
from grader.sandbox import doctor
from grader.worker.inspection import inspect_cells
from tests.builders import exercise

ROOT = Path(__file__).parents[1]
SEEN = doctor.probe()
PROFILES = [name for name, works in (("full", SEEN.full), ("floor", SEEN.floor)) if works]
WITHOUT_LAYERS = ("cheat_", "return_", "exception_", "state_", "rule_", "inject_", "honest", "not_begun")
"""What may run where nothing but process limits stands between it and this machine."""
SHARE = os.environ.get("GRADER_ATTACKS_SHARE", "8")
"""Under other identities every so many-th attack is run; 1 runs them all."""
CHUNK = 90
MARK = "grader-attack"
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", "/root", "/work", "/etc/cron.d", "/sys/fs/cgroup")


def settings() -> dict[str, Any]:
    """What of this process an attack might want to change."""
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
    return limits | {
        "nice": os.nice(0),
        "affinity": os.sched_getaffinity(0),
        "scheduler": os.sched_getscheduler(0),
        "umask": _umask(),
        "cwd": Path.cwd(),
        "environment": dict(os.environ) | {"PYTEST_CURRENT_TEST": ""},
    }


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def descendants() -> set[int]:
    found = psutil.Process().children(recursive=True)
    return {process.pid for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE}


def left_behind(home: Path) -> set[str]:
    """Name every file, mount, cgroup and memory segment that an attack has left."""
    found = [str(path) for place in PLACES for path in Path(place).glob(f"*{MARK}*")]
    found += [str(path) for path in home.glob("w*")] if home.exists() else []
    found += [line for line in Path("/proc/mounts").read_text().splitlines() if home.name in line]
    found += [str(path) for path in Path("/dev/shm").glob("psm_*")]
    for kind in ("shm", "msg", "sem"):
        path = Path("/proc/sysvipc", kind)
        found += path.read_text().splitlines()[1:] if path.exists() else []
    if SEEN.cgroup_folder:
        found += [str(path) for path in Path(SEEN.cgroup_folder).glob(f"worker-{os.getpid()}-*")]
    return set(found)


def soon(wanted: Any, look: Any, seconds: float = 10.0) -> Any:
    """Look until what is wanted is seen, and return what was seen last."""
    deadline = time.monotonic() + seconds
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def resident() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> list[Attack]:
    folder = tmp_path_factory.mktemp("made")
    return everything(folder)


@pytest.fixture
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Arena]:
    made = Arena(request.param, tmp_path)
    yield made
    made.close()


def unharmed(arena: Arena, files: list[Attack]) -> dict[str, Graded]:
    """Grade files; see that they leave nothing behind, and that an honest answer is graded as it was before."""
    home = arena.server._home.path
    honest, notebook = FOLDER / "honest.py", FOLDER / "notebook_honest.ipynb"
    before = arena.grade(honest), arena.grade(notebook)
    assert [graded.outcome for graded in before] == ["passed", "passed"]
    processes, mine, threads = descendants(), settings(), threading.active_count()
    descriptors, memory, already = len(os.listdir("/proc/self/fd")), resident(), left_behind(home)
    found = arena.grade_all([attack.path for attack in files])
    assert soon(processes, descendants) == processes
    assert soon(set(), lambda: left_behind(home) - already) == set()
    assert settings() == mine | {"environment": settings()["environment"]}
    assert dict(os.environ) == mine["environment"] | {"PYTEST_CURRENT_TEST": os.environ.get("PYTEST_CURRENT_TEST", "")}
    assert soon(True, lambda: threading.active_count() <= threads)
    assert soon(True, lambda: len(os.listdir("/proc/self/fd")) <= descriptors + 2)
    assert soon(True, lambda: resident() < memory + (200 << 20))
    assert [graded.text for graded in (arena.grade(honest), arena.grade(notebook))] == [each.text for each in before]
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("arena", PROFILES, indirect=True)
def test_an_attack_gets_what_it_must(arena: Arena, chosen: list[Attack], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_ATTACK_SECRET", "TOKEN")
    found: dict[str, Graded] = {}
    for start in range(0, len(chosen), CHUNK):
        found |= unharmed(arena, chosen[start : start + CHUNK])
    assert len(found) == len(chosen)
    assert problems(found, {attack.path.name: attack.must for attack in chosen}) == []
    assert "ungraded" not in {graded.outcome for graded in found.values()}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("arena", ["none"], indirect=True)
def test_without_isolation_a_verdict_is_still_earned(arena: Arena) -> None:
    files = [attack for attack in attacks() if attack.path.name.startswith(WITHOUT_LAYERS)]
    assert len(files) > 40
    found = unharmed(arena, files)
    assert problems(found, {attack.path.name: attack.must for attack in files}) == []


# As somebody else

ENTER = """
set -e
if [ -n "$2" ]; then
    mount --bind "$1" "$3"
    mount -t tmpfs -o mode=755 none "$2"
    mkdir -p "$1"
    mount --bind "$3" "$1"
fi
shift 3
exec "$@"
"""
"""In a mount namespace of its own: make the interpreter reachable for everybody, though it lies in root's home."""


def closed_folder(path: Path) -> str:
    """Return the first folder on the way to a path that only its owner may pass through."""
    return next((str(each) for each in reversed(path.parents) if not each.stat().st_mode & 0o001), "")


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("words", "layers"),
    [
        (["--user"], {"process", *(["namespaces"] if SEEN.full else []), "landlock", "seccomp"}),
        (["--user", "--closed"], {"process", "landlock", "seccomp"}),
        (["--closed"], {"process", "landlock", "seccomp"}),
    ],
    ids=["user", "user without namespaces", "without namespaces"],
)
def test_as_others_an_attack_gets_what_it_must(words: list[str], layers: set[str], tmp_path: Path) -> None:
    if not SEEN.floor:
        pytest.skip("this kernel has no Landlock: without namespaces nothing is graded")
    command = [sys.executable, str(FOLDER / "run.py"), "--share", SHARE, *words]
    prefix = Path(os.path.realpath(sys.base_prefix))
    if "--user" in words and os.geteuid() == 0:
        if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
            pytest.skip(f"an ordinary user cannot reach {prefix}, and no mount namespace can be had to change that")
        command = [
            "unshare",
            "-m",
            "bash",
            "-c",
            ENTER,
            "enter",
            str(prefix),
            closed_folder(prefix),
            str(tmp_path),
            *command,
        ]
    elif "--user" in words:
        command.remove("--user")  # we are one
    done = subprocess.run(command, capture_output=True, text=True, timeout=390, check=False, cwd="/")
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["problems"] == []
    assert told["graded"] >= 20
    assert layers <= set(told["layers"])
    assert ("namespaces" in told["layers"]) == ("namespaces" in layers)


# The harness itself


def test_there_are_attacks_of_every_kind(chosen: list[Attack]) -> None:
    assert len(chosen) >= 250
    assert len({attack.tries for attack in chosen}) > 230
    kinds = {attack.path.stem.partition("_")[0] for attack in chosen}
    assert kinds >= {
        "loop", "bomb", "memory", "flood", "return", "exception", "exit", "signal", "steal", "patch", "forge", "inject",
        "net", "survive", "state", "cheat", "rule", "notebook", "link", "coding",
    }  # fmt: skip
    allowed = {attack.path.name for attack in chosen if "passed" in attack.must}
    assert allowed == {"honest.py", "honest_noisy.py", "notebook_honest.ipynb", "rule_by_count.py"}


@pytest.mark.parametrize("arena", PROFILES[-1:] or ["none"], indirect=True)
def test_the_harness_tells_when_an_attack_succeeds(arena: Arena) -> None:
    honest = FOLDER / "honest.py"
    found = arena.grade_all([honest])
    assert problems(found, {"honest.py": frozenset({"wrong"})}) == ["honest.py got passed; it must get wrong"]
    assert problems(found, {"honest.py": frozenset({"passed"})}) == []


def test_what_is_left_behind_is_seen(tmp_path: Path) -> None:
    already, left = left_behind(tmp_path), Path("/dev/shm", f"{MARK}-of-the-test")
    left.touch()
    try:
        assert left_behind(tmp_path) - already == {str(left)}
    finally:
        left.unlink()
    assert left_behind(tmp_path) - already == set()


# What reaches into the grader is seen in the source


def reaching(source: str, name: str = "answer") -> list[str]:
    facts = inspect_cells((Cell(index=0, source=source, where="x.py"),), ())
    found = rules.in_source(exercise(id=name), rules.Source.of(facts))
    return [mentioned for wanted, mentioned, _ in found if wanted == rules.REACHING]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "corpus").glob("*/right/*.py")), ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)
def test_no_ordinary_solution_reaches_into_the_grader(path: Path) -> None:
    assert reaching(path.read_text(encoding="utf-8"), path.parts[-3]) == []


@pytest.mark.parametrize("path", sorted((ROOT / "reference").glob("*/*.py")), ids=lambda path: path.stem)
def test_no_reference_reaches_into_the_grader(path: Path) -> None:
    assert reaching(path.read_text(encoding="utf-8"), path.stem) == []


@pytest.mark.parametrize(
    "source",
    [
        "import gc\ngc.collect()\ndef answer(x): return x",
        "import sys\nif 'google.colab' in sys.modules:\n    pass\ndef answer(x): return x",
        "from grader.spec import Float\ndef answer(x): return x",
        "import torch\nmodel = torch.nn.Linear(1, 1).eval()\ndef answer(x): return torch.compile(x)",
        "import os, re\ndef answer(x): return re.compile('x')",
        "import importlib\nimportlib.reload(importlib)\ndef answer(x): return x",
        "def other():\n    import ctypes\ndef answer(x): return x",
        "other = lambda: eval('1')\nclass Third:\n    def f(self): exec('1')\ndef answer(x): return x",
        "import inspect\ndef answer(x): return inspect.signature(answer)",
        "import torch\n@torch.compile\ndef answer(x): return torch.func.vmap(x)",
        "import torch\ndef answer(x, name): return getattr(torch, 'ex' + 'p')(getattr(torch, name)(x))",
        "import threading\nlock = threading.Lock()\ndef answer(x):\n    with lock: return x",
        "import threading\nthreading.Thread(target=print).start()\ndef answer(x): return x",
        "import threading\ndef answer(x):\n    threading.Thread(target=print).start()",
        "from concurrent.futures import ThreadPoolExecutor as Pool\ndef answer(x):\n    with Pool() as p: return p",
        "%%time\nx = 1\ndef answer(x): return vars(x)['y'] + x.__dict__['z']",
        "import torch\ndef answer(x):\n    C = x.shape[1]\n    return x._C if C else C",
    ],
)
def test_what_students_do_is_not_refused(source: str) -> None:
    assert reaching(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import ctypes\ndef answer(x): return x",
        "import torch\nC = getattr(torch, '_' + 'C')\ndef answer(x): return C.f(x)",
        "import torch\nC = vars(torch)['_C']\ndef answer(x): return x",
        "import torch\nC = torch.__dict__[''.join(['_', 'C'])]\ndef answer(x): return x",
        "import torch\ndef answer(x): return object.__getattribute__(torch, f'_C')",
        "import torch\ndef answer(x): return torch.__getattribute__('_C')",
        "import torch\nt = torch\nC = t._C\ndef answer(x): return x",
        "import torch\ndef answer(x): return getattr(x, '_Disable' + 'TorchDispatch')",
        "%%time\nimport torch\ndef answer(x): return torch._C.f(x)",
        "\n%%capture out\n%%time\nimport ctypes\ndef answer(x): return x",
        "_ = exec('1')\ndef answer(x): return x",
        "class Other:\n    _ = eval('1')\ndef answer(x): return x",
        "def other(y=__import__('os')): pass\ndef answer(x): return x",
        "@(lambda f: eval('f'))\ndef other(): pass\n@(eval('other'))\ndef third(): pass\ndef answer(x): return x",
        "def helper():\n    exec('1')\nx = [helper()]\ndef answer(x): return x",
        "get_ipython().run_cell('import ctypes')\ndef answer(x): return x",
        "import grader.worker\ndef answer(x): return x",
        "from grader import wire as w\ndef answer(x): return x",
        "def answer(x): return (lambda: 0).__globals__",
        "def answer(x): return torch._C._nn",
        "import torch\nswitch = torch._C._DisableTorchDispatch\ndef answer(x): return switch()",
        "import gc as g\ndef answer(x): return g.get_objects()",
        "from gc import get_objects as o\ndef answer(x): return o()",
        "def helper():\n    import sys\n    return sys._getframe()\ndef answer(x): return helper()",
        "import inspect\ninspect.stack()\ndef answer(x): return x",
        "def run():\n    exec('1')\nrun()\ndef answer(x): return x",
        "def answer(x): return __import__('os')",
        "import sys\ndef answer(x): return sys.modules",
        "def answer(x):\n    try: 1 / 0\n    except Exception as error: return error.__traceback__.tb_frame",
    ],
)
def test_what_reaches_into_the_grader_is_found(source: str) -> None:
    assert reaching(source) != []


def test_every_line_of_the_threat_model_names_what_shows_it(chosen: list[Attack]) -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    known = {attack.path.stem for attack in chosen} | {f"made:{attack.path.name}" for attack in chosen}
    kinds = {name.partition("_")[0] for name in known}
    named = {
        word for word in re.findall(r"`([\w:.]+)`", text) if word.partition("_")[0] in kinds | {"test"} or ":" in word
    }
    unknown = {word for word in named - known if f"def {word}(" not in sources}
    assert len(named) > 80
    assert unknown == set()
    rows = [line for line in text.splitlines() if line.startswith("| ") and "Shown by" not in line]
    assert all(re.search(r"`(test_|made:)?\w+", row.rstrip("| ").rpartition("|")[2]) for row in rows)
