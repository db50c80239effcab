"""Tables of trends, pace and summary: they fit into 80 columns and use more where there are more."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from minibar_ml.cli.terminal.console import table, visible, width
from minibar_ml.cli.views.sparkline import sparkline
from minibar_ml.domain.metrics import EntityType, MetricType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.domain.reporting.trends import AttendantPace, Consumption, MetricSummary, Trend
from minibar_ml.i18n import Lang
from minibar_ml.i18n.captions import NO_POINTS, UNREADABLE, days_compared, days_shown, unknown
from minibar_ml.i18n.formats import UNSET, change, day_cell, number, percent
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.listings import hotel

WIDE = 100
"""Columns needed for all figures."""
MOST_BLOCKS = 10
"""Blocks of a sparkline on a narrow terminal; each is then the mean of some days."""


def trend_tables(
    found: Mapping[EntityType, Page[Trend]], called: Mapping[int, str], period: Period, lang: Lang
) -> Iterator[RenderableType]:
    """The days, then products and rooms, as far as there are any; `called`: the hotels' names."""
    yield Text(days_compared(period, lang))
    for kind, capped in found.items():
        if capped.rows:
            yield Text()
            yield _trends(kind, capped.rows, called, lang)


def _trends(kind: EntityType, rows: Sequence[Trend], called: Mapping[int, str], lang: Lang) -> Table:
    has_hotels = len({row.hotel_id for row in rows}) > 1
    has_series = len(rows[0].now.days) > 1
    columns = ["units", "before", "daily_mean", "change", "checked", *(["series"] if has_series else [])]
    made = _table(label("entity", kind, lang), columns, has_hotels, lang, left=("series",))
    for row in rows:
        now, before = row.now, row.before
        figures = [_number(now.units, lang), _number(before.units, lang), _number(now.daily_mean, lang)]
        checked = f"{now.checked_days}/{before.checked_days}"
        series = [_drawing(now)] if has_series else []
        made.add_row(
            *_who(row.name, row.entity_id, hotel(row.hotel_id, called.get(row.hotel_id), lang) if has_hotels else ""),
            *figures, _change(row.change_percent, lang), checked, *series,
        )  # fmt: skip
    return made


def _drawing(consumption: Consumption) -> str:
    units = [one.units for one in consumption.days]
    size = 1 if width() >= WIDE else ceil(len(units) / MOST_BLOCKS)
    groups = [[one for one in units[n : n + size] if one is not None] for n in range(0, len(units), size)]
    return sparkline([sum(group) / len(group) if group else None for group in groups])


def pace_tables(
    found: Sequence[AttendantPace], called: Mapping[int, str], period: Period, lang: Lang
) -> Iterator[RenderableType]:
    """The days, then the attendants; `called`: the hotels' names."""
    yield Text(days_compared(period, lang))
    yield Text()
    has_hotels = len({pace.hotel_id for pace in found}) > 1
    columns = ["minutes", "before", "change", "shifts", "visits", "weeks"]
    made = _table(label("entity", "attendant", lang), columns, has_hotels, lang, left=("weeks",))
    for pace in found:
        now = pace.now
        of_hotel = hotel(pace.hotel_id, called.get(pace.hotel_id), lang) if has_hotels else ""
        made.add_row(
            *_who(pace.name, pace.attendant_id, of_hotel),
            _number(now.minutes, lang), _number(pace.before.minutes, lang), _change(pace.change_percent, lang),
            str(now.shifts), _number(now.visits, lang),
            sparkline([figures.minutes for _, figures in pace.weeks]),
        )  # fmt: skip
    yield made


def summary_tables(
    found: Sequence[MetricSummary], period: Period, lang: Lang, zone: ZoneInfo
) -> Iterator[RenderableType]:
    """The days, then a table per hotel, and below it metrics without data."""
    yield Text(days_shown(period, lang))
    for hotel_id, group in groupby(found, key=lambda one: one.hotel_id):
        metrics = list(group)
        yield Text(f"\n{visible(hotel(hotel_id, metrics[0].hotel_name, lang))}\n", style="bold")
        yield _summary(metrics, lang, zone)
        for reason, text in (("no_points", NO_POINTS), ("source_unreadable", UNREADABLE)):
            if without := [one.metric for one in metrics if one.unknown == reason]:
                yield Text(unknown(text, without, lang))


def _summary(metrics: Sequence[MetricSummary], lang: Lang, zone: ZoneInfo) -> Table:
    spreads = ["total", "min", "median", "mean", "max"] if width() >= WIDE else ["total", "median"]
    made = _table(label("trend", "metric", lang), ["points", "entities", "days", "latest", *spreads], False, lang)
    for one in metrics:
        spread = one.spread
        known = {"total": spread.total, "min": spread.minimum, "median": spread.median, "mean": spread.mean,
                 "max": spread.maximum} if spread else {}  # fmt: skip
        days = len(spread.days) if spread else 0
        made.add_row(
            label("metric", one.metric, lang),
            str(spread.points if spread else 0),
            str(spread.entities if spread else 0),
            str(days) if one.days_missing is None else f"{days}/{len(one.period.days())}",
            day_cell(one.latest_at.astimezone(zone), lang) if one.latest_at else UNSET,
            *(_value(one.metric, known.get(name), lang) for name in spreads),
        )
    return made


def _table(first: str, columns: Sequence[str], has_hotels: bool, lang: Lang, left: Sequence[str] = ()) -> Table:
    """A table whose first column alone is folded on a narrow terminal."""
    keys = [*(["hotel"] if has_hotels else []), *columns]
    named = {key: label("trend", key, lang) for key in keys}
    made = table([first, *named.values()], right=[name for key, name in named.items() if key not in left])
    for column in made.columns[1:]:
        column.no_wrap = True
    return made


def _who(name: str | None, entity_id: int, of_hotel: str) -> list[str]:
    return [visible(name) if name else f"id {entity_id}", *([visible(of_hotel)] if of_hotel else [])]


def _number(value: float | None, lang: Lang) -> str:
    return UNSET if value is None else number(value, lang)


def _value(metric: MetricType, value: float | None, lang: Lang) -> str:
    if value is not None and metric == "occupancy":
        return percent(round(100 * value), lang)
    return _number(value, lang)


def _change(value: float | None, lang: Lang) -> str:
    return UNSET if value is None else change(value, lang)
