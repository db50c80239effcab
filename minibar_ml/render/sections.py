"""The sections of a report as tables, in one language, in the order in which they are read."""

from collections.abc import Iterable, Sequence
from typing import Any

from minibar_ml.domain.report import STOCK_OUT_DAYS, Affected, Capped, Count, JobRun, Money, Report
from minibar_ml.render.headings import has_many_hotels, hotel_name
from minibar_ml.render.tables import Column, Row, Section, Table
from minibar_ml.render.words import Words, sentences


def sections(report: Report, words: Words) -> tuple[Section, ...]:
    """Everything but the list of actions, which each rendering lays out in its own way."""
    _ = words.catalog.gettext
    return (
        Section("period", _("The period"), counts(report, words), _period_note(words)),
        Section("affected", _("Most affected"), affected(report, words), _affected_note(words)),
        Section("money", _("Money at stake and handled"), (money(report, words),)),
        Section("stock", _("Running out soon"), (stock_outs(report, words),)),
        Section("pace", _("Attendants' pace"), paces(report, words)),
        Section("verdicts", _("False alarms"), (verdicts(report, words),)),
        Section("models", _("How good the models are"), (models(report, words),)),
        Section("quality", _("How complete the data is"), (jobs(report, words),), _completeness(report, words)),
    )


def actions(report: Report, words: Words) -> Table:
    """What needs action, an alert a row, with its sentences in the report's language."""
    _ = words.catalog.gettext
    columns = (
        Column(_("Severity"), "severity", 1.2),
        Column(_("Name"), "name", 1.8),
        Column(_("Type"), "text", 2.2),
        Column(_("What happened"), "name", 5.0),
        Column(_("What to do"), "name", 5.0),
        Column(_("At stake"), "money", 1.2),
        Column(_("Day"), "day", 1.2),
        Column(_("Raised"), "instant", 1.6),
        Column(_("Status"), "text", 1.1),
        Column(_("Seen"), "count", 0.8),
        Column(_("No."), "count", 0.8),
    )
    rows = []
    for action in report.actions.rows:
        alert = action.alert
        row: Row = (
            *(alert.severity, alert.entity_name, words.label(alert.type, "type"), *sentences(action, words.lang)),
            *(alert.impact, alert.occurred_on, alert.raised_at, words.label(alert.status, "status")),
            *(alert.occurrences, alert.id),
        )
        rows.append((alert.hotel_id, row))
    unknown = report.live_total is None
    empty = _("Not known: nothing was watched.") if unknown else _("No alert is open.")
    return _by_hotel(
        report, words, Table("actions", _("Needs action now"), columns, (), "", empty), rows, report.actions
    )


def counts(report: Report, words: Words) -> tuple[Table, ...]:
    """Alerts by day, type, severity and status."""
    _ = words.catalog.gettext
    total = report.total
    nothing = _("Not known: nothing was watched.") if total.alerts is None else _("No alerts in these two periods.")
    return (
        Table(
            "trend",
            _("Alerts by day"),
            (
                *(Column(_("Day"), "day"), Column(words.current(report.kind), "count")),
                *(Column(_("The day before that"), "day"), Column(_("Before"), "count")),
            ),
            [(day.on, day.alerts, day.previous_on, day.previous) for day in report.trend],
            total=(_("Total"), total.alerts, "", total.previous),
        ),
        _counts(report, words, "types", _("Alerts by type"), "type", report.by_type, nothing),
        _counts(report, words, "severities", _("Alerts by severity"), "severity", report.by_severity, nothing),
        _counts(report, words, "statuses", _("Alerts by status"), "status", report.by_status, nothing),
    )


def _counts(report: Report, words: Words, key: str, title: str, kind: str, found: Sequence[Count], empty: str) -> Table:
    _ = words.catalog.gettext
    heading = {"type": _("Type"), "severity": _("Severity"), "status": _("Status")}[kind]
    return Table(
        key,
        title,
        (
            Column(heading, "severity" if kind == "severity" else "text", 2.4),
            *(Column(words.current(report.kind), "count"), Column(_("Before"), "count"), Column(_("Change"), "change")),
        ),
        [
            (
                *(count.key if kind == "severity" else words.label(count.key, kind), count.alerts, count.previous),
                count.change_percent,
            )
            for count in found
        ],
        empty=empty,
    )


def affected(report: Report, words: Words) -> tuple[Table, ...]:
    """The products, rooms and attendants with most alerts."""
    _ = words.catalog.gettext
    unknown = report.total.alerts is None
    empty = _("Not known: nothing was watched.") if unknown else _("None in this period.")
    found = (("products", _("Products"), report.products), ("rooms", _("Rooms"), report.rooms))
    everything = (*found, ("attendants", _("Attendants"), report.attendants))
    return tuple(_affected(report, words, key, title, some, empty) for key, title, some in everything)


