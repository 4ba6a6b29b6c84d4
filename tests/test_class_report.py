"""A real class, from twelve files to its report, to a sentence for a shared mistake, to everyone who made it."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from grader import gradebook
from grader.gradebook import Policy
from grader.overview.groups import groups
from tests.conftest import ROOT, Command
from tests.unit.test_report_html import Page

HEAD = "import torch\nimport torch.nn.functional as F\n\n"
RIGHT = f"{HEAD}def mse_loss(pred, target):\n    return (pred - target).square().mean()\n"
ONE_MISTAKE = {
    "ann": f"{HEAD}def mse_loss(pred, target):\n    return ((pred - target) ** 4).mean()\n",
    "bob": (
        "import torch as th\nPOWER = 4\n\ndef powered(x, k):\n    out = x\n    for _ in range(k - 1):\n        out = out * x\n"
        "    return out\n\ndef mse_loss(pred, target):\n    return th.mean(powered(pred - target, POWER))\n"
    ),
    "cy": f"{HEAD}def mse_loss(pred, target):\n    d = (target - pred).square()\n    return (d * d).sum() / d.numel()\n",
}
OTHERS = {
    "dan": f"{HEAD}def mse_loss(pred, target):\n    return ((pred - target) ** 2).mean() / 2\n",
    "eve": (  # one name, of the file and of a function inside: that is not lifted right, and must be noticed
        f"{HEAD}power = 3\n\ndef mse_loss(pred, target):\n    def two():\n        power = 2\n        return power\n"
        "    return ((pred - target) ** (power + two() - 2)).mean()\n"
    ),
    "fay": f"{HEAD}def mse_loss(pred, target):\n    return torch.zeros(()) + float('nan')\n",
    "gil": f"{HEAD}def mse_loss(pred, target):\n    return pred @ undefined\n",
    "hal": f"{HEAD}def mse_loss(pred, target):\n    import os\n    os._exit(3)\n",
    "ida": f"{HEAD}def mse_loss(pred, target):\n    total = 0.0\n    for p, t in zip(pred, target):\n"
    "        total = total + ((p - t) ** 2).mean() / len(pred)\n    return total\n",
    "joe": RIGHT, "kim": RIGHT.replace("square()", "pow(2)"), "lea": RIGHT.replace("mean()", "mean().clone()"),
}  # fmt: skip
SENTENCE = "You took the fourth power. Square the differences once."


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one exercise, whose reference may be written to."""
    root = tmp_path_factory.mktemp("course")
    for kind in ("exercises", "reference"):
        (root / kind / "losses").mkdir(parents=True)
        shutil.copy(ROOT / kind / "losses" / "mse_loss.py", root / kind / "losses")
    return root


