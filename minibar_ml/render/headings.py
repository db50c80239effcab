"""The head of a document: kind of report, hotel, days and key figures."""

from dataclasses import dataclass
from decimal import Decimal

from minibar_ml.domain.reporting.operations import STOCK_OUT_DAYS
from minibar_ml.domain.reporting.report import Report
from minibar_ml.render.cells import written
from minibar_ml.render.hotels import hotel_name
from minibar_ml.render.tables import Cell, Kind, printable
from minibar_ml.render.words import Words


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure, and the text below it."""

    key: str
    title: str
    value: float | Decimal | None
    kind: Kind
    below: str


def whose(report: Report, words: Words) -> str:
    """The hotel that the report is about, or all hotels."""
    _ = words.catalog.gettext
    if report.hotel_id is not None:
        return hotel_name(report, report.hotel_id, words)
    if len(report.hotels) == 1:
        return hotel_name(report, next(iter(report.hotels)), words)
    return _("All hotels")


def title(report: Report, words: Words) -> str:
    """What kind of report it is."""
    _ = words.catalog.gettext
    return {
        "weekly": _("Minibar weekly report"),
        "monthly": _("Minibar monthly report"),
        "dashboard": _("Minibar dashboard"),
    }[report.kind]


def days(report: Report, words: Words) -> str:
    """The business days that it covers."""
    return words.days(report.period)


def document_title(report: Report, words: Words) -> str:
    """What the document is called where its title is listed: 'Minibar weekly report: Seaside Hotel, 2–8 Mar 2026'."""
    return f"{title(report, words)}: {printable(whose(report, words))}, {days(report, words)}"


def figures(report: Report, words: Words) -> tuple[Figure, ...]:
    """The key figures, in the order in which they are shown."""
    _ = words.catalog.gettext
    known = len(report.period.days()) - len(report.days_without_data)
    total, money, outs = report.total, report.money_total, report.stock_outs
    return (
        Figure("live", _("Needs action now"), report.live_total, "count", _most_severe(report, words)),
        Figure(
            *("alerts", _("Alerts in this period"), total.alerts, "count"),
            _against(total.previous, "count", total.change_percent, words) + _watched(report, words),
        ),
        Figure(
            *("money", _("Possible loss"), money.impact, "money"),
            _against(money.previous, "money", money.change_percent, words),
        ),
        Figure(
            *("handled", _("Closed by your team"), money.handled, "money"),
            _against(money.handled_previous, "money", money.handled_change_percent, words),
        ),
        Figure(
            *("orders", _("Products running out"), None if outs is None else outs.total, "count"),
            _("within %(days)s days") % {"days": STOCK_OUT_DAYS},
        ),
        Figure(
            *("days", _("Days with data"), known, "count"),
            _complete(report, known, words),
        ),
    )


def _most_severe(report: Report, words: Words) -> str:
    _ = words.catalog.gettext
    if report.live_total is None:
        return _("unknown")
    severe = [line for line in report.live if line.severity in ("critical", "high") and line.alerts]
    counts = [f"{words.label(line.severity, 'severity')}: {words.number(line.alerts)}" for line in severe]
    return " · ".join(counts) or _("none critical or high")


def _complete(report: Report, known: int, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    all_days, silent = len(report.period.days()), len(report.hotels_without_data)
    parts = [_("of %(all)s") % {"all": all_days}] if known < all_days else []
    if silent:
        parts.append(several("%(num)d hotel without data", "%(num)d hotels without data", silent) % {"num": silent})
    return " · ".join(parts) or _("complete")


def _watched(report: Report, words: Words) -> str:
    """For how many days detection ran, where it was not all of them: few alerts may mean few days."""
    _ = words.catalog.gettext
    days = {"watched": report.days_watched, "all": len(report.period.days())}
    return "" if days["watched"] == days["all"] else " · " + _("detection ran for %(watched)s of %(all)s days") % days


def _against(previous: Cell, kind: Kind, change: float | None, words: Words) -> str:
    _ = words.catalog.gettext
    compared = _("previous: %(number)s") % {"number": written(previous, kind, words)}
    return compared if change is None else f"{compared} ({words.change(change)})"
