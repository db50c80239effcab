"""Geometry of the charts: what is drawn where. The template draws it, so that every text in it is escaped.

All charts are 360 units wide, close to their width on a page, so that letters keep their size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from minibar_ml.domain.reporting.rows import Count, Day

WIDTH = 360
_RIGHT, _TOP, _BOTTOM, _LINE_HEIGHT = 10, 28, 64, 260
_LEAST_LEFT, _DIGIT = 34, 7
_ROW, _BAR_HEAD = 40, 4
_RADIUS = 15.91549430918954  # a circumference of 100: dashes are percents
_LEAST_MARKED = 8.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and the value it stands for."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a day."""

    x: float
    y: float
    value: int
    day: Day


@dataclass(frozen=True, slots=True)
class LineChart:
    """Two lines over the same days. A line is cut where a day is unknown."""

    height: int
    left: float
    right: float
    baseline: float
    ticks: tuple[Tick, ...]
    columns: tuple[tuple[float, Day], ...]
    current: tuple[tuple[Point, ...], ...]
    previous: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the bar chart: where it starts and how long its two bars are."""

    count: Count
    y: float
    width: float
    previous_width: float


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the ring in percent, the place (from 1) of what it shows, and where its mark stands.

    No mark fits on a narrow one.
    """

    key: str
    number: int
    value: int
    percent: float
    dash: float
    offset: float
    mark: tuple[float, float] | None


def ticks(highest: int, parts: int = 4) -> tuple[int, ...]:
    """Round values from 0 to the first that is at least `highest`, whole numbers all."""
    rough = max(1, highest) / parts
    magnitude = 1
    while magnitude * 10 <= rough:
        magnitude *= 10
    step = next(step for base in (1, 2, 5, 10) if (step := base * magnitude) >= rough)
    return tuple(range(0, highest + step if highest % step else max(highest, step) + 1, step))


def line_chart(days: Sequence[Day]) -> LineChart:
    """The trend of a period with the one before."""
    known = [value for day in days for value in (day.alerts, day.previous) if value is not None]
    marks = ticks(max(known, default=0))
    baseline = _LINE_HEIGHT - _BOTTOM
    left = max(_LEAST_LEFT, 10 + _DIGIT * len(f"{marks[-1]:,}"))
    width = (WIDTH - left - _RIGHT) / max(1, len(days))
    xs = [left + width * (index + 0.5) for index in range(len(days))]

    def y(value: int) -> float:
        return round(baseline - (baseline - _TOP) * value / marks[-1], 1)

    def runs(values: Sequence[int | None]) -> tuple[tuple[Point, ...], ...]:
        found: list[list[Point]] = [[]]
        for x, value, day in zip(xs, values, days, strict=True):
            if value is None:
                found.append([])
            else:
                found[-1].append(Point(round(x, 1), y(value), value, day))
        return tuple(tuple(run) for run in found if run)

    return LineChart(
        height=_LINE_HEIGHT,
        left=left,
        right=WIDTH - _RIGHT,
        baseline=baseline,
        ticks=tuple(Tick(mark, y(mark)) for mark in marks),
        columns=tuple((round(x, 1), day) for x, day in zip(xs, days, strict=True)),
        current=runs([day.alerts for day in days]),
        previous=runs([day.previous for day in days]),
    )


def bars(counts: Sequence[Count]) -> tuple[Bar, ...]:
    """A row for each count, longest bar as wide as leaves room for its figure."""
    highest = max((value for count in counts for value in (count.alerts, count.previous) if value), default=1)
    scale = (WIDTH - 60) / highest
    return tuple(
        Bar(count, _BAR_HEAD + index * _ROW, *(round((v or 0) * scale, 1) for v in (count.alerts, count.previous)))
        for index, count in enumerate(counts)
    )


def bars_height(rows: int) -> int:
    """The height of a bar chart with so many rows."""
    return _BAR_HEAD + rows * _ROW


def ring(counts: Sequence[Count]) -> tuple[Slice, ...]:
    """The parts of a whole, clockwise from the top; parts of nothing are left out."""
    present = [(count.key, number, count.alerts) for number, count in enumerate(counts, 1) if count.alerts]
    whole, start, slices = sum(value for *_, value in present), 0.0, []
    gap = 0.8 if len(present) > 1 else 0.0
    for key, number, value in present:
        percent = 100.0 * value / whole
        angle = 2 * pi * (start + percent / 2) / 100
        mark = (round(_RADIUS * sin(angle), 2), round(-_RADIUS * cos(angle), 2)) if percent >= _LEAST_MARKED else None
        slices.append(Slice(key, number, value, percent, round(max(percent - gap, 0.4), 3), round(-start, 3), mark))
        start += percent
    return tuple(slices)
