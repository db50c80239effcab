"""The sections of a report as tables, in one language, in the order in which they are read."""

from collections.abc import Callable
from dataclasses import replace

from minibar_ml.domain.reporting.report import Report
from minibar_ml.render import alert_tables, minibar_tables, operations_tables
from minibar_ml.render.directions import isolate
from minibar_ml.render.tables import Section, in_currency
from minibar_ml.render.words import Words


def sections(report: Report, words: Words) -> tuple[Section, ...]:
    """Everything but the list of actions, which each rendering lays out in its own way."""
    found = (section(report, words) for section in SECTIONS)
    return tuple(
        replace(one, tables=tuple(in_currency(table, report.currency) for table in one.tables)) for one in found
    )


def _period(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    note = _(
        "Alerts are counted on the day on which they were raised, their possible loss too. A day without anomaly "
        "detection is unknown, not zero."
    )
    parts = [note, *_running(report, words), *_unanswered(report, words)]
    return Section("period", _("Alerts of the period"), alert_tables.counts(report, words), " ".join(parts))


def _running(report: Report, words: Words) -> list[str]:
    """What the period before counts up to where the period itself still runs."""
    _ = words.catalog.gettext
    text = _("Today is not over: the previous period counts up to the same hour.")
    return [text] if report.is_running else []


def _unanswered(report: Report, words: Words) -> list[str]:
    several, found = words.catalog.ngettext, report.unanswered
    text = several("%(num)d refill request was never answered.", "%(num)d refill requests were never answered.", found)
    return [text % {"num": found}] if found else []


def _affected(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    note = _("Products, rooms and attendants with the most alerts in this period, without false positives.")
    return Section("affected", _("Most affected"), alert_tables.affected(report, words), note)


def _money(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("money", _("Possible loss"), (alert_tables.money(report, words),))


def _stock(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("stock", _("Running out soon"), (operations_tables.stock_outs(report, words),))


def _minibar(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("minibar", _("The minibar itself"), minibar_tables.tables(report, words))


def _pace(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("pace", _("Attendants' pace"), operations_tables.paces(report, words))


def _verdicts(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("verdicts", _("False alerts"), (alert_tables.verdicts(report, words),))


def _models(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("models", _("Model quality"), (operations_tables.models(report, words),))


def _mutes(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    return Section("mutes", _("Mutes"), (operations_tables.mutes(report, words),))


def _quality(report: Report, words: Words) -> Section:
    _ = words.catalog.gettext
    tables = (
        operations_tables.jobs(report, words),
        operations_tables.refused(report, words),
        operations_tables.idle(report, words),
    )
    return Section("quality", _("Data completeness"), tables, _completeness(report, words))


SECTIONS: tuple[Callable[[Report, Words], Section], ...] = (
    *(_period, _stock, _minibar, _affected, _money, _pace, _mutes, _verdicts, _models),
    _quality,
)
"""One function per section, in the order in which they are read."""


def _completeness(report: Report, words: Words) -> str:
    """Days without data, hotels without data, and for how many days detection ran."""
    _ = words.catalog.gettext
    parts = [_days_without_data(report, words)]
    if report.hotels_without_data:
        parts.append(
            _("Hotels without data: %(hotels)s.") % {"hotels": ", ".join(map(isolate, report.hotels_without_data))}
        )
    days = {"watched": report.days_watched, "all": len(report.period.days())}
    if days["watched"] < days["all"]:
        watched = _("Detection ran for %(watched)s of %(all)s days; the number of alerts on the other days is unknown.")
        parts.append(watched % days)
    return " ".join(parts)


def _days_without_data(report: Report, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    missing = report.days_without_data
    if not missing:
        return _("Every day of the period has data.")
    counted = several("No data for %(num)d day:", "No data for %(num)d days:", len(missing)) % {"num": len(missing)}
    return f"{counted} {', '.join(words.short_day(day) for day in missing)}."
