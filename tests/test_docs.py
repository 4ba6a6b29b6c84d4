"""Every example of the documentation is executed, every link leads somewhere, every command is described."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from grader.commands import COMMANDS
from tests.conftest import ROOT
from tests.pages import Command, File, agrees, commands, environment, run, steps, write

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
EXECUTED = [page for page in PAGES if steps(page)]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)\s]*)?\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", EXECUTED, ids=name)
def test_the_examples_of_a_page(page: Path, tmp_path: Path, cache_home: Path) -> None:
    env = environment(tmp_path, cache_home)
    folder = tmp_path / "work"
    folder.mkdir()
    for step in steps(page):
        if isinstance(step, File):
            write(step, folder)
        else:
            told(step, folder, env)


def told(step: Command, folder: Path, env: dict[str, str]) -> None:
    """Run a command and compare what it prints; without anything to compare with it must not fail."""
    done = run(step.line, folder, env)
    assert "Traceback" not in done.stdout, done.stdout
    if step.output.strip():
        assert agrees(done.stdout, step.output), f"$ {step.line}\n{done.stdout}"
    else:
        assert done.returncode in {0, 1}, f"$ {step.line}\n{done.stdout}"


def test_a_wrong_example_is_noticed(tmp_path: Path) -> None:
    assert agrees("one\ntwo\nthree\n", "one\n...\nthree")
    assert not agrees("one\ntwo\nfour\n", "one\n...\nthree")
    (step,) = commands("$ echo hello\ngoodbye\n")
    with pytest.raises(AssertionError, match="hello"):
        told(step, tmp_path, dict(os.environ))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, _ in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{name(page)} points to {target}"


def test_every_command_is_described() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    missing = [each for each in COMMANDS if each != "file" and not re.search(rf"\bgrade {each}\b", text)]
    assert missing == []
