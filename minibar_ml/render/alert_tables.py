"""Tables of alerts: what needs action, how many of which kind, whom they concern, what they cost."""

from collections.abc import Sequence
from decimal import Decimal

from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Affected, Count, Money, Page
from minibar_ml.render import place_tables, tasks
from minibar_ml.render.first_screen import today_title
from minibar_ml.render.hotels import by_hotel, has_many_hotels
from minibar_ml.render.listed import link
from minibar_ml.render.tables import Column, Row, Table, in_currency
from minibar_ml.render.words import Words


def today(report: Report, words: Words) -> Table:
    """What is to be done today, a row each, with its sentences in the report's language."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("By when"), "text", 1.4), Column(_("Last day"), "day", 1.2), Column(_("Severity"), "severity", 1.2)),
        *(Column(_("Name"), "name", 1.8), Column(_("What happened"), "name", 5.0)),
        *(Column(_("What to do"), "name", 5.0), Column(_("Possible loss"), "money", 1.2)),
        *(Column(_("Day"), "day", 1.2), Column(_("Status"), "text", 1.1), Column(_("No."), "count", 0.8)),
    )
    rows: list[tuple[int, Row]] = []
    for row in tasks.rows(report, words):
        task, alert = row.task, row.alert.alert if row.alert else None
        what = alert.entity_name if alert else task.order.name if task.order else None
        figures: Row = (
            *(row.until or None, task.due_on, task.severity, what, row.what, row.todo, row.loss(words)),
            *((alert.occurred_on, words.label(alert.status, "status"), alert.id) if alert else (None, None, None)),
        )
        rows.append((task.hotel_id, figures))
    unknown = report.live_total is None
    empty = _("Unknown: anomaly detection has not run.") if unknown else _("Nothing waits for a decision.")
    whole = max(len(rows), report.actions.total) if report.actions.is_cut else len(rows)
    table = in_currency(Table("today", today_title(report, words), columns, (), "", empty), report.currency)
    return by_hotel(report, words, table, rows, Page((), whole))


def counts(report: Report, words: Words) -> tuple[Table, ...]:
    """Where they were, how many a week, by day, type and severity; and what happened to them."""
    _ = words.catalog.gettext
    total = report.total
    nothing = (
        _("Unknown: anomaly detection has not run.")
        if total.alerts is None
        else _("No alerts in this or the previous period.")
    )
    where = place_tables.hotels if has_many_hotels(report) else place_tables.places
    return (
        where(report, words),
        place_tables.weeks(report, words),
        Table(
            "trend",
            _("New alerts by day"),
            (
                *(Column(_("Day"), "day"), Column(words.current(report), "count")),
                *(Column(_("Compared with"), "day"), Column(words.before(report), "count")),
            ),
            [(day.on, day.alerts, day.previous_on, day.previous) for day in report.trend],
            links=tuple(link(since=day.on, until=day.on) for day in report.trend),
            total=(_("Total"), total.alerts, "", total.previous),
        ),
        _counts(report, words, "types", _("New alerts by type"), "type", report.by_type, nothing),
        _counts(report, words, "severities", _("New alerts by severity"), "severity", report.by_severity, nothing),
        _happened(report, words),
    )


def _counts(report: Report, words: Words, key: str, title: str, kind: str, found: Sequence[Count], empty: str) -> Table:
    _ = words.catalog.gettext
    heading = {"type": _("Type"), "severity": _("Severity")}[kind]
    return Table(
        key,
        title,
        (
            Column(heading, "severity" if kind == "severity" else "text", 2.4),
            *(
                Column(words.current(report), "count"),
                Column(words.before(report), "count"),
                Column(_("Change"), "change"),
            ),
        ),
        [
            (
                *(count.key if kind == "severity" else words.label(count.key, kind), count.alerts, count.previous),
                count.change_percent,
            )
            for count in found
        ],
        empty=empty,
        keys=tuple(count.key for count in found),
        links=tuple(_of_period(report, **{kind: count.key}) for count in found),
    )


def _happened(report: Report, words: Words) -> Table:
    """What happened to alerts in the period, whenever they were raised."""
    _ = words.catalog.gettext
    note = _("Counted on the day on which it happened, whenever the alert was raised; money: possible loss.")
    columns = (
        *(Column(_("What happened"), "text", 2.4), Column(words.current(report), "count")),
        *(
            Column(words.before(report), "count"),
            Column(_("Change"), "change"),
            Column(_("Possible loss"), "money", 1.2),
        ),
    )
    rows: list[Row] = [
        (words.label(one.key, "happened"), one.alerts, one.previous, one.change_percent, one.impact)
        for one in report.happened
    ]
    return Table(
        "happened", _("What happened to alerts"), columns, rows, note, keys=tuple(o.key for o in report.happened)
    )


def affected(report: Report, words: Words) -> tuple[Table, ...]:
    """The products, rooms and attendants with most alerts."""
    _ = words.catalog.gettext
    unknown = report.total.alerts is None
    empty = _("Unknown: anomaly detection has not run.") if unknown else _("None in this period.")
    found = (
        ("products", _("Most affected products"), report.products),
        ("rooms", _("Most affected rooms"), report.rooms),
    )
    everything = (*found, ("attendants", _("Most affected attendants"), report.attendants))
    return tuple(_affected(report, words, key, title, some, empty) for key, title, some in everything)


def _affected(report: Report, words: Words, key: str, title: str, found: Page[Affected], empty: str) -> Table:
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Name"), "name", 3.0), Column(_("Highest severity"), "severity", 1.3), Column(_("Alerts"), "count")),
        *(Column(_("Still open"), "count"), Column(_("Possible loss"), "money", 1.3)),
    )
    rows: list[tuple[int, Row]] = [
        (one.hotel_id, (one.name or f"#{one.entity_id}", one.worst, one.alerts, one.live, _loss(one, words)))
        for one in found.rows
    ]
    links = tuple(_of_period(report, kind=one.entity_type, entity=one.entity_id) for one in found.rows)
    return by_hotel(report, words, Table(key, title, columns, (), "", empty, links=links), rows, found)


def _loss(one: Affected, words: Words) -> Decimal | str | None:
    return tasks.without_price(words) if one.impact is None and one.unpriced else one.impact


def _of_period(report: Report, **wanted: object) -> str:
    return link(**wanted, since=report.period.since, until=report.period.last_day)


def money(report: Report, words: Words) -> Table:
    """Possible loss by type, and what became of it."""
    _ = words.catalog.gettext
    all_types = report.money_total
    note = _(
        "Units times price over the alerts raised in this period, without false positives, in the hotel's currency. "
        "Closed by your team: alerts that a person resolved; at most this much was recovered. Still open: alerts that "
        "wait for someone. Ended without action: alerts that closed by themselves."
    )
    if all_types.unpriced:
        note += " " + words.catalog.ngettext(
            "%(num)d alert without a known price is not included.",
            "%(num)d alerts without a known price are not included.",
            all_types.unpriced,
        ) % {"num": all_types.unpriced}
    unknown = report.total.alerts is None and report.total.previous is None
    return Table(
        "money",
        _("Possible loss"),
        (
            *(
                Column(_("Type"), "text", 2.6),
                Column(words.current(report), "money", 1.2),
                Column(words.before(report), "money", 1.2),
            ),
            *(Column(_("Change"), "change"), Column(_("Still open"), "money", 1.2)),
            *(Column(_("Closed by your team"), "money", 1.2), Column(_("Ended without action"), "money", 1.2)),
        ),
        [(words.label(one.key, "type"), *_sums(one)) for one in report.money],
        note,
        _("Unknown: anomaly detection has not run.")
        if unknown
        else _("No alert of this or the previous period has a known price."),
        (_("Total"), *_sums(all_types)) if report.money else None,
    )


def _sums(one: Money) -> Row:
    return (one.impact, one.previous, one.change_percent, one.live, one.handled, one.ended)


def verdicts(report: Report, words: Words) -> Table:
    """How many of the reviewed alerts were false."""
    _ = words.catalog.gettext
    note = _(
        "Alerts since %(day)s that a person resolved or marked as false. Without reviews the rate is unknown; a rate "
        "from a few alerts proves little."
    )
    is_reviewed = any(one.judged for one in report.false_positives)
    nothing = (
        _("No alert has been reviewed yet.") if report.false_positives else _("No alerts were raised in this time.")
    )
    return Table(
        "verdicts",
        _("False alerts"),
        (
            *(Column(_("Type"), "text", 2.4), Column(_("Reviewed"), "count"), Column(_("False"), "count")),
            Column(_("Rate"), "share"),
        ),
        [
            (words.label(one.type, "type"), one.judged, one.false_positives, one.rate)
            for one in report.false_positives
            if is_reviewed
        ],
        note % {"day": words.day(report.verdicts_since)},
        nothing if report.has_detected else _("Unknown: anomaly detection has not run."),
    )
