"""The page that `grade FILE --html` writes: the line that failed, and a course's own templates and the mistakes in them."""

import re
import shutil
from pathlib import Path

import pytest

from grader.report import html
from tests.conftest import BASICS, ROOT, Command
from tests.snapshots import reports

STUDENT = "def running_total(x):\n    return x.cumsum(0)\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a header and styles of its own, and a student's file elsewhere."""
    root = shutil.copytree(BASICS, tmp_path / "course")
    templates = root / "reports" / "templates"
    templates.mkdir(parents=True)
    (templates / "header.html").write_text(
        "<h1>Deep Learning 101</h1>\n<p>{{ report.submission }}: {{ tally(report) }}</p>\n"
    )
    (templates / "course.css").write_text("h1 { color: rebeccapurple; }\n")
    (tmp_path / "mytask.py").write_text(STUDENT)
    return root


def test_a_course_puts_its_own_header_and_styles_in_place(grade_command: Command, course: Path) -> None:
    told = grade_command("mytask.py", "--course", course, "--html", "report.html", cwd=course.parent)
    assert told.returncode in {0, 1}, told.stderr
    page = (course.parent / "report.html").read_text(encoding="utf-8")
    assert "<h1>Deep Learning 101</h1>\n<p>mytask.py: 1 " in page
    assert "h1 { color: rebeccapurple; }" in page
    assert '<p class="score">' not in page
    assert 'id="first"' in page  # the rest is the shipped report


def test_a_course_around_the_file_is_found_with_its_templates(grade_command: Command, course: Path) -> None:
    shutil.move(course.parent / "mytask.py", course / "mytask.py")
    grade_command("mytask.py", "--html", "report.html", cwd=course)
    assert "Deep Learning 101" in (course / "report.html").read_text(encoding="utf-8")


def test_a_mistake_in_a_template_is_told_with_its_place(grade_command: Command, course: Path) -> None:
    header = course / "reports" / "templates" / "header.html"
    header.write_text("<h1>Deep Learning 101</h1>\n{{ report.author }}\n")
    told = grade_command("mytask.py", "--course", course, "--html", "report.html", cwd=course.parent)
    assert told.returncode == 2
    assert "running_total" in told.stdout  # the verdict is not lost
    assert f"grade: {header}, line 2: 'grader.model.report.Report object' has no attribute 'author'" in told.stderr
    assert "Mend it, or take it out of" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (course.parent / "report.html").exists()


def test_the_page_that_tells_how_is_right(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "change-the-report.md").read_text(encoding="utf-8")
    (header,) = re.findall(r"```html\n(.*?)```", page, re.DOTALL)
    (tmp_path / "header.html").write_text(header)
    assert "<p>mytask.ipynb: 12 of 35 points</p>" in html.render(reports.usual(), tmp_path)
    told = set(re.findall(r"`(\w+\.(?:html|css))`", page))
    names = {file.name for file in html.shipped_templates().iterdir()}
    others = {name for name in names if name.startswith(("class", "inline"))}  # the class report, the notebook's check
    assert told == names - others - {"report.css"}


def test_the_line_that_cannot_be_read_is_on_the_page(grade_command: Command, tmp_path: Path) -> None:
    (tmp_path / "mytask.py").write_text("import torch\n\ndef mse_loss(pred, target):\n    return (pred - target\n")
    told = grade_command("mytask.py", "-e", "mse_loss", "--html", "report.html", cwd=tmp_path)
    assert told.returncode == 1, told.stderr
    first = (tmp_path / "report.html").read_text(encoding="utf-8").partition('id="first"')[2].partition("</section>")[0]
    assert "SyntaxError" in first
    assert 'class="line marked"' in first
    assert "pred" in first.partition('class="line marked"')[2]
