"""Reading files that students hand in."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from grader import submission
from grader.errors import Mistake
from grader.model import Cell, Submission
from grader.submission import MAX_SOURCE, read, sourced, with_cells
from tests.lessons import notebook_text


def written(folder: Path, content: str | bytes, name: str = "work.ipynb") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_module_is_one_cell(tmp_path: Path) -> None:
    found = read(written(tmp_path, "\ufeffx = 1\r\ny = 2\r", "mse_loss.py"))
    (cell,) = found.cells
    assert (found.name, found.notebook, cell.source, cell.where) == (
        "mse_loss.py",
        False,
        "x = 1\ny = 2\n",
        "mse_loss.py",
    )
    assert cell.tags == ("exercise:mse_loss",)


def test_a_module_may_mark_a_script(tmp_path: Path) -> None:
    assert "exercise:bce_stability" in read(written(tmp_path, "# exercise: bce_stability\nx = 1", "a.py")).cells[0].tags


def test_a_module_s_own_coding_line_is_obeyed(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\nname = 'Zoë'\n"
    assert read(written(tmp_path, text.encode("latin-1"), "a.py")).cells[0].source == text


def test_code_cells_are_numbered_as_a_person_counts(tmp_path: Path) -> None:
    book = json.loads(notebook_text(["a = 1", "  \n", "b = 2"]))
    book["cells"].insert(1, {"cell_type": "markdown", "metadata": {}, "source": ["# a title"]})
    book["cells"][3]["source"] = ["b = 2\n", "c = 3\r\n"]
    cells = read(written(tmp_path, json.dumps(book))).cells
    assert [(cell.index, cell.where, cell.source) for cell in cells] == [
        (0, "cell 1", "a = 1"),
        (3, "cell 4", "b = 2\nc = 3\n"),
    ]


def test_metadata_names_the_lesson_and_the_exercises(tmp_path: Path) -> None:
    text = notebook_text(["x = 1"], grader={"lesson": "losses", "exercises": ["mse_loss", 3]})
    found = read(written(tmp_path, text))
    assert (found.lesson, found.exercises) == ("losses", ("mse_loss",))


@pytest.mark.parametrize("hostile", ["text", 3, None, ["losses"], {"lesson": ["losses"], "exercises": "mse_loss"}])
def test_metadata_of_another_form_is_ignored(tmp_path: Path, hostile: object) -> None:
    cell = ("x = 1", {"tags": "solution", "grader": hostile})
    found = read(written(tmp_path, notebook_text([cell], grader=hostile, kernelspec={"name": "rm", "argv": ["rm"]})))
    assert (found.lesson, found.exercises, len(found.cells)) == (None, (), 1)


def test_solution_cells_are_left_out_and_tags_kept(tmp_path: Path) -> None:
    cells = [
        ("def f(): ...", {"tags": ["keep", 3]}),
        ("def f(): return 1", {"tags": ["solution"]}),
        ("x = 1", {"grader": {"exercise": "bce_stability"}}),
    ]
    found = read(written(tmp_path, notebook_text(cells)))
    assert [(cell.index, cell.tags) for cell in found.cells] == [(0, ("keep",)), (2, ("exercise:bce_stability",))]


def test_the_digest_is_that_of_the_source(tmp_path: Path) -> None:
    plain = read(written(tmp_path, notebook_text(["x = 1"])))
    book = json.loads(notebook_text(["x = 1"], anything=1))
    book["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
    assert read(written(tmp_path, json.dumps(book), "other.ipynb")).digest == plain.digest
    assert read(written(tmp_path, notebook_text(["x = 2"]))).digest != plain.digest


def test_100_mb_of_outputs_are_skipped(tmp_path: Path) -> None:
    book = json.loads(notebook_text(["x = 1"]))
    book["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (100 << 20)}]
    assert read(written(tmp_path, json.dumps(book))).cells[0].source == "x = 1"


NO_CELLS = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}})
OLD = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("work.txt", "hello", "neither a .py file nor a .ipynb notebook"),
        ("work.ipynb", "", "is empty"),
        ("work.py", " \n", "is empty"),
        ("work.ipynb", '{"nbformat": 4, "cells": [', "is damaged"),
        ("work.ipynb", "hello", "is damaged"),
        ("work.ipynb", "[" * 200_000, "is JSON, but no notebook"),
        ("work.ipynb", "[1, 2]", "is JSON, but no notebook"),
        ("work.ipynb", '{"cells": []}', "is JSON, but no notebook"),
        ("work.ipynb", '{"nbformat": "4", "cells": []}', "is JSON, but no notebook"),
        ("work.ipynb", NO_CELLS, "it has no cells"),
        ("work.ipynb", '{"nbformat": 4, "nbformat": 4, "cells": []}', "'nbformat' stands twice"),
        ("work.ipynb", OLD, "old notebook format 3; format 4 is needed"),
        ("work.ipynb", notebook_text([]), "has no code cell"),
        ("work.ipynb", notebook_text([("x = 1", {"tags": ["solution"]})]), "has no code cell"),
        ("work.ipynb", notebook_text(["x"] * 5001), "has 5001 cells; at most 5000"),
        ("work.ipynb", notebook_text(["#" * (3 << 20)]), "more than 2 MB of source"),
        ("work.ipynb", notebook_text(["x = 1"]).encode("utf-16"), r"is not UTF-8 text \(byte 0 is 0xff\)"),
        ("work.py", "x = 1".encode("utf-16"), "holds null bytes"),
        ("work.py", "name = 'Zoë'".encode("latin-1"), r"is not UTF-8 text \(byte 10 is 0xeb\)"),
        ("work.py", "# -*- coding: utf-7 -*-\nx = 1", "is written in the encoding utf-7"),
        ("work.py", "#" * (3 << 20), "has 3 MB of source"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_a_cure(tmp_path: Path, name: str, content: str | bytes, words: str) -> None:
    with pytest.raises(Mistake, match=words) as caught:
        read(written(tmp_path, content, name))
    assert caught.value.problem.startswith(str(tmp_path / name))
    assert caught.value.cure.endswith(".")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"there is no file .*gone\.py"):
        read(tmp_path / "gone.py")
    with pytest.raises(Mistake, match="there is no file"):
        read(written(tmp_path, "x", "a.py") / "inside.py")


def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(Mistake, match="is a directory"):
        read(tmp_path / "folder.ipynb")


def test_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to(written(tmp_path, "x = 1", "real.py"))
    with pytest.raises(Mistake, match="is a symbolic link"):
        read(tmp_path / "link.py")


@pytest.mark.timeout(10)
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(Mistake, match="is not a regular file"):
        read(tmp_path / "pipe.py")


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(submission.os, "open", refuse)
    with pytest.raises(Mistake, match="cannot be opened: Permission denied"):
        read(written(tmp_path, "x = 1", "a.py"))


def test_a_folder_that_opens_like_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may become a folder between the first look and the opening."""

    def refuse(*_: object) -> int:
        raise IsADirectoryError(21, "Is a directory")

    monkeypatch.setattr(submission.os, "open", refuse)
    with pytest.raises(Mistake, match="is a directory"):
        read(written(tmp_path, "x = 1", "a.py"))


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(submission.MAX_FILE + 1)
    with pytest.raises(Mistake, match="has 256 MB; at most 256 MB are read"):
        read(path)


