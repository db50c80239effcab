"""The list of all alerts: a sheet's table with all that is known, and what a link to a part of the list says."""

from decimal import Decimal
from urllib.parse import urlencode

from minibar_ml.domain.alerting.kinds import IN_MONEY
from minibar_ml.domain.reporting.listed import ListedAlert
from minibar_ml.domain.reporting.report import Report
from minibar_ml.render.hotels import hotel_name
from minibar_ml.render.tables import Column, Row, Table, in_currency
from minibar_ml.render.tasks import without_price
from minibar_ml.render.words import Words

ON_PAGE = 10_000
"""Rows that the page lists; the workbook has all of them."""


def table(report: Report, words: Words) -> Table:
    """A row each, every column of it filled where it is known, so that it can be pivoted."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("No."), "count", 0.8), Column(_("Hotel"), "name", 1.8), Column(_("Floor"), "name", 1.2)),
        *(Column(_("Kind"), "text", 1.1), Column(_("Name"), "name", 2.0), Column(_("Type"), "text", 2.2)),
        *(Column(_("Severity"), "severity", 1.2), Column(_("Status"), "text", 1.2)),
        *(Column(_("First day"), "day", 1.2), Column(_("Last day"), "day", 1.2), Column(_("Raised"), "instant", 1.6)),
        *(Column(_("Possible loss"), "money", 1.2), Column(_("Closed as"), "text", 1.6)),
        *(Column(_("Closed"), "instant", 1.6), Column(_("By"), "name", 1.2), Column(_("Incident"), "count", 0.8)),
    )
    rows = [_row(one, report, words) for one in report.alerts.rows]
    unknown = report.live_total is None
    empty = _("Unknown: anomaly detection has not run.") if unknown else _("No alerts in this period.")
    note = _(
        "Raised or closed in the period, or waiting at its end. Possible loss is what the alert adds to a sum: of an "
        "incident one alert counts, whose number the others name, and false ones count 0."
    )
    whole = Table("alerts", _("Alerts"), columns, rows, note, empty, of=report.alerts.total)
    return in_currency(whole, report.currency)


def _row(one: ListedAlert, report: Report, words: Words) -> Row:
    return (
        *(one.id, hotel_name(report, one.hotel_id, words), one.floor, words.label(one.entity_type, "entity")),
        *(one.entity_name, words.label(one.type, "type"), one.severity, words.label(one.status, "status")),
        *(one.occurred_on, one.last_occurred_on, one.raised_at, loss(one, words)),
        *(words.label(one.verdict, "happened") if one.verdict else None, one.closed_at, one.closed_by, one.incident_id),
    )


def loss(one: ListedAlert, words: Words) -> Decimal | str | None:
    """What it adds to a sum; in words where another alert of its incident counts, or no price is known."""
    _ = words.catalog.gettext
    if one.counted_in is not None:
        return _("counted in no. %(id)s") % {"id": one.counted_in}
    return without_price(words) if one.impact is None and one.type in IN_MONEY else one.impact


def link(**wanted: object) -> str:
    """What a link says that shows a part of the list: `type=refill_delay&since=2026-11-20`."""
    return urlencode({name: value for name, value in wanted.items() if value is not None})
