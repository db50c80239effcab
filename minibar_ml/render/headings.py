"""What stands at the head of a document: whose report it is, of which days, and its key figures."""

from dataclasses import dataclass
from decimal import Decimal

from minibar_ml.domain.reporting.report import STOCK_OUT_DAYS, Report
from minibar_ml.render.hotels import hotel_name
from minibar_ml.render.tables import Kind
from minibar_ml.render.words import Words


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure, and the words below it."""

    key: str
    title: str
    value: float | Decimal | None
    kind: Kind
    below: str


def whose(report: Report, words: Words) -> str:
    """The hotel that the report is of, or all."""
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
        "weekly": _("Minibar, weekly report"),
        "monthly": _("Minibar, monthly report"),
        "dashboard": _("Minibar, the last 30 days"),
    }[report.kind]


def days(report: Report, words: Words) -> str:
    """The first and the last business day."""
    return f"{words.day(report.period.since)} – {words.day(report.period.last_day)}"


def figures(report: Report, words: Words) -> tuple[Figure, ...]:
    """The figures that everybody reads."""
    _ = words.catalog.gettext
    known = len(report.period.days()) - len(report.days_without_data)
    total, money, outs = report.total, report.money_total, report.stock_outs
    return (
        Figure("live", _("Needs action now"), report.live_total, "count", _gravest(report, words)),
        Figure(
            *("alerts", _("Alerts in this period"), total.alerts, "count"),
            _against(words.number(total.previous), total.change_percent, words) + _watched(report, words),
        ),
        Figure(
            *("money", _("Money at stake"), money.impact, "money"),
            _against(words.number(money.previous), money.change_percent, words),
        ),
        Figure(
            *("handled", _("Money handled"), money.handled, "money"),
            _against(words.number(money.handled_previous), money.handled_change_percent, words),
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


def _gravest(report: Report, words: Words) -> str:
    _ = words.catalog.gettext
    if report.live_total is None:
        return _("not known")
    grave = [line for line in report.live if line.severity in ("critical", "high") and line.alerts]
    told = [f"{words.label(line.severity, 'severity')}: {words.number(line.alerts)}" for line in grave]
    return " · ".join(told) or _("nothing critical")


def _complete(report: Report, known: int, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    all_days, silent = len(report.period.days()), len(report.hotels_without_data)
    told = [_("of %(all)s") % {"all": all_days}] if known < all_days else []
    if silent:
        told.append(several("%(num)d hotel without data", "%(num)d hotels without data", silent) % {"num": silent})
    return " · ".join(told) or _("complete")


def _watched(report: Report, words: Words) -> str:
    """On how many days alerts were looked for, where it was not on all: few alerts may mean few days."""
    _ = words.catalog.gettext
    days = {"watched": report.days_watched, "all": len(report.period.days())}
    return "" if days["watched"] == days["all"] else " · " + _("watched on %(watched)s of %(all)s days") % days


def _against(previous: str, change: float | None, words: Words) -> str:
    _ = words.catalog.gettext
    told = _("before: %(number)s") % {"number": previous}
    return told if change is None else f"{told} ({words.percent(change, signed=True)})"
