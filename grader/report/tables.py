"""Windows of numbers out of tensors, as HTML tables: of one, or of what was got above what was expected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape

from grader.model import Array, Difference
from grader.report.flat import flat
from grader.report.text import number, number_pair, shape

_WINDOW = 5


class _Window(NamedTuple):
    """Some rows and columns of one sheet of an array; `start` is where that sheet begins, `at` what is marked in it."""

    rows: range
    columns: range
    row_count: int
    column_count: int
    start: int
    leading: tuple[int, ...]
    at: tuple[int, int] | None

    def position(self, row: int, column: int) -> int:
        """Return where an element lies in row-major order."""
        return self.start + row * self.column_count + column


def numbers(array: Array, index: tuple[int, ...] | None, caption: str) -> Markup:
    """Return at most 5 x 5 numbers of an array around `index` as a table; the element there is marked."""
    if not array.data:
        return Markup('<p class="empty">no elements: shape {}</p>').format(shape(array.shape))
    window, elements, rank = _window(array.shape, index), flat(array), len(array.shape)
    html = [f'<table class="numbers">{_caption(caption, window)}{_head(window, rank, names=rank > 1)}<tbody>']
    for row in window.rows:
        cells = []
        for column in window.columns:
            told = number(elements[window.position(row, column)])
            cells.append(f'<td class="worst"><b>{told}</b></td>' if (row, column) == window.at else f"<td>{told}</td>")
        name = f'<th scope="row">{row}</th>' if rank > 1 else ""
        html.append(f"<tr>{name}{''.join(cells)}{_more(window)}</tr>")
    html.append(_rest(window, 1))
    return Markup("".join([*html, "</tbody></table>"]))  # noqa: S704 - numbers, and a caption escaped above


def pair(found: Difference) -> Markup | None:
    """Return got above expected, element by element, around the worst one; elements that differ are marked.

    None where there are not two arrays of one shape with elements in them.
    """
    got, expected = found.got_array, found.expected_array
    if got is None or expected is None or got.shape != expected.shape or not got.data:
        return None
    window, rank, (one, other) = _window(got.shape, found.index), len(got.shape), (flat(got), flat(expected))
    marks, _, _ = levels(one, other, found.allowed)
    html = [f'<table class="numbers pair">{_caption("", window)}{_head(window, rank, names=rank > 1, pair=True)}']
    for row in window.rows:
        cells: list[tuple[str, str]] = []
        for column in window.columns:
            place = window.position(row, column)
            cells.append(_both(one[place], other[place], off=marks[place] > 0, worst=(row, column) == window.at))
        name = f'<th scope="rowgroup" rowspan="2">{row}</th>' if rank > 1 else ""
        upper, lower = ("".join(side) for side in zip(*cells, strict=True))
        html.append(f'<tbody><tr class="got">{name}<th scope="row">got</th>{upper}{_more(window)}</tr>')
        html.append(f'<tr class="expected"><th scope="row">expected</th>{lower}{_more(window)}</tr></tbody>')
    rest = _rest(window, 2)
    return Markup("".join([*html, f"<tbody>{rest}</tbody>" if rest else "", "</table>"]))  # noqa: S704 - numbers alone


def _both(got: float, expected: float, *, off: bool, worst: bool) -> tuple[str, str]:
    """Return two elements as cells; where they differ in as many digits as show it."""
    if not off:
        return f"<td>{number(got)}</td>", f"<td>{number(expected)}</td>"
    mark = "off worst" if worst else "off"
    upper, lower = number_pair(got, expected)
    return f'<td class="{mark}"><b>{upper}</b></td>', f'<td class="{mark}"><b>{lower}</b></td>'


def levels(
    got: Sequence[float], expected: Sequence[float], allowed: float | str | None
) -> tuple[list[int], float, float]:
    """Return each element's level: 0 within `allowed`, 1 to 4 by quarters of the worst error, 5 not finite.

    Then the limit that was applied and the largest finite error.
    """
    one, other = np.array(got, dtype=np.float64), np.array(expected, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.where((one == other) | (np.isnan(one) & np.isnan(other)), 0.0, np.abs(one - other))
    finite = np.isfinite(errors)
    worst = float(errors[finite].max(initial=0.0))
    limit = allowed if isinstance(allowed, (int, float)) and math.isfinite(allowed) else 0.0
    quarters = np.minimum(4, 1 + np.where(finite, errors, 0.0) / (worst or 1.0) * 4 // 1)
    marks = np.where(finite, np.where(errors <= limit, 0, quarters), 5)
    return marks.astype(int).tolist(), limit, worst


def inside(index: tuple[int, ...] | None, sizes: tuple[int, ...]) -> bool:
    """Tell whether an index is one of an array of these sizes."""
    return index is not None and len(index) == len(sizes) and all(map(lambda i, n: 0 <= i < n, index, sizes))


def position(index: Sequence[int], sizes: Sequence[int]) -> int:
    """Return where an element lies in row-major order."""
    place = 0
    for i, size in zip(index, sizes, strict=True):
        place = place * size + i
    return place


def around(at: int, size: int, most: int = _WINDOW) -> range:
    """Return at most so many of an axis's indices, `at` in their middle where there is room on both sides."""
    start = max(0, min(at - most // 2, size - most))
    return range(start, min(size, start + most))


def _window(sizes: tuple[int, ...], index: tuple[int, ...] | None) -> _Window:
    """Return the rows and columns around an index of an array that has elements."""
    known = index is not None and inside(index, sizes)
    place = index if index is not None and known else (0,) * len(sizes)
    (row_count, column_count), (row, column) = (1, 1, *sizes)[-2:], (0, 0, *place)[-2:]
    return _Window(
        around(row, row_count),
        around(column, column_count),
        row_count,
        column_count,
        position(place[:-2], sizes[:-2]) * row_count * column_count,
        place[:-2],
        (row, column) if known else None,
    )


def _caption(caption: str, window: _Window) -> str:
    leading = "".join(f"{i}, " for i in window.leading)
    sheet = f' <span class="slice">[{leading}:, :]</span>' if leading else ""
    return f"<caption>{escape(caption)}{sheet}</caption>" if caption or sheet else ""


def _head(window: _Window, rank: int, *, names: bool, pair: bool = False) -> str:
    """Return the columns' indices; above the rows' names there is nothing."""
    if not rank:
        return ""
    above = "<td></td>" * (names + pair)
    columns = "".join(f'<th scope="col">{column}</th>' for column in window.columns)
    return f"<thead><tr>{above}{columns}{_more(window, 'and more')}</tr></thead>"


def _more(window: _Window, words: str = "") -> str:
    """Return a cell behind a row whose other columns are left out; `words` are for those who do not see its dots."""
    said = f'<span class="unseen">{words}</span>' if words else ""
    left = len(window.columns) < window.column_count
    return f'<td class="more">{said}<span aria-hidden="true">…</span></td>' if left else ""


def _rest(window: _Window, names: int) -> str:
    if len(window.rows) == window.row_count:
        return ""
    return f'<tr><td colspan="{len(window.columns) + names}" class="more">⋮ {window.row_count} rows in all</td></tr>'
