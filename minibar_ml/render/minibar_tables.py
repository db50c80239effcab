"""Tables of the minibar itself: what was consumed, per occupied room, by product, room type and weekday."""

from collections.abc import Sequence
from datetime import date

from minibar_ml.domain.reporting.minibar import LISTED_PRODUCTS, Compared, ComparedShare, Minibar, Share
from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import formats
from minibar_ml.render.tables import Column, Row, Table, with_currency
from minibar_ml.render.words import Words

_MONDAY = date(2024, 1, 1)


def tables(report: Report, words: Words) -> tuple[Table, ...]:
    """The figures of the period, then products, room types and weekdays."""
    made = report.minibar
    return (
        _figures(made, report, words),
        *(() if made is None else (_products(made, report, words), *_others(made, report, words))),
    )


def _figures(made: Minibar | None, report: Report, words: Words) -> Table:
    _ = words.catalog.gettext
    columns = (Column(_("Measure"), "text", 2.6), *_compared(report, words, "decimal"))
    empty = _("No minibar was checked in this period.")
    if made is None:
        return Table("minibar", _("Consumption"), columns, (), "", empty)
    lines: tuple[tuple[str, Compared | ComparedShare, float], ...] = (
        (_("Units consumed"), made.units, 1),
        (with_currency(_("Value"), report.currency), made.value, 1),
        (_("Occupancy (%)"), made.occupancy, 100),
        (_("Units per 100 occupied rooms"), made.per_night, 100),
        (_("Room checks per 100 occupied rooms"), made.checks, 100),
    )
    rows: list[Row] = [
        (
            title,
            *(_scaled(value, factor) for value in (figure.now, figure.previous)),
            _change(figure, words),
            _scaled(figure.year_before, factor),
        )
        for title, figure, factor in lines
    ]
    note = _(
        "The year before: the same weekdays, 52 weeks earlier. Only spans with data on at least four in five days are "
        "shown."
    )
    if report.is_running:
        today = _("Today is not over: neither it nor the days that it would be compared with are included.")
        note = f"{today} {note}"
    return Table("minibar", _("Consumption"), columns, rows, note, empty)


def _change(figure: Compared | ComparedShare, words: Words) -> float | str | None:
    """In percent, that of a proportion in points."""
    if isinstance(figure, Compared):
        return figure.change_percent
    if figure.change_points is None:
        return None
    _ = words.catalog.gettext
    return _("%(change)s points") % {"change": formats.points(figure.change_points, words.lang)}


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 2)


def _compared(report: Report, words: Words, kind: str) -> tuple[Column, ...]:
    _ = words.catalog.gettext
    is_count = kind == "count"
    return (
        Column(words.current(report), "count" if is_count else "decimal"),
        Column(words.before(report), "count" if is_count else "decimal"),
        Column(_("Change"), "change"),
        Column(_("Year before"), "count" if is_count else "decimal"),
    )


def _row(figure: Compared, change: float | str | None) -> Row:
    return (figure.now, figure.previous, change, figure.year_before)


def _products(made: Minibar, report: Report, words: Words) -> Table:
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Product"), "name", 2.6), *_compared(report, words, "count"), Column(_("Value"), "money", 1.2)),
    )
    rows: list[Row] = [
        (one.key, *_row(one.units, one.change_percent), one.value) for one in made.products[:LISTED_PRODUCTS]
    ]
    return Table("consumed", _("Consumption by product"), columns, rows, of=len(made.products))


def _others(made: Minibar, report: Report, words: Words) -> tuple[Table, Table]:
    _ = words.catalog.gettext

    def table(key: str, title: str, first: Column, shares: Sequence[Share], names: Sequence[str]) -> Table:
        rows: list[Row] = [
            (name, *_row(one.units, one.change_percent)) for name, one in zip(names, shares, strict=True)
        ]
        return Table(key, title, (first, *_compared(report, words, "count")), rows)

    types = [one.key or _("unknown") for one in made.room_types]
    days = [words.weekday(_MONDAY.replace(day=int(one.key))) for one in made.weekdays]
    return (
        table("room_types", _("Consumption by room type"), Column(_("Room type"), "name", 2.0), made.room_types, types),
        table("weekdays", _("Consumption by weekday"), Column(_("Weekday"), "text", 2.0), made.weekdays, days),
    )