def _affected(report: Report, words: Words, key: str, title: str, found: Capped[Affected], empty: str) -> Table:
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Name"), "name", 3.0), Column(_("Worst"), "severity", 1.3), Column(_("Alerts"), "count")),
        *(Column(_("Of these open"), "count"), Column(_("At stake"), "money", 1.3)),
    )
    rows: list[tuple[int, Row]] = [
        (one.hotel_id, (one.name or f"#{one.entity_id}", one.worst, one.alerts, one.live, one.impact))
        for one in found.rows
    ]
    return _by_hotel(report, words, Table(key, title, columns, (), "", empty), rows, found)


def money(report: Report, words: Words) -> Table:
    """Money at stake by type."""
    _ = words.catalog.gettext
    all_types = report.money_total
    note = _(
        "Units times price of the period's alerts, false alarms left out, in the hotel's currency. Handled: of alerts "
        "that a person resolved; what was really got back is at most that. Still open: of alerts that wait for someone."
    )
    if all_types.unpriced:
        note += " " + words.catalog.ngettext(
            "%(num)d alert has no known price and is not in the sum.",
            "%(num)d alerts have no known price and are not in the sum.",
            all_types.unpriced,
        ) % {"num": all_types.unpriced}
    unknown = report.total.alerts is None and report.total.previous is None
    return Table(
        "money",
        _("Money at stake and handled"),
        (
            *(
                Column(_("Type"), "text", 2.6),
                Column(words.current(report.kind), "money", 1.2),
                Column(_("Before"), "money", 1.2),
            ),
            *(Column(_("Change"), "change"), Column(_("Still open"), "money", 1.2)),
            *(Column(_("Handled"), "money", 1.2), Column(_("Over by itself"), "money", 1.2)),
        ),
        [(words.label(one.key, "type"), *_sums(one)) for one in report.money],
        note,
        _("Not known: nothing was watched.")
        if unknown
        else _("No alert of this period and the one before has a known price."),
        (_("Total"), *_sums(all_types)) if report.money else None,
    )


def _sums(one: Money) -> Row:
    return (one.impact, one.previous, one.change_percent, one.live, one.handled, one.ended)


def stock_outs(report: Report, words: Words) -> Table:
    """Products that run out soon."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Product"), "name", 2.8), Column(_("Days left"), "decimal"), Column(_("In stock"), "count")),
        *(Column(_("Empty on"), "day", 1.3), Column(_("Order quantity"), "count"), Column(_("Order by"), "day", 1.3)),
        Column(_("Alert"), "text"),
    )
    title = _("Running out soon")
    if report.stock_outs is None:
        return Table("stock", title, columns, (), empty=_("There is no forecast of stock yet."))
    rows: list[tuple[int, Row]] = [
        (
            one.hotel_id,
            (
                *(one.name or f"#{one.product_id}", one.days_left, one.level, one.empty_on, one.order_quantity),
                *(one.order_by, _("yes") if one.has_alert else _("no")),
            ),
        )
        for one in report.stock_outs.rows
    ]
    note = _("By the newest nightly forecast: what lasts %(days)s days at most, and how much to order by when.")
    nothing = _("No product runs out within %(days)s days.")
    within = {"days": STOCK_OUT_DAYS}
    empty = Table("stock", title, columns, (), note % within, nothing % within)
    return _by_hotel(report, words, empty, rows, report.stock_outs)


def paces(report: Report, words: Words) -> tuple[Table, ...]:
    """Attendants' minutes a room: by week, the weeks before oldest first, and by four weeks."""
    _, several = words.catalog.gettext, words.catalog.ngettext
    ago = max((len(one.weeks) for one in report.pace.rows), default=4)
    weeks = [several("%(num)d week earlier", "%(num)d weeks earlier", n) % {"num": n} for n in range(ago, 0, -1)]
    name, change = Column(_("Attendant"), "name", 2.6), Column(_("Change"), "change")
    visits, empty = Column(_("Visits"), "count"), _("No refilling was timed in this period.")
    by_week = (
        *(name, *(Column(week, "decimal") for week in weeks), Column(_("Last week"), "decimal")),
        *(Column(_("Usual"), "decimal"), change, visits),
    )
    by_month = (name, Column(_("Last 28 days"), "decimal"), Column(_("28 days before"), "decimal"), change, visits)
    note = _(
        "Median minutes per room, weighted by visits: the last week beside the four before it, and the last 28 days "
        "beside the 28 before."
    )
    rows = report.pace.rows
    names = [one.name or f"#{one.attendant_id}" for one in rows]
    weekly: list[tuple[int, Row]] = [
        (one.hotel_id, (who, *one.weeks, one.minutes, one.usual, one.change_percent, one.visits))
        for who, one in zip(names, rows, strict=True)
    ]
    monthly: list[tuple[int, Row]] = [
        (one.hotel_id, (who, one.month, one.month_before, one.month_change_percent, one.month_visits))
        for who, one in zip(names, rows, strict=True)
    ]
    return (
        _by_hotel(report, words, Table("pace", _("Pace by week"), by_week, (), note, empty), weekly, report.pace),
        _by_hotel(
            report, words, Table("pace_month", _("Pace by month"), by_month, (), "", empty), monthly, report.pace
        ),
    )


