"""Plots as inline SVG: no script, no style attribute, a title and a description; the page has the same as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

WIDTH, HEIGHT, FOOT, HEAD = 340, 150, 20, 16
"""Of a plot, in units that are about a pixel on a phone; its words stand in the foot and the head."""
WIDEST = 28
"""A bar is not wider than this, or few bars would look like blocks."""
STEPS_S = tuple(mantissa * 10.0**power for power in range(-3, 4) for mantissa in (1.0, 2.0, 5.0))
STEPS = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 48, 168, 672, 2688, 10752))
BINS = 12


@dataclass(frozen=True)
class Bar:
    """One bar: what stands below it, what it counts in words, how many; `mark` sets it apart: "good" or "late"."""

    label: str
    words: str
    count: int
    mark: str = ""


def histogram(bars: Sequence[Bar], uid: str, title: str) -> Markup:
    """Return bars as a plot; `uid` must be unique in the page."""
    most = max((bar.count for bar in bars), default=0) or 1
    step = WIDTH / max(1, len(bars))
    width = min(WIDEST, step * 0.78)
    every = max(1, math.ceil(max((len(bar.label) for bar in bars), default=1) * 7 / step))
    base, tall = HEIGHT - FOOT, HEIGHT - FOOT - HEAD
    parts = []
    for place, bar in enumerate(bars):
        middle, height = (place + 0.5) * step, tall * bar.count / most
        kind = f"column {bar.mark}".strip()
        parts.append(
            f'<rect class="{kind}" x="{middle - width / 2:.1f}" y="{base - height:.1f}" width="{width:.1f}"'
            f' height="{height:.1f}"/>'
        )
        if bar.count:
            parts.append(f'<text class="many" x="{middle:.1f}" y="{base - height - 4:.1f}">{bar.count}</text>')
        if place % every == 0:
            parts.append(f'<text class="below" x="{middle:.1f}" y="{HEIGHT - 5}">{escape(bar.label)}</text>')
    said = ", ".join(f"{bar.words}: {bar.count}" for bar in bars if bar.count) or "nothing"
    return Markup(  # noqa: S704 - numbers, and words escaped
        f'<svg class="plot" role="img" aria-labelledby="{uid}-title {uid}-desc" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<title id="{uid}-title">{escape(title)}</title><desc id="{uid}-desc">{escape(said)}</desc>'
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{base}" y2="{base}"/>{"".join(parts)}</svg>'
    )


def share(value: float, most: float) -> Markup:
    """Return a number as the bar beside it in a table, which screen readers pass over."""
    width = 100 * min(1.0, max(0.0, value / most)) if most > 0 else 0.0
    return Markup(  # noqa: S704 - numbers alone
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="track" width="100" height="8"/><rect class="lost" width="{width:.1f}" height="8"/></svg>'
    )


def score_bars(points: Sequence[float], most: float) -> tuple[Bar, ...]:
    """Return how many got which tenth of the points, and how many got all of them."""
    counts = [0] * 11
    for each in points:
        counts[10 if each >= most - 1e-5 else max(0, min(9, int(10 * each / most)))] += 1
    low = [f"{round(most * tenth / 10, 4):g}" for tenth in range(11)]
    tenths = [Bar(low[tenth], f"from {low[tenth]} to below {low[tenth + 1]}", counts[tenth]) for tenth in range(10)]
    return (*tenths, Bar("all", f"all {low[10]} points", counts[10], mark="good"))


def second_bars(seconds: Sequence[float]) -> tuple[Bar, ...]:
    """Return how many answers took how long; the slowest twentieth is in the last bar, if it is far away."""
    if not seconds:
        return ()
    ordered = sorted(seconds)
    usual = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] or 0.001
    step = next((step for step in STEPS_S if usual / step < BINS - 1), STEPS_S[-1])
    number = min(int(usual / step) + 2, BINS)
    counts = [0] * number
    for each in seconds:
        counts[min(number - 1, int(each / step))] += 1
    last = counts.pop() if counts[-1] else None
    edges = [f"{round(step * place, 4):g}" for place in range(number + 1)]
    bars = [Bar(edges[place], f"{edges[place]} to {edges[place + 1]} s", count) for place, count in enumerate(counts)]
    place = len(counts)
    return (*bars, *([] if last is None else [Bar(f"{edges[place]}+", f"{edges[place]} s or more", last, mark="late")]))


def moment_bars(moments: Sequence[datetime], deadline: datetime | None) -> tuple[Bar, ...]:
    """Return how many came when, in UTC; what began after the deadline is marked."""
    if not moments:
        return ()
    first, last = min(moments), max(moments)
    step = next((step for step in STEPS if (last - first) / step < BINS - 1), STEPS[-1])
    zero = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday
    begin = zero + step * ((first - zero) // step)
    counts = [0] * ((last - begin) // step + 1)
    for moment in moments:
        counts[(moment - begin) // step] += 1
    form = "%H:%M" if step < timedelta(hours=6) else "%d %H:00" if step < timedelta(days=1) else "%d %b"
    starts = [begin + step * place for place in range(len(counts))]
    return tuple(
        Bar(
            start.strftime(form), f"{start:%Y-%m-%d %H:%M} to {start + step:%Y-%m-%d %H:%M}", count,
            mark="late" if deadline is not None and start >= deadline else "",
        )
        for start, count in zip(starts, counts, strict=True)
    )  # fmt: skip
