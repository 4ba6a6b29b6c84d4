"""Parts that many pages share are rendered once, and never stand for one another."""

from types import SimpleNamespace

import pytest
from markupsafe import Markup

from grader.model import Array, Shown
from grader.report import html, kept
from tests.snapshots import reports


def printer(told: list[tuple[object, ...]], name: str = "macro"):  # type: ignore[no-untyped-def]  # a stand-in for a macro
    def call(*values: object) -> Markup:
        told.append(values)
        return Markup("<i>{}</i>").format(repr(values))

    class Macro(SimpleNamespace):
        def __call__(self, *values: object) -> Markup:
            return call(*values)

    return Macro(name=name)


def test_what_prints_alike_is_rendered_once() -> None:
    told: list[tuple[object, ...]] = []
    keep, macro = kept.keeper(), printer(told)
    first = keep(macro, "x", Shown(name="a", array=Array("float32", (1,), b"\0\0\x80\x3f")))
    assert keep(macro, "x", Shown(name="a", array=Array("float32", (1,), b"\0\0\x80\x3f"))) == first
    assert len(told) == 1
    keep(printer(told, "another"), "x", Shown(name="a", array=Array("float32", (1,), b"\0\0\x80\x3f")))
    assert len(told) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0), (1, True), (0.0, -0.0), ("1", 1), ((), ""), (None, ""),
        (Array("float32", (1,), b"abcd"), Array("int32", (1,), b"abcd")),
        (Array("float32", (1, 2), b"abcdabcd"), Array("float32", (2, 1), b"abcdabcd")),
        (Array("float32", (1,), b"abcd"), Array("float32", (1,), b"abce")),
    ],
)  # fmt: skip
def test_what_prints_otherwise_is_told_apart(one: object, other: object) -> None:
    told: list[tuple[object, ...]] = []
    keep, macro = kept.keeper(), printer(told)
    keep(macro, one)
    keep(macro, other)
    assert len(told) == 2


def test_what_has_no_bytes_is_rendered_each_time() -> None:
    told: list[tuple[object, ...]] = []
    keep, macro = kept.keeper(), printer(told)
    assert keep(macro, "\ud800") == keep(macro, "\ud800")
    assert len(told) == 2


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 100)
    told: list[tuple[object, ...]] = []
    keep, macro = kept.keeper(), printer(told)
    for number in range(20):
        keep(macro, number)
    keep(macro, 0)
    assert told.count((0,)) == 2, "the first was forgotten"


def test_a_page_does_not_depend_on_those_before_it() -> None:
    every = [reports.usual(), reports.everything(), reports.large(failing=3)]
    alone = []
    for report in every:
        html._environment.cache_clear()
        alone.append(html.render(report))
    assert [html.render(report) for report in [*every, *every]] == [*alone, *alone]
    assert kept.UID not in "".join(alone)
