"""Pictures of tensors: a drawn shape, a window of numbers, and a map of errors, as SVG and HTML that need no script.

Sizes say as much as colours do: a larger square is a larger error, a cross is a number that is not finite.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape

from grader.model import Array, Difference
from grader.report.flat import flat
from grader.report.sentences import named
from grader.report.text import number, one_line, shape

WIDE = 48
"""A map has at most so many rows and columns; longer axes are wrapped like text."""

FOLDED = 8
"""As many rows and columns has the map of a case that is folded: a part of the array around its worst element."""

TIMES = "\N{MULTIPLICATION SIGN}"
_WINDOW = 5
_FILL = (0.16, 0.42, 0.62, 0.8, 0.96)
"""How much of its cell's side a square fills, by level."""


class Grid(NamedTuple):
    """How a flat array is laid out: rows and columns, a gap after every `block` rows, and whether it was wrapped."""

    rows: int
    columns: int
    block: int
    wrapped: bool


class Level(NamedTuple):
    """One entry of a map's legend: its number (5: not finite), how many elements have it, and in words."""

    number: int
    amount: int
    words: str


class Map(NamedTuple):
    """A drawn map of errors and its legend; `part` tells which elements are drawn, "" if all of them."""

    svg: Markup
    legend: tuple[Level, ...]
    part: str = ""


class _Part(NamedTuple):
    """The elements of an array that a map draws: their levels and sizes, and where the worst one is among them."""

    levels: list[int]
    sizes: tuple[int, ...]
    worst: tuple[int, ...] | None
    words: str = ""


