"""Other platforms' notebooks become exercises that can be graded; what cannot is told; nothing is run or overwritten."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import course
from grader.cache import Cache
from grader.errors import Mistake
from grader.importing import Source, gather, markers, read_lesson, read_nbgrader, read_otter, write
from grader.importing import asserts as asserting
from grader.importing import cells as reading
from grader.importing.doctests import read_tests
from grader.importing.draws import UnsupportedError
from grader.importing.guess import guess
from grader.importing.values import Snippet
from grader.model import Outcome
from grader.sandbox.bench import Bench
from tests import sources
from tests.conftest import Command
from tests.lessons import Lessons

Read = Callable[[Path, str | None], Source]


def imported(read: Read, text: str, root: Path, name: str = "hw.ipynb") -> tuple[list[str], dict[str, str]]:
    """Import a notebook's text into a course at `root`; return what was not imported, and the exercises' texts."""
    path = root / name
    path.write_text(text, encoding="utf-8")
    written, problems = write(read(path, None), root, frozenset())
    return [str(problem) for problem in problems], {one.name: (root / one.exercise).read_text() for one in written}


def lessons(root: Path, bench: Bench) -> Lessons:
    return Lessons(course.load(root), bench, Cache(None))


def test_nbgrader_tells_what_it_could_not_import(tmp_path: Path) -> None:
    problems, exercises = imported(read_nbgrader, sources.NBGRADER, tmp_path)
    assert list(exercises) == ["scaled_mean", "pick", "count_words", "noisy"]
    assert problems == [
        "hw.ipynb, cell 16: a written answer is graded by hand",
        "hw.ipynb, cell 17: the answer defines no function, only variables; write it by hand, with outputs=[...]",
        "hw.ipynb, cell 18: the test calls no function that an answer above defines",
        "hw.ipynb, cell 14: not imported as a test of noisy: it draws random numbers with np.random.default_rng, "
        "which cannot be drawn the same way twice",
    ]
    assert "points=3," in exercises["scaled_mean"]
    assert (
        "def pick(scores: Float[Tensor, 'n m'], labels: Annotated[Int[Tensor, 'n'], below('m')]):" in exercises["pick"]
    )
    assert "TODO: say what `words` is" in exercises["count_words"]
    assert "TODO: write the statement of `noisy`." in exercises["noisy"]
    assert not any("SOLUTION" in text or "** power).mean" in text for text in exercises.values())


def test_imported_exercises_tell_right_from_wrong(tmp_path: Path, bench: Bench) -> None:
    imported(read_nbgrader, sources.NBGRADER, tmp_path)
    found = lessons(tmp_path, bench)
    names = ("scaled_mean", "pick", "count_words", "noisy")
    for name in names:
        report = found.grade(found.reference(name), name)
        assert report.results[0].outcome is Outcome.PASSED, name
    wrong = {
        "scaled_mean": "def scaled_mean(x, power=1):\n    return 2 * (x ** power).mean()\n",
        "pick": "def pick(scores, labels):\n    return scores[:, 0]\n",
        "count_words": "def count_words(words):\n    return {word: 1 for word in words}\n",
    }
    for name, text in wrong.items():
        report = found.grade(text, name)
        assert report.results[0].outcome is not Outcome.PASSED, name
    (result,) = found.grade(wrong["scaled_mean"], "scaled_mean").results
    failed = [verdict.case for verdict in result.verdicts if verdict.outcome is not Outcome.PASSED]
    assert failed == ["2. hw.ipynb, cell 5"]  # the error that must be raised


def test_a_starter_is_what_students_were_given(tmp_path: Path, bench: Bench) -> None:
    imported(read_otter, sources.OTTER, tmp_path)
    found = lessons(tmp_path, bench)
    assert found.exercise("raised").starter == "def raised(x, floor=0.0):\n    result = ...\n    return result\n"
    assert "NotImplementedError" in found.exercise("distance").starter
    assert found.grade(found.exercise("raised").starter, "raised").results[0].outcome is Outcome.NOT_ATTEMPTED
    for name in ("distance", "raised"):
        assert found.grade(found.reference(name), name).results[0].outcome is Outcome.PASSED


def test_otter_master_notebooks(tmp_path: Path) -> None:
    problems, exercises = imported(read_otter, sources.OTTER, tmp_path)
    assert list(exercises) == ["distance", "raised"]
    assert problems == ["hw.ipynb, cell 23, question q3: a question with manual: true is graded by hand"]
    assert "points=4," in exercises["distance"]
    assert exercises["distance"].count(".scenario(") == 2
    assert "**Question 1.**" in exercises["distance"]
    assert "TEST CONFIG" not in exercises["raised"]


@pytest.mark.parametrize("test", [sources.OTTER_TEST, sources.OTTER_EXCEPTION_TEST])
def test_otter_test_files(test: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "q1.py").write_text(test)
    problems, exercises = imported(read_otter, sources.OTTER_STUDENT, tmp_path)
    assert problems == []
    assert "student.doubled(" in exercises["doubled"]
    assert "def doubled(x: Float[Tensor, 'n']):" in exercises["doubled"]
    assert "the source has no solution: write the reference" in exercises["doubled"]
    assert "TODO: write the answer." in (tmp_path / "reference" / "hw" / "doubled.py").read_text()


def test_otter_tests_in_metadata(tmp_path: Path) -> None:
    notebook = json.loads(sources.OTTER_STUDENT)
    test = ast.literal_eval(sources.OTTER_TEST.partition("test = ")[2])
    notebook["metadata"]["otter"] = {"OK_FORMAT": True, "tests": {"q1": test, "q2": "?"}}
    problems, exercises = imported(read_otter, json.dumps(notebook), tmp_path)
    assert exercises["doubled"].count("student.doubled(") == 2
    assert problems == [
        "the notebook's metadata: the tests in the notebook's metadata, q2 are not the plain dict that otter writes (TypeError)"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("test = dict(suites=[])", "are not the plain dict that otter writes"),
        ("test = {'suites': [{'cases': [{}]}]}", "are not the plain dict that otter writes"),
        ("test = __import__('os').system('true')", "are not the plain dict that otter writes"),
        ("def f(:", "is no Python that can be read"),
        ("x = 1", "is no test file of otter's"),
        ("#" * (3 << 20), "has 3 MB; a test file is short text"),
    ],
)
def test_test_files_that_cannot_be_read(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "q1.py"
    path.write_text(text)
    with pytest.raises(Mistake, match=words) as caught:
        read_tests(path)
    assert caught.value.cure


def test_lessons_with_starters_and_tagged_solutions(tmp_path: Path, bench: Bench) -> None:
    problems, exercises = imported(read_lesson, sources.LESSON, tmp_path)
    assert list(exercises) == ["scores", "weights", "alone"]
    assert problems == ["hw.ipynb, cell 12: alone: the cell above is no starter of it; one was made from the signature"]
    assert "def scores(q: Float[Tensor, 'n m'], k: Float[Tensor, 'k m']) -> Tensor:" in exercises["scores"]
    assert "student.weights(student.scores(" in exercises["weights"]
    found = lessons(tmp_path, bench)
    both = found.reference("scores") + found.reference("weights")
    assert found.grade(both, "scores", "weights").points == 20


def test_nothing_is_overwritten_and_both_files_or_none(tmp_path: Path) -> None:
    blocked = tmp_path / "reference" / "hw" / "pick.py"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("mine")
    problems, exercises = imported(read_nbgrader, sources.NBGRADER, tmp_path)
    assert "pick" not in exercises
    assert blocked.read_text() == "mine"
    assert not (tmp_path / "exercises" / "hw" / "pick.py").exists()
    assert any("reference/hw/pick.py is there already; nothing was changed" in line for line in problems)
    before = {path: path.read_text() for path in tmp_path.rglob("*.py")}
    again, written = imported(read_nbgrader, sources.NBGRADER, tmp_path)
    assert written == {}
    assert {path: path.read_text() for path in tmp_path.rglob("*.py")} == before
    assert sum("is there already" in line for line in again) == 4


def test_a_failing_second_file_takes_the_first_back(tmp_path: Path) -> None:
    (tmp_path / "reference").write_text("a file where a folder should be")
    (tmp_path / "hw.ipynb").write_text(sources.NBGRADER)
    with pytest.raises(Mistake, match="cannot be written") as caught:
        write(read_nbgrader(tmp_path / "hw.ipynb"), tmp_path, frozenset())
    assert caught.value.cure == "Give another --into."
    assert not list(tmp_path.rglob("*.py"))


def test_a_name_that_the_course_has(tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    path.write_text(sources.NBGRADER)
    written, problems = write(read_nbgrader(path), tmp_path, frozenset({"pick"}))
    assert "pick" not in {one.name for one in written}
    assert "pick is an exercise of this course already; rename one" in str(problems[3])


@pytest.mark.parametrize("version", [1, 2])
def test_old_schemas_are_read_and_told(version: int, tmp_path: Path) -> None:
    old = sources.graded(sources.code("def f(x):\n    return x"), "f", solution=True, version=version)
    test = sources.graded(sources.code("assert f(1.0) == 1.0"), "t", 1, grade=True, locked=True, version=version)
    problems, exercises = imported(
        read_nbgrader, sources.notebook([sources.markdown("# F\n\nText."), old, test]), tmp_path
    )
    assert list(exercises) == ["f"]
    assert problems == [
        f"hw.ipynb: cells with the old schema {version} were read as schema 3; `nbgrader update` does so for good"
    ]


def test_metadata_that_cannot_be_read(tmp_path: Path) -> None:
    newer = sources.graded(sources.code("def f(x):\n    return x"), "f", solution=True, version=4)
    task = sources.graded(sources.markdown("Draw."), "t", 2, task=True)
    broken = sources.answer("def g(x):\n    ### BEGIN SOLUTION\n    return x", "g")
    torn = sources.answer("def h(", "h")
    whole = sources.answer("class Net:\n    pass", "net")
    by_hand = sources.graded(sources.code("def k(x):\n    return x"), "k", 3, grade=True, solution=True)
    problems, exercises = imported(
        read_nbgrader, sources.notebook([newer, task, broken, torn, whole, by_hand]), tmp_path
    )
    assert list(exercises) == ["k"]
    assert [line.partition(": ")[2] for line in problems] == [
        "its nbgrader metadata has the schema 4; 3 is the newest known",
        "a task is graded by hand",
        "its solution is not marked well: BEGIN SOLUTION has no END SOLUTION",
        "the answer is no Python that can be read",
        "Net is a class; write its stub by hand, `forward` with annotations",
        "k was graded by hand there; here what it returns is compared",
    ]


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (read_nbgrader, "no cell has nbgrader's metadata"),
        (read_otter, 'no cell begins with "# BEGIN QUESTION"'),
        (read_lesson, "no cell has the tag 'solution'"),
    ],
)
def test_a_notebook_of_another_kind(read: Read, words: str, tmp_path: Path) -> None:
    problems, exercises = imported(read, sources.notebook([sources.code("x = 1")]), tmp_path)
    assert exercises == {}
    assert words in problems[0]


def test_questions_that_cannot_be_read(tmp_path: Path) -> None:
    raw, code = sources.raw, sources.code
    cells = [
        raw("# BEGIN QUESTION\nname: a"), raw("# BEGIN QUESTION\nname: b"), raw("# END QUESTION"),
        sources.markdown("```otter\n# BEGIN QUESTION\nname: c\npoints: [1, 2]\n```"), raw("# BEGIN SOLUTION"),
        code("def c(x):\n    return x"), raw("# END SOLUTION"), raw("# END QUESTION"),
        raw("# BEGIN QUESTION\nname: d"), raw("# BEGIN PROMPT"), code("def d(x):\n    'yours'\n    pass"),
        raw("# END PROMPT"), raw("# BEGIN SOLUTION"), code("def d(x):\n    return -x"), raw("# END SOLUTION"),
        raw("# BEGIN TESTS"), code("assert d(1.0) == -1.0"), raw("# END TESTS"), raw("# END QUESTION"),
        raw("# BEGIN QUESTION\nname: e"),
    ]  # fmt: skip
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "zz.py").write_text("")
    problems, exercises = imported(read_otter, sources.notebook(cells), tmp_path)
    assert problems[:5] == [
        "hw.ipynb, cell 1: the question has no END QUESTION; it was left out",
        "hw.ipynb, cell 20: the question has no END QUESTION; it was left out",
        "hw.ipynb, cell 2, question b: it has no code cell with a solution",
        "hw.ipynb, cell 4, question c: points: '[1, 2]' is not one number; 1 point was taken",
        "tests/zz.py: no question is called 'zz'",
    ]
    assert '"""yours"""' in exercises["d"] or "'yours'" in exercises["d"]


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')"
    cells = [
        sources.code(trap),
        sources.answer(f"{trap}\ndef f(x={trap}):\n    return x", "f"),
        sources.check(f"{trap}\nassert f({trap}) is not None", "t"),
    ]
    for read in (read_nbgrader, read_otter, read_lesson):
        imported(read, sources.notebook(cells), tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "hostile",
    [
        'def f(x):\n    """' + "\\" * 9 + '"""\n    return x',
        "def f(x):\n    return " + "+".join(["x"] * 3000),
        "def f(x):\n    return " + "(" * 150 + "x" + ")" * 150,
        "def f(x):\n    return x  # \u202e\u2066 \x0c",
        "def f(x, *rest, key=3, **more):\n    return x",
        "def f(" + ", ".join(f"a{i}" for i in range(300)) + "):\n    return a0",
    ],
)
def test_hostile_answers_are_python_or_told(hostile: str, tmp_path: Path) -> None:
    text = 'A """ statement \\""" with ' + "\\"
    cells = [sources.markdown(text), sources.answer(hostile, "f"), sources.check("assert f(1.0) == 1.0", "t")]
    problems, exercises = imported(read_nbgrader, sources.notebook(cells), tmp_path)
    assert exercises or problems
    for text in exercises.values():
        ast.parse(text)


def test_a_file_name_is_never_code(tmp_path: Path) -> None:
    cells = [sources.markdown("Text."), sources.answer("def f(x):\n    return x", "f")]
    _, exercises = imported(read_nbgrader, sources.notebook(cells), tmp_path, "a\nimport os\r\nos.abort()\n.ipynb")
    assert not [node for node in ast.parse(exercises["f"]).body if isinstance(node, ast.Import | ast.Expr)][1:]


def test_notebooks_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hw.ipynb"
    path.write_text(sources.notebook([sources.code("#" * (3 << 20))]))
    with pytest.raises(Mistake, match="has more than 2 MB of source"):
        read_nbgrader(path)
    path.write_text(json.dumps({"nbformat": 4, "cells": [{"cell_type": "raw"}] * 5001}))
    with pytest.raises(Mistake, match="has 5001 cells"):
        read_otter(path)
    monkeypatch.setattr(gather, "MOST_DRAFTS", 3)
    many = [sources.answer(f"def f{i}(x):\n    return x", f"f{i}") for i in range(5)]
    problems, exercises = imported(read_nbgrader, sources.notebook(many), tmp_path)
    assert len(exercises) == 3
    assert problems[0] == "hw.ipynb: only the first 3 of 5 functions were looked at"


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Mistake, match="there is no file or folder"):
        reading.notebooks(tmp_path / "gone")
    with pytest.raises(Mistake, match="there is no notebook in"):
        reading.notebooks(tmp_path)
    with pytest.raises(Mistake, match="is not a notebook"):
        reading.read_cells(tmp_path / "a.txt")
    for name in ("b", "a"):
        (tmp_path / f"{name}.ipynb").write_text("{}")
    assert [path.name for path in reading.notebooks(tmp_path)] == ["a.ipynb", "b.ipynb"]
    monkeypatch.setattr(reading, "MOST_NOTEBOOKS", 1)
    with pytest.raises(Mistake, match="has 2 notebooks"):
        reading.notebooks(tmp_path)
    assert reading.lesson_name(Path("3. Week/4 Äpfel & more.ipynb")) == "lesson_4_pfel_more"


@pytest.mark.parametrize(
    ("call", "signature"),
    [
        ("f(torch.tensor([1.0, 2.0]))", "x: Float[Tensor, 'n']"),
        ("f(torch.tensor([[0.0, 1.0]]))", "x: Binary[Tensor, 'n m']"),
        ("f(torch.tensor([1, 5]))", "x: Annotated[Int[Tensor, 'n'], between(1, 6)]"),
        ("f(torch.tensor([True]))", "x: Bool[Tensor, 'n']"),
        ("f(torch.tensor(3.0))", "x: Float[Tensor, '']"),
        ("f(torch.randint(0, 4, (7,)))", "x: Annotated[Int[Tensor, 'n'], between(0, 4)]"),
        ("f(torch.arange(6).reshape(2, 3).float())", "x: Float[Tensor, 'n m']"),
        ("f(torch.linspace(0, 1, 5))", "x: Float[Tensor, 'n']"),
        ("f(x=torch.zeros((2, 3), dtype=torch.long))", "x: Annotated[Int[Tensor, 'n m'], between(0, 10)]"),
        ("f(3)", "x: int"),
        ("f('a')", "x: str"),
        ("f(-0.5)", "x: float"),
        ("f([1, 2])", "?"),
        ("f(torch.eye(3))", "?"),
        ("f(torch.tensor([[1.0], [2.0, 3.0]]))", "?"),
        ("f(open('x'))", "?"),
    ],
)
def test_guesses(call: str, signature: str) -> None:
    (function,) = ast.parse("def f(x): ...").body
    assert isinstance(function, ast.FunctionDef)
    made = guess(function, [Snippet("here", f"assert {call}")])
    told = made.annotations.get("x")
    assert (f"x: {told}".replace('"', "'") if told else "?") == signature
    assert (told is None) == ("x" in made.unknown)


def observed(source: str) -> list[str]:
    found = asserting.scenarios(Snippet("here", source), frozenset({"f"}))
    return [
        "; ".join(ast.unparse(stmt) for stmt in one.body[1:-1] if not one.raising) or ast.unparse(one.body[-1])
        for one in found
    ]


def test_an_error_in_a_test_with_imports_is_the_answers_own() -> None:
    source = "import math\nx = math.pi\ntry:\n    f(x)\nexcept ValueError:\n    pass"
    (one,) = asserting.scenarios(Snippet("here", source), frozenset({"f"}))
    assert [ast.unparse(stmt) for stmt in one.body] == [
        "import math", "x = math.pi", "return observe(returned=student.f(x))",
    ]  # fmt: skip


SEEN = "seen[f'value {len(seen) + 1}'] = "


@pytest.mark.parametrize(
    ("source", "statements"),
    [
        ("assert f(1) == 2", [f"{SEEN}student.f(1)"]),
        ("y = f(1)\nassert y > 0\nassert y < 9", [f"y = student.f(1); {SEEN}y"]),
        ("np.testing.assert_allclose(f(1), [2])", [f"{SEEN}student.f(1)"]),
        ("assert all(f(i) > 0 for i in (1, 2))", [f"{SEEN}[student.f(i) for i in (1, 2)]"]),
        ("for i in range(2):\n    assert f(i)", [f"for i in range(2):\n    {SEEN}student.f(i)"]),
        ("import pytest\nwith pytest.raises(ValueError):\n    f(-1)", ["return observe(returned=student.f(-1))"]),
        ("torch.manual_seed(0)\nassert f(torch.rand(2, 3)) > 0", [f"{SEEN}student.f(draw.uniform('2 3', 0.0, 1.0))"]),
        ("### AUTOTEST f(2); f(3)", [f"{SEEN}student.f(2); {SEEN}student.f(3)"]),
        ("def test_it():\n    assert f(1)\ntest_it()", [f"{SEEN}student.f(1)"]),
        ("f(x).backward()\nassert x.grad is not None", [f"student.f(x).backward(); {SEEN}x.grad"]),
        ("print(f(1))", []),
        ("assert x == 3", []),
    ],
)
def test_asserts_become_observations(source: str, statements: list[str]) -> None:
    assert observed(source) == statements


@pytest.mark.parametrize(
    "source", ["assert f(torch.randn(n))", "assert f(np.random.rand(3))", "x.normal_(); assert f(x)", "def ("]
)
def test_what_cannot_be_a_scenario(source: str) -> None:
    with pytest.raises(UnsupportedError):
        observed(source)


def test_otter_markers() -> None:
    source = (
        "a = 1 # SOLUTION\nb, c = 2, 3  # SOLUTION\nprint(a) # SOLUTION\nsecret = 4 # SOLUTION NO PROMPT\nkept = 5\n"
        "for i in a:\n    # BEGIN SOLUTION NO PROMPT\n    pass\n    # END SOLUTION\n"
        '    """ # BEGIN PROMPT\n    ...\n    """ # END PROMPT\nrng = 6 # SEED\ndebug = 7 # IGNORE'
    )
    assert markers.without_otter_solution(source).split("\n") == [
        "a = ...", "b, c = ...", "...", "kept = 5", "for i in a:", "    ...",
    ]  # fmt: skip
    assert markers.without_otter_prompt(source).split("\n") == [
        "a = 1", "b, c = 2, 3", "print(a)", "secret = 4", "kept = 5", "for i in a:", "    pass", "rng = 6",
    ]  # fmt: skip
    for torn in ("# END SOLUTION", "# BEGIN SOLUTION\n# BEGIN SOLUTION"):
        with pytest.raises(markers.UnbalancedError, match="SOLUTION"):
            markers.without_otter_solution(torn)


def test_the_command(grade_command: Command, tmp_path: Path) -> None:
    (tmp_path / "ps3.ipynb").write_text(sources.NBGRADER)
    done = grade_command("import", "nbgrader", "ps3.ipynb", "--into", "course", "--lesson", "week3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "exercises/week3/pick.py   1 case from asserts; the answer: reference/week3/pick.py" in done.stdout
    assert "Not imported, or to be looked at:\n    ps3.ipynb, cell 16: a written answer" in done.stdout
    assert "grade verify scaled_mean pick count_words noisy" in done.stdout
    again = grade_command("import", "nbgrader", "ps3.ipynb", "--into", "course", "--lesson", "week3", cwd=tmp_path)
    assert again.returncode == 1
    assert "Nothing was imported." in again.stdout
    bad = grade_command("import", "notebook", "ps3.ipynb", "--lesson", "../up", cwd=tmp_path)
    assert bad.returncode == 2
    assert "'../up' is no name for a lesson" in bad.stderr