def verdicts(report: Report, words: Words) -> Table:
    """How many of the judged alerts were false."""
    _ = words.catalog.gettext
    note = _("Of the alerts since %(day)s that a person judged. Where nobody judged, the rate is not known.")
    nothing = _("No alert was raised in these days.")
    return Table(
        "verdicts",
        _("False alarms"),
        (
            *(Column(_("Type"), "text", 2.4), Column(_("Judged"), "count"), Column(_("False"), "count")),
            Column(_("Rate"), "share"),
        ),
        [(words.label(one.type, "type"), one.judged, one.false_positives, one.rate) for one in report.false_positives],
        note % {"day": words.day(report.verdicts_since)},
        nothing if report.has_detected else _("Not known: nothing was watched."),
    )


def models(report: Report, words: Words) -> Table:
    """What each model is worth, or why there is none."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Metric"), "text", 2.0), Column(_("Model"), "text", 1.5), Column(_("Accuracy"), "share")),
        *(Column(_("Precision"), "share"), Column(_("Recall"), "share"), Column(_("Measured on"), "text", 1.9)),
        *(Column(_("Trained"), "instant", 1.5), Column(_("What failed"), "name", 1.7)),
    )
    rows: list[tuple[int, Row]] = []
    for one in report.models.rows:
        truth = one.evaluated_on and words.label(one.evaluated_on, "evaluated_on")
        row: Row = (
            *(words.label(one.metric, "metric"), words.label(one.model, "model"), one.accuracy, one.precision),
            *(one.recall, truth, one.trained_at, one.error),
        )
        rows.append((one.hotel_id, row))
    note = _("Precision: how many of a model's alerts are right. Recall: how many of the faults it finds.")
    table = Table("models", _("How good the models are"), columns, (), note, _("No model has been trained yet."))
    return _by_hotel(report, words, table, rows, report.models)


def jobs(report: Report, words: Words) -> Table:
    """When each job last did its work."""
    _ = words.catalog.gettext
    return Table(
        "jobs",
        _("Jobs"),
        (
            *(Column(_("Job"), "text", 2.0), Column(_("Last run"), "instant"), Column(_("Outcome"), "text")),
            *(Column(_("Last done"), "instant"), Column(_("On time"), "text")),
        ),
        [(words.label(run.job, "job"), run.ran_at, *_outcome(run, words)) for run in report.jobs],
    )


def _outcome(run: JobRun, words: Words) -> Row:
    _ = words.catalog.gettext
    outcome = run.outcome and words.label(run.outcome, "outcome")
    if run.done_at is None:
        return (outcome, None, _("never done"))
    return (outcome, run.done_at, None if run.wanted_since is None else _("late") if run.is_late else _("on time"))


def _by_hotel(report: Report, words: Words, table: Table, rows: Iterable[tuple[int, Row]], found: Capped[Any]) -> Table:
    """The table with rows, and the hotel's name behind the first column where there are several."""
    _ = words.catalog.gettext
    first, *others = table.columns
    columns, plain = table.columns, [row for _hotel, row in rows] if not has_many_hotels(report) else []
    if has_many_hotels(report):
        columns = (first, Column(_("Hotel"), "name", 1.5), *others)
        plain = [(row[0], hotel_name(report, hotel_id, words), *row[1:]) for hotel_id, row in rows]
    return Table(table.key, table.title, columns, plain, table.note, table.empty, of=found.total)


def _period_note(words: Words) -> str:
    _ = words.catalog.gettext
    return _(
        "An alert counts on the business day of its fault. A day that nobody watched is not known, which is not the "
        "same as quiet."
    )


def _affected_note(words: Words) -> str:
    _ = words.catalog.gettext
    return _("Who and what had most alerts in this period, false alarms left out.")


def _completeness(report: Report, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    missing = report.days_without_data
    if not missing:
        return _("Every day of the period has data.")
    told = several(
        "One day has no data; what happened then is not known:",
        "%(num)d days have no data; what happened then is not known:",
        len(missing),
    ) % {"num": len(missing)}
    return f"{told} {', '.join(words.short_day(day) for day in missing)}."