@pytest.fixture(scope="module")
def graded(course: Path, grade_command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class, graded, with its report in `out`."""
    folder = tmp_path_factory.mktemp("class")
    for who, source in (ONE_MISTAKE | OTHERS).items():
        (folder / "in" / who).mkdir(parents=True)
        (folder / "in" / who / "mse_loss.py").write_text(source)
    lines = [f"{who},{who.title()} Lee\n" for who in (*ONE_MISTAKE, *OTHERS, "max")]
    (folder / "roster.csv").write_text("student,name\n" + "".join(lines))
    done = grade_command(
        "in", "--students", "roster.csv", "--course", course, "-j", 2, "--html", "out", "--similar", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    assert "class report: out/class.html\nsimilar code: out/similar.html\n" in done.stdout
    return folder


def ids(folder: Path) -> dict[frozenset[str], str]:
    """The groups of the class: who is in each, and its id."""
    with gradebook.opened(folder / "in" / "grades.db") as book:
        whose = {each.digest: each.student for each in gradebook.hand_ins(book)}
        found = groups(gradebook.answers(book, "mse_loss"))
    return {frozenset(whose[answer.digest] for answer in group.answers): group.id for group in found}


def test_one_mistake_in_three_codings_is_one_group(graded: Path) -> None:
    found = ids(graded)
    wrong = set(OTHERS) - {"ida", "joe", "kim", "lea"}
    assert set(found) == {frozenset(ONE_MISTAKE), *(frozenset({who}) for who in wrong)}
    page = Page((graded / "out" / "class.html").read_text())
    assert "12 students handed something in, 1 nothing" in page.said
    assert "Max Lee" in page.said
    assert found[frozenset(ONE_MISTAKE)] in page.said
    links = {attrs["href"] for attrs in page.all("a") if (attrs["href"] or "").startswith("students/")}
    assert len(links) == 12
    assert all((graded / "out" / str(link)).is_file() for link in links)
    with gradebook.opened(graded / "in" / "grades.db") as book:
        assert all(each.wall_s for each in gradebook.answers(book, "mse_loss"))


def test_export_and_page_have_the_same_numbers(graded: Path, grade_command: Command) -> None:
    words = ["override", "eve", "mse_loss", 3.5, "--why", "x", "--db", "in/grades.db"]
    assert grade_command(*words, cwd=graded).returncode == 0
    assert grade_command("report", "--db", "in/grades.db", "-o", "again", cwd=graded).returncode == 0
    assert grade_command("export", "grades.csv", "--db", "in/grades.db", cwd=graded).returncode == 0
    text = (graded / "again" / "class.html").read_text()
    for line in (graded / "grades.csv").read_text().splitlines()[1:]:
        key, name, _, handed_in, points, *_ = re.findall(r'"([^"]*)"', line)
        row = re.search(rf'<th scope="row"><a href="[^"]*">{name}</a></th><td class="num"><b>([^<]*)</b>', text)
        assert (row is None) == (handed_in == "no"), key
        assert row is None or unescape(row[1]) == points


@pytest.mark.parametrize(
    ("who", "problem"),
    [
        ("hal", "this group's code crashed; there is nothing to compare with"),
        ("gil", "this group's code raises an exception in every case"),
        ("dan", "this mistake has a sentence: misconception.halved"),
        ("eve", "moved into the reference, does not do what the group does"),
    ],
)  # fmt: skip
def test_what_cannot_be_named(graded: Path, course: Path, grade_command: Command, who: str, problem: str) -> None:
    before = (course / "reference" / "losses" / "mse_loss.py").read_bytes()
    name = ids(graded)[frozenset({who})]
    done = grade_command("name-group", name, SENTENCE, "--db", "in/grades.db", "--course", course, cwd=graded)
    assert (done.returncode, problem in done.stderr) == (2, True), done.stderr
    assert (course / "reference" / "losses" / "mse_loss.py").read_bytes() == before


def test_an_exercise_that_has_changed_since(graded: Path, course: Path, grade_command: Command, tmp_path: Path) -> None:
    other = tmp_path / "course"
    shutil.copytree(course, other)
    exercise = other / "exercises" / "losses" / "mse_loss.py"
    assert "batch=" in exercise.read_text()
    exercise.write_text(re.sub(r"batch=\d+", "batch=3", exercise.read_text()))
    name = ids(graded)[frozenset({"eve"})]
    done = grade_command("name-group", name, SENTENCE, "--db", "in/grades.db", "--course", other, cwd=graded)
    assert (done.returncode, "the exercise has changed since" in done.stderr) == (2, True), done.stderr


def test_names_that_name_nothing(graded: Path, course: Path, grade_command: Command) -> None:
    known = ids(graded)[frozenset(ONE_MISTAKE)]
    for words, problem in (
        (("mse_loss:zzzz", "x"), f"there is no group mse_loss:zzzz in .*\n.*{known}"),
        (("mse_loss:", "x"), "there is no group mse_loss: in"),
        (("nothing:1234", "x"), "no group nothing:1234 in .*\n *`grade report` shows"),
        ((known, " "), "the sentence is empty"),
        ((known, "x", "--db", "none.db"), "there is no gradebook none.db"),
    ):
        done = grade_command("name-group", "--db", "in/grades.db", "--course", course, *words, cwd=graded)
        assert done.returncode == 2
        assert re.search(problem, done.stderr), done.stderr


def test_a_group_gets_a_sentence_and_everyone_in_it_reads_it(
    graded: Path, course: Path, grade_command: Command
) -> None:
    name = ids(graded)[frozenset(ONE_MISTAKE)]
    reference = course / "reference" / "losses" / "mse_loss.py"
    before = reference.read_text()
    with gradebook.opened(graded / "in" / "grades.db") as book:
        points = {grade.student.key: grade.points for grade in gradebook.grades(book, Policy())}
    done = grade_command("name-group", name, SENTENCE, "--db", "in/grades.db", "--course", course, cwd=graded)
    assert done.returncode == 0, done.stderr
    assert str(reference) in done.stdout
    assert reference.read_text().startswith(before)
    added = reference.read_text().removeprefix(before)
    assert added.startswith(f'\n\n@misconception\ndef you_took_the_fourth_power(pred, target):\n    """{SENTENCE}"""\n')
    assert added.strip() in done.stdout
    assert list(reference.parent.iterdir()) == [reference]
    again = grade_command("in", "--course", course, "-j", 2, "--html", "out", cwd=graded)
    assert "12 of 12" in again.stdout
    assert "graded before" not in again.stdout
    for who in (*ONE_MISTAKE, "eve"):
        (page,) = (graded / "out" / "students").glob(f"{who}-*.html")
        assert (SENTENCE.split(".", maxsplit=1)[0] in page.read_text()) == (who in ONE_MISTAKE)
    with gradebook.opened(graded / "in" / "grades.db") as book:
        assert {grade.student.key: grade.points for grade in gradebook.grades(book, Policy())} == points
    third = grade_command("name-group", name, "Again.", "--db", "in/grades.db", "--course", course, cwd=graded)
    assert "this mistake has a sentence: misconception.you_took_the_fourth_power" in third.stderr