def layout(sizes: Sequence[int]) -> Grid:
    """Return how to lay out an array: the last axis across, all others down."""
    columns = sizes[-1] if sizes else 1
    total = math.prod(sizes)
    rows = total // columns if columns else 0
    if columns > WIDE or rows > WIDE:
        return Grid(-(-total // 32), min(32, total), 0, True)
    return Grid(rows, columns, sizes[-2] if len(sizes) > 2 else 0, False)


def error_map(found: Difference, uid: str, most: int = WIDE) -> Map | None:
    """Return a map of |got - expected|, the worst element ringed; None where there is nothing to lay side by side.

    Below `WIDE`, `most` rows and columns around the worst element are drawn; the legend counts all elements.
    """
    got, expected = found.got_array, found.expected_array
    if got is None or expected is None or got.shape != expected.shape or len(got.data) == 0 or got.shape == ():
        return None
    levels, allowed, worst = _levels(flat(got), flat(expected), found.allowed)
    index = found.index if found.index and _inside(found.index, got.shape) else None
    part = _Part(levels, got.shape, index)
    if most < WIDE and max(layout(got.shape)[:2]) > most:
        part = _cut(part, most)
    return Map(_draw(found, part, uid), _legend(levels, allowed, worst), part.words)


def _cut(whole: _Part, most: int) -> _Part:
    """Return `most` rows and columns, of one sheet of an array, around its worst element."""
    place = whole.worst or (0,) * len(whole.sizes)
    (row_count, column_count), (row_at, column_at) = (1, *whole.sizes)[-2:], (0, *place)[-2:]
    rows, columns = _around(row_at, row_count, most), _around(column_at, column_count, most)
    start = _position(place[:-2], whole.sizes[:-2]) * row_count * column_count
    levels = [whole.levels[start + row * column_count + column] for row in rows for column in columns]
    index = (row_at - rows.start, column_at - columns.start) if whole.worst else None
    spans = [*map(str, place[:-2]), *([_span(rows)] if len(whole.sizes) > 1 else []), _span(columns)]
    return _Part(levels, (len(rows), len(columns)), index, f"[{', '.join(spans)}]")


def _span(kept: range) -> str:
    return f"{kept.start}:{kept.stop}"


def _levels(
    got: Sequence[float], expected: Sequence[float], allowed: float | str | None
) -> tuple[list[int], float, float]:
    """Return each element's level: 0 within `allowed`, 1 to 4 by quarters of the worst error, 5 not finite."""
    one, other = np.array(got, dtype=np.float64), np.array(expected, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.where((one == other) | (np.isnan(one) & np.isnan(other)), 0.0, np.abs(one - other))
    finite = np.isfinite(errors)
    worst = float(errors[finite].max(initial=0.0))
    limit = allowed if isinstance(allowed, (int, float)) and math.isfinite(allowed) else 0.0
    quarters = np.minimum(4, 1 + np.where(finite, errors, 0.0) / (worst or 1.0) * 4 // 1)
    levels = np.where(finite, np.where(errors <= limit, 0, quarters), 5)
    return levels.astype(int).tolist(), limit, worst


def _legend(levels: list[int], allowed: float, worst: float) -> tuple[Level, ...]:
    within = f"within tolerance ({number(allowed, 2)})" if allowed else "equal"
    words = (within, *(f"off by up to {number(worst * quarter / 4, 2)}" for quarter in range(1, 5)), "not finite")
    return tuple(Level(level, levels.count(level), words[level]) for level in range(6) if level in levels)


def _draw(found: Difference, part: _Part, uid: str) -> Markup:
    grid = layout(part.sizes)
    cell = 24 if max(grid.rows, grid.columns) <= 10 else 16 if max(grid.rows, grid.columns) <= 20 else 10
    across, down, points = _places(grid, cell)
    paths: list[list[str]] = [[] for _ in range(6)]
    for level, point in zip(part.levels, points, strict=False):  # a wrapped grid's last row may be shorter
        paths[level].append(point)
    width, height = across[-1] + cell // 2 + 8, down[-1] + cell // 2 + 6
    sizes = found.got_array.shape if found.got_array is not None else ()
    parts = [
        f'<svg class="map" role="img" aria-labelledby="{uid}-t {uid}-d" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title id="{uid}-t">Where {escape(named(found))} is off</title>'
        f'<desc id="{uid}-d">{found.differing} of {found.total} elements of shape {shape(sizes)} differ'
        f"{', the worst at ' + str(list(found.index)) if found.index else ''}.</desc>",
        *(_path(marks, cell, level) for level, marks in enumerate(paths) if marks),
    ]
    if part.worst and found.index:
        row, column = divmod(_position(part.worst, part.sizes), grid.columns)
        parts.append(_ring((across[column], down[row]), cell, () if grid.wrapped else found.index))
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - numbers, and a name escaped above


def _ring(center: tuple[int, int], cell: int, index: tuple[int, ...]) -> str:
    """Return the ring around the worst element, with its row's and column's number at the map's edges."""
    (x, y), half = center, cell // 2 + 1
    box = f'x="{x - half}" y="{y - half}" width="{2 * half}" height="{2 * half}" rx="2"'
    parts = [f'<rect class="halo" {box}/><rect class="ring" {box}/>']
    if index:
        parts.append(f'<text class="tick" x="{x}" y="13" text-anchor="middle">{index[-1]}▾</text>')
    if len(index) > 1:
        parts.append(f'<text class="tick" x="29" y="{y + 4}" text-anchor="end">{index[-2]}▸</text>')
    return "".join(parts)


def swatch(level: int) -> Markup:
    """Return the mark of one level as a legend shows it, 16 x 16."""
    return Markup(_path(["M8 8"], 16, level))  # noqa: S704 - numbers alone


@lru_cache(maxsize=64)
def _places(grid: Grid, cell: int) -> tuple[list[int], list[int], list[str]]:
    """Return the middles of columns and rows, and a point in the middle of each element."""
    across = [34 + cell // 2 + column * cell for column in range(grid.columns)]
    gaps = [8 * (row // grid.block) if grid.block else 0 for row in range(grid.rows)]
    down = [20 + cell // 2 + row * cell + gap for row, gap in enumerate(gaps)]
    return across, down, [f"M{x} {y}" for y in down for x in across]


def _path(marks: Sequence[str], cell: int, level: int) -> str:
    """Return elements as one path: points that the stroke makes squares, or crosses."""
    if level == 5:
        return f'<path class="h5" d="{"".join(f"{mark}m-3-3l6 6m0-6l-6 6" for mark in marks)}"/>'
    width = f"{cell * _FILL[level]:.3g}"
    return f'<path class="h{level}" d="{"h.01".join(marks)}h.01" stroke-width="{width}" stroke-linecap="square"/>'


def _inside(index: tuple[int, ...] | None, sizes: tuple[int, ...]) -> bool:
    return index is not None and len(index) == len(sizes) and all(map(lambda i, n: 0 <= i < n, index, sizes))


def _position(index: Sequence[int], sizes: Sequence[int]) -> int:
    """Return where an element lies in row-major order."""
    position = 0
    for i, size in zip(index, sizes, strict=True):
        position = position * size + i
    return position


def numbers(array: Array, index: tuple[int, ...] | None, caption: str, worst: str = "") -> Markup:
    """Return at most 5 x 5 numbers of an array around `index` as a table; the element there is marked.

    `worst` is how that element is told, where 4 digits would not show what is wrong with it.
    """
    sizes = array.shape
    if not array.data:
        return Markup('<p class="empty">no elements: shape {}</p>').format(shape(sizes))
    at = index if _inside(index, sizes) else None
    place = at or (0,) * len(sizes)
    row_count, column_count = (1, 1, *sizes)[-2:]
    row_at, column_at = (0, 0, *place)[-2:]
    rows, columns = _around(row_at, row_count), _around(column_at, column_count)
    sheet = _position(place[:-2], sizes[:-2]) * row_count * column_count
    elements = flat(array)
    header = "".join(f'<th scope="col">{column}</th>' for column in columns) + _more(columns, column_count, "th")
    html = [f'<table class="numbers">{_caption(caption, place[:-2])}']
    if sizes:
        html.append(f"<thead><tr>{'<td></td>' if len(sizes) > 1 else ''}{header}</tr></thead>")
    html.append("<tbody>")
    for row in rows:
        start = sheet + row * column_count
        cells = [f"<td>{number(elements[start + column])}</td>" for column in columns]
        if at is not None and row == row_at:
            told = escape(worst or number(elements[start + column_at]))
            cells[column_at - columns.start] = f'<td class="worst"><b>{told}</b></td>'
        name = f'<th scope="row">{row}</th>' if len(sizes) > 1 else ""
        html.append(f"<tr>{name}{''.join(cells)}{_more(columns, column_count, 'td')}</tr>")
    if len(rows) < row_count:
        html.append(f'<tr><th scope="row">⋮</th><td colspan="{len(columns)}" class="more">{row_count} rows</td></tr>')
    return Markup("".join([*html, "</tbody></table>"]))  # noqa: S704 - numbers, and texts escaped above


def _caption(caption: str, leading: tuple[int, ...]) -> str:
    sheet = f' <span class="slice">[{"".join(f"{i}, " for i in leading)}:, :]</span>' if leading else ""
    return f"<caption>{escape(caption)}{sheet}</caption>" if caption or sheet else ""


def _around(at: int, size: int, most: int = _WINDOW) -> range:
    start = max(0, min(at - most // 2, size - most))
    return range(start, min(size, start + most))


def _more(shown: range, size: int, tag: str) -> str:
    return f'<{tag} class="more" aria-label="more">…</{tag}>' if len(shown) < size else ""


@lru_cache(maxsize=512)
def drawn_shape(sizes: tuple[int, ...], axes: tuple[str, ...] = ()) -> Markup:
    """Return a tensor's shape as a small drawing: a dot, a strip, a sheet, or a pile of sheets, with its axes named."""
    names = [one_line(axis, 20) for axis in axes] if len(axes) == len(sizes) else [""] * len(sizes)
    labels = [name if name == str(size) else f"{name} {size}".strip() for name, size in zip(names, sizes, strict=True)]
    down, across = (_length(size) for size in (1, 1, *sizes)[-2:])
    sheets = 0 if len(sizes) < 3 else min(2, max(0, math.prod(sizes[:-2]) - 1))
    shift, x, y = 5, 1, 15 + 5 * sheets
    row_label = labels[-2] if len(labels) > 1 else ""
    pile = f" {TIMES} ".join(labels[:-2])
    width = x + across + sheets * shift + 8 + 7 * max(len(row_label), len(pile) + 2 if pile else 0)
    width = max(width, 7 * len(labels[-1]) + 4 if labels else 0)
    height = y + down + 3
    parts = [
        f'<svg class="shape" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{escape(' by '.join(labels) or 'a scalar')}</title>"
    ]
    for sheet in range(sheets, 0, -1):
        corner = f'x="{x + sheet * shift}" y="{y - sheet * shift}"'
        parts.append(f'<rect class="sheet" {corner} width="{across}" height="{down}"/>')
    parts.append(f'<rect class="sheet" x="{x}" y="{y}" width="{across}" height="{down}"/>')
    parts.append(f'<path class="rule" d="{_rules(x, y, across, down, (1, 1, *sizes)[-2:])}"/>')
    if labels:
        parts.append(f'<text x="{x}" y="{y - 4 - sheets * shift}">{escape(labels[-1])}</text>')
    beside = x + across + sheets * shift + 6
    if row_label:
        parts.append(f'<text x="{beside}" y="{y + down / 2 + 4 + (4 if pile else 0)}">{escape(row_label)}</text>')
    if pile:
        parts.append(f'<text x="{beside}" y="{y - sheets * shift + 6}">{TIMES} {escape(pile)}</text>')
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - numbers, and labels escaped above


def _length(size: int) -> int:
    return 9 * size if 0 < size <= 8 else 3 if size == 0 else min(110, 72 + 4 * (size.bit_length() - 3))


def _rules(x: int, y: int, across: int, down: int, sizes: Sequence[int]) -> str:
    """Return the lines between elements, where they are few enough to be counted."""
    rows, columns = sizes
    lines = [f"M{x} {y + 9 * row}h{across}" for row in range(1, rows)] if rows <= 8 else []
    return "".join(lines + ([f"M{x + 9 * column} {y}v{down}" for column in range(1, columns)] if columns <= 8 else []))
