"""Geometry of the charts: what is drawn where. The template draws it, so that every text in it is escaped.

All charts are 360 units wide, close to their width on a page, so that letters keep their size on a phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minibar_ml.domain.alerting.severities import SEVERITIES
from minibar_ml.domain.reporting.alert_counts import Week
from minibar_ml.domain.reporting.hotel_lines import HotelLine
from minibar_ml.domain.reporting.operations import STOCK_OUT_DAYS, StockOut
from minibar_ml.domain.reporting.rows import Count

WIDTH = 360
STACKS_HEIGHT = 150
FOOT = 34
"""Room for the days below the columns."""
_TOP = 20
_ROW, _BAR_HEAD = 40, 4
_NARROW = 0.66
"""Share of a column's room that the column takes."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One severity's part of a column."""

    severity: str
    alerts: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Stack:
    """A week's column, the most severe at the bottom; without layers where nobody looked or nothing was found."""

    week: Week
    x: float
    middle: float
    width: float
    top: float
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the bar chart: where it starts and how long its two bars are."""

    count: Count
    y: float
    width: float
    previous_width: float


def stacks(weeks: Sequence[Week]) -> tuple[Stack, ...]:
    """A column for each week, as high as its alerts."""
    highest = max((week.alerts or 0 for week in weeks), default=0) or 1
    room, scale = WIDTH / max(1, len(weeks)), (STACKS_HEIGHT - _TOP - FOOT) / highest
    found = []
    for place, week in enumerate(weeks):
        y, layers = float(STACKS_HEIGHT - FOOT), []
        for severity, alerts in zip(reversed(SEVERITIES), week.by_severity or (), strict=False):
            if alerts:
                y -= alerts * scale
                layers.append(Layer(severity, alerts, round(y, 1), round(alerts * scale, 1)))
        x = room * (place + (1 - _NARROW) / 2)
        middle, width = round(room * (place + 0.5), 1), round(room * _NARROW, 1)
        found.append(Stack(week, round(x, 1), middle, width, round(y, 1), tuple(layers)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Small:
    """A column of a spark line; `is_partial`: of a week that must not be read as a whole one."""

    x: float
    y: float
    height: float
    is_last: bool
    is_partial: bool


def spark(
    values: Sequence[float | Week | None], width: float = 72, height: float = 18, *, highest: float | None = None
) -> tuple[Small, ...]:
    """Small columns, of weeks or plain values; nothing is a line, the unknown has none.

    `highest`: what the full height stands for, the highest of them if None; where several are compared one for all.
    """
    figures = [value.alerts if isinstance(value, Week) else value for value in values]
    highest = highest or max((figure or 0 for figure in figures), default=0) or 1
    room = width / max(1, len(values))
    found = []
    for place, (value, figure) in enumerate(zip(values, figures, strict=True)):
        if figure is not None:
            tall = max(1.0, figure / highest * height)
            is_partial = isinstance(value, Week) and value.is_partial
            y, is_last = round(height - tall, 1), place == len(values) - 1
            found.append(Small(round(room * place, 1), y, round(tall, 1), is_last, is_partial))
    return tuple(found)


def busiest_week(lines: Iterable[HotelLine]) -> int:
    """The most alerts that a hotel had in a week."""
    return max((week.alerts or 0 for line in lines for week in line.weeks), default=0)


@dataclass(frozen=True, slots=True)
class Curve:
    """A product's stock from now to nothing: a line, the band around it, and the last day to order (None: none)."""

    out: StockOut
    line: str
    band: str
    empty_x: float
    order_x: float | None


def curves(outs: Sequence[StockOut], width: float = 160, height: float = 50) -> tuple[Curve, ...]:
    """The products with a forecast, all over the same days, so that they can be compared."""
    known = [out for out in outs if out.days_left is not None]
    most = max([STOCK_OUT_DAYS, *(out.p90 or out.days_left or 0 for out in known)])
    scale, top = width / most, 6.0
    found = []
    for out in known:
        x, low, high = (round((day or 0) * scale, 1) for day in (out.days_left, out.p10, out.p90))
        band = f"M0 {top:g}L{low:g} {height:g}L{high:g} {height:g}z" if out.p90 is not None else ""
        # The order's last day, counted from the day on which the stock ends.
        days = (
            None if not out.order_by or not out.empty_on else (out.days_left or 0) - (out.empty_on - out.order_by).days
        )
        order = None if days is None else round(max(days, 0.0) * scale, 1)
        found.append(Curve(out, f"M0 {top:g}L{x:g} {height:g}", band, x, order))
    return tuple(found)


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