def test_the_lines_around_one() -> None:
    cell = Cell(index=0, source="a\nb\nc\nd", where="cell 1")
    shown = [submission.around(cell, line) for line in (1, 3, 4)]
    assert [(one.line, one.source, one.marked) for one in shown if one is not None] == [
        (1, "a\nb", (1,)),
        (2, "b\nc\nd", (3,)),
        (3, "c\nd", (4,)),
    ]
    assert [submission.around(cell, line) for line in (None, 0, 5)] == [None] * 3


# Cells that ask for a verdict

STAND_IN = 'type("grader", (), {"check": staticmethod(lambda *names, **options: None)})'


@pytest.mark.parametrize(
    ("source", "read_as"),
    [
        ("import grader", "# import grader"),
        ("%load_ext grader  # once", "# %load_ext grader  # once"),
        ("%reload_ext grader", "# %reload_ext grader"),
        ("grader.check()", "# grader.check()"),
        ("import grader; grader.check('a', \"b\");", "# import grader; grader.check('a', \"b\");"),
        ("r = grader.check('a')\nx = 1", "r = None  # r = grader.check('a')\nx = 1"),
        ("import torch, grader", "import torch  # import torch, grader"),
        ("import grader, torch as t", "import torch as t  # import grader, torch as t"),
        ("import grader.worker", "import grader.worker"),
        ("import grader as g", f"g = {STAND_IN}  # import grader as g"),
        ("import torch, grader as g", f"import torch; g = {STAND_IN}  # import torch, grader as g"),
        ("from grader import check", "check = lambda *names, **options: None  # from grader import check"),
        ("from grader import check as c", "c = lambda *names, **options: None  # from grader import check as c"),
        ("from grader import check, worker", "from grader import check, worker"),
        ("from grader.worker import check", "from grader.worker import check"),
        ("import torch, grader.worker", "import torch, grader.worker"),
        ("    grader.check()", "    grader.check()"),
        ("grader.check(open('x'))", "grader.check(open('x'))"),
        ("grader.checked()", "grader.checked()"),
    ],
)
def test_a_line_that_only_asks_for_a_verdict_does_nothing(source: str, read_as: str) -> None:
    assert sourced(Cell(index=0, source="", where="cell 1"), source).source == read_as


def test_a_graded_cell_is_tagged_and_its_lines_keep_their_numbers() -> None:
    cell = sourced(Cell(index=0, source="", where="cell 1", tags=("mine",)), "%%grade a b\ndef a(): ...")
    assert cell.source == "# %%grade a b\ndef a(): ..."
    assert cell.tags == ("mine", "exercise:a", "exercise:b")
    assert sourced(cell, "%%grader a").source == "%%grader a"
    assert sourced(cell, "x = 1\n%%grade a").source == "x = 1\n%%grade a"


def test_a_notebook_with_other_cells() -> None:
    before = Submission(name="a.ipynb", notebook=True, cells=(), digest="old", lesson="losses")
    cell = Cell(index=0, source="x = 1", where="cell 1")
    after = with_cells(before, (cell,))
    assert (after.cells, after.lesson) == ((cell,), "losses")
    assert after.digest not in {"old", with_cells(before, (cell, cell)).digest}
    with pytest.raises(Mistake, match=r"a\.ipynb has no code cell") as caught:
        with_cells(before, ())
    assert caught.value.cure == "Write your answers into code cells, and run them."
    with pytest.raises(Mistake, match="MB of source") as caught:
        with_cells(before, (msgspec.structs.replace(cell, source="#" * (MAX_SOURCE + 1)),))
    assert caught.value.cure == "Keep data out of the cells."
