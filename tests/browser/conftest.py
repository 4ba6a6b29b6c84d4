"""One Chromium, and the reports that it opens from disk, as a student's browser would."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from grader.report import html
from tests.browser.pages import HAND_MADE, PAYLOADS, poisoned
from tests.conftest import Command
from tests.snapshots import reports

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "tests/browser needs Chromium, and there is none: run `make browser` as root on Debian, or install `chromium` with "
    "your package manager. To leave these tests out, knowingly, set GRADER_NO_BROWSER=1."
)
LEFT_OUT = "GRADER_NO_BROWSER=1: no report was opened in a browser"

STUDENT = """
    import torch

    def mse_loss(pred, target):
        return ((pred - target) ** 2).sum()

    def l1_loss(pred, target):
        return (pred - targte).abs().mean()

    def nll_loss(log_probs, targets):
        return -log_probs[torch.arange(len(targets)), targets].mean(0, keepdim=True)
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("GRADER_NO_BROWSER") == "1":
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=LEFT_OUT))


def executable() -> str | None:
    """Return where Chromium is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = executable()
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root; what it opens here was written here.
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield started
        started.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports made by hand, and reports of which every string is hostile, as files."""
    made = tmp_path_factory.mktemp("pages")
    for name in HAND_MADE:
        (made / f"{name}.html").write_text(html.render(getattr(reports, name)()), encoding="utf-8")
    for name, payload in PAYLOADS.items():
        text = html.render(poisoned(reports.usual(), payload))
        (made / f"hostile-{name}.html").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory, grade_command: Command) -> Path:
    """The report of a file that was really graded: a wrong value, a name that is not there, a wrong shape."""
    home = tmp_path_factory.mktemp("student")
    (home / "mytask.py").write_text(textwrap.dedent(STUDENT))
    told = grade_command("mytask.py", "--html", "graded.html", cwd=home)
    assert told.returncode == 1, told.stderr
    return home / "graded.html"


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which is put into a page from outside, past its policy."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
