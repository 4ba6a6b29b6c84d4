"""The layering: who imports whom, and what a fresh interpreter holds; each with a test that proves it can fail."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "grader"
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("torch", "jaxtyping", "IPython", "ipykernel", "matplotlib")
"""What the trusted side must not import: torch and what imports it, and what runs a notebook's code."""

UNTRUSTED = ("grader.worker", "grader.spec")
"""What is imported in a worker alone."""

PROGRAMS = re.compile(r"__main__$|\.migrations\.")
"""What is run, by Python or by Alembic, and not imported."""

COMPLEX_ENOUGH = 60
LONG_ENOUGH = 400


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, to break."""
    shutil.copytree(PACKAGE, tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_go_down_only() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(contracts)} kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("errors.py", "from grader import judge", "imports go down only"),
        ("compare.py", "import torch", "only the worker imports torch"),
        ("report/text.py", "from grader import compare", "reporters know the model alone"),
        ("worker/load.py", "from grader import judge", "the worker knows values, arrays and the wire alone"),
    ],
)
def test_a_wrong_import_is_noticed(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / "grader" / file
    path.write_text(path.read_text() + f"\n\ndef late() -> None:\n    {line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout


def trusted_modules() -> list[str]:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES]
    return [name for name in names if not name.startswith(UNTRUSTED) and not PROGRAMS.search(name)]


def heavy_after(code: str) -> str:
    show = f"import sys; print(sorted(set({HEAVY!r}) & {{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_trusted_side_imports_no_torch() -> None:
    modules = trusted_modules()
    assert "grader.judge" in modules
    assert len(modules) > 40
    assert heavy_after("import " + ", ".join(modules)) == "[]"


@pytest.mark.parametrize(("module", "found"), [("grader.spec", "jaxtyping"), ("grader.worker.observe", "torch")])
def test_a_module_that_imports_torch_is_noticed(module: str, found: str) -> None:
    assert found in heavy_after(f"import {module}")


def test_nothing_is_pickled() -> None:
    """Neither by name nor through a library that does it: `torch.load`, `shelve`, `multiprocessing` pipes."""
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "multiprocessing", "joblib"}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not banned & {name.partition(".")[0] for name in names}, path


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def too_long(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return (node.end_lineno or 0) - node.lineno + 1 > COMPLEX_ENOUGH


def test_no_function_and_no_file_is_too_long() -> None:
    assert [f"{path.name}: {node.name}" for path, node in functions() if too_long(path, node)] == []
    assert [path.name for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > LONG_ENOUGH] == []


def test_a_long_function_is_noticed() -> None:
    node = ast.parse("def f():\n" + "    x = 1\n" * COMPLEX_ENOUGH).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert too_long(Path("x.py"), node)


def undocumented(tree: ast.Module) -> list[str]:
    """Return the public functions and classes of a module, and their public methods, that say nothing."""
    public = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))]
    definitions = [
        node
        for owner in public
        for node in owner.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list)
    ]
    overriding = {"visit_FunctionDef", "visit_Subscript", "visit_arg", "visit_Name", "generic_visit", "process_message"}
    return [node.name for node in definitions if not ast.get_docstring(node) and node.name not in overriding]


def test_every_public_function_is_documented() -> None:
    silent = {}
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        protocols = {
            name.name
            for node in tree.body
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases)
            for name in node.body
            if isinstance(name, ast.FunctionDef)
        }
        visitors = {name for name in undocumented(tree) if name.startswith("visit_")}
        left = set(undocumented(tree)) - protocols - visitors
        if left or not ast.get_docstring(tree):
            silent[str(path.relative_to(ROOT))] = sorted(left)
    assert silent == {}


def test_a_silent_function_is_noticed() -> None:
    assert undocumented(ast.parse("def f(): ...\nclass C:\n    '''Text.'''\n    def g(self): ...\n")) == ["f", "g"]


def test_no_path_of_this_machine() -> None:
    for path in [*FILES, *(ROOT / "tests").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text, path
