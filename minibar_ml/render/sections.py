"""The sections of a report as tables, in one language, in the order in which they are read."""

from minibar_ml.domain.reporting.report import Report
from minibar_ml.render import alert_tables, operations_tables
from minibar_ml.render.directions import isolate
from minibar_ml.render.tables import Section
from minibar_ml.render.words import Words


def sections(report: Report, words: Words) -> tuple[Section, ...]:
    """Everything but the list of actions, which each rendering lays out in its own way."""
    _ = words.catalog.gettext
    return (
        Section("period", _("Alerts of the period"), alert_tables.counts(report, words), _period_note(words)),
        Section("affected", _("Most affected"), alert_tables.affected(report, words), _affected_note(words)),
        Section("money", _("Possible loss"), (alert_tables.money(report, words),)),
        Section("stock", _("Running out soon"), (operations_tables.stock_outs(report, words),)),
        Section("pace", _("Attendants' pace"), operations_tables.paces(report, words)),
        Section("verdicts", _("False alarms"), (alert_tables.verdicts(report, words),)),
        Section("models", _("Model quality"), (operations_tables.models(report, words),)),
        Section(
            "quality",
            _("Data completeness"),
            (operations_tables.jobs(report, words),),
            _completeness(report, words),
        ),
    )


def _period_note(words: Words) -> str:
    _ = words.catalog.gettext
    return _(
        "Alerts are counted on the business day that they are about. A day without anomaly detection is unknown, not "
        "zero."
    )


def _affected_note(words: Words) -> str:
    _ = words.catalog.gettext
    return _("Products, rooms and attendants with the most alerts in this period, without false alarms.")


def _completeness(report: Report, words: Words) -> str:
    """Days without data, hotels without data, and on how many days alerts were looked for."""
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
