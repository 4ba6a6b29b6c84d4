"""On which statements a name's value rests."""

from __future__ import annotations

import pytest

from grader.live.effects import chain, names_needed, needed, statements


def texts(*cells: str, roots: tuple[str, ...] = ("f",)) -> list[str]:
    return [one.text for one in needed(statements(cells), roots)]


def test_a_function_needs_the_names_it_looks_up_and_not_its_own() -> None:
    found = statements(
        ["import torch", "eps = 1", "loss = 2", "def f(x):\n    loss = x\n    return loss + eps + torch.pi"]
    )
    assert set(names_needed(found, ("f",))) == {"f", "eps", "torch"}
    assert [one.place for one in needed(found, ("f",))] == [0, 1, 3]


def test_what_is_set_again_rests_on_the_last_alone() -> None:
    assert texts("a = 1", "a = 2", "f = a") == ["a = 2", "f = a"]


@pytest.mark.parametrize(
    "second",
    ["a += 1", "a = a + 1", "a.append(1)", "a[0] = 1", "a.x = 1", "for a in []:\n    pass", "if f0:\n    a = 3"],
)
def test_what_is_changed_rests_on_both(second: str) -> None:
    found = statements(["a = []", second])
    assert [one.place for one in chain(found, "a")] == [0, 1]


def test_settings_for_everybody_are_needed_whatever_is_asked() -> None:
    assert texts("import torch", "torch.manual_seed(0)", "print(1)", "def f(): return 1") == [
        "torch.manual_seed(0)",
        "def f():\n    return 1",
    ]


def test_a_broken_cell_and_magics_do_not_hide_the_rest() -> None:
    assert texts("def f(:", "%matplotlib inline\n!ls\nb = 1", "def f(): return b\nf?") == [
        "b = 1",
        "def f():\n    return b",
    ]


@pytest.mark.parametrize("source", ["(" * 100_000, "a" * 100_000 + " = 1", "-" * 50_000 + "1", "\0", "\ud800 = 1"])
def test_no_source_breaks_it(source: str) -> None:
    statements([source])


def test_a_cell_works_if_it_does_more_than_define() -> None:
    found = statements(["import torch\nx = 1\ndef f(): return g()", "y = train()", "for i in x: pass"])
    assert [one.works for one in found] == [False, False, False, True, True]
