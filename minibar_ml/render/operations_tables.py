"""Tables of operations and of the system itself: stock to order, pace, models, jobs."""

from minibar_ml.domain.idle import IDLE_DAYS
from minibar_ml.domain.reporting.operations import STOCK_OUT_DAYS, JobRun
from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.i18n import mutings
from minibar_ml.i18n.source_problems import problem_name, source_name
from minibar_ml.render.hotels import by_hotel, has_many_hotels, hotel_name
from minibar_ml.render.tables import Column, Row, Table
from minibar_ml.render.words import Words


def stock_outs(report: Report, words: Words) -> Table:
    """Products that run out soon."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Product"), "name", 2.8), Column(_("Days left"), "decimal"), Column(_("In stock"), "count")),
        *(Column(_("At least"), "decimal"), Column(_("At most"), "decimal")),
        *(Column(_("Runs out"), "day", 1.3), Column(_("Order quantity"), "count"), Column(_("Order by"), "day", 1.3)),
        Column(_("Alert"), "text"),
    )
    title = _("Running out soon")
    if report.stock_outs is None:
        return Table("stock", title, columns, (), empty=_("No stock forecast yet."))
    rows: list[tuple[int, Row]] = [
        (
            one.hotel_id,
            (
                *(one.name or f"#{one.product_id}", one.days_left, one.level, one.p10, one.p90),
                *(one.empty_on, one.order_quantity),
                *(one.order_by, _("yes") if one.has_alert else _("no")),
            ),
        )
        for one in report.stock_outs.rows
    ]
    note = _(
        "Products that last at most %(days)s more days, with order quantity and last day to order. Products with an "
        "alert show the figures of the alert, the others those of last night's forecast. At least, at most: days that "
        "the stock lasts with a probability of 80%%."
    )
    nothing = _("No product runs out within %(days)s days.")
    within = {"days": STOCK_OUT_DAYS}
    empty = Table("stock", title, columns, (), note % within, nothing % within)
    return by_hotel(report, words, empty, rows, report.stock_outs)


def paces(report: Report, words: Words) -> tuple[Table, ...]:
    """Attendants' minutes a room: by week, the weeks before oldest first, and by four weeks."""
    _, several = words.catalog.gettext, words.catalog.ngettext
    ago = max((len(one.weeks) for one in report.pace.rows), default=4)
    weeks = [several("%(num)d week earlier", "%(num)d weeks earlier", n) % {"num": n} for n in range(ago, 0, -1)]
    name, change = Column(_("Attendant"), "name", 2.6), Column(_("Change"), "change")
    visits, empty = Column(_("Visits"), "count"), _("No refill times in this period.")
    by_week = (
        *(name, *(Column(week, "decimal") for week in weeks), Column(_("Last week"), "decimal")),
        *(Column(_("Normal"), "decimal"), change, visits),
    )
    by_month = (name, Column(_("Last 28 days"), "decimal"), Column(_("Previous 28 days"), "decimal"), change, visits)
    note = _(
        "Median minutes per room, weighted by visits. The last week is compared with the four weeks before it, the "
        "last 28 days with the 28 days before."
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
        by_hotel(report, words, Table("pace", _("Pace by week"), by_week, (), note, empty), weekly, report.pace),
        by_hotel(report, words, Table("pace_month", _("Pace by month"), by_month, (), "", empty), monthly, report.pace),
    )


def models(report: Report, words: Words) -> Table:
    """How good each model is and what it does, or why there is none."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Metric"), "text", 2.0), Column(_("Model"), "text", 1.3), Column(_("Role"), "text", 1.9)),
        *(Column(_("Accuracy"), "share"), Column(_("Precision"), "share"), Column(_("Recall"), "share")),
        *(Column(_("Trained"), "instant", 1.5), Column(_("Problem"), "name", 1.9)),
    )
    rows: list[tuple[int, Row]] = []
    found = report.models or Page()
    for one in found.rows:
        role = words.label(one.model if one.trained_at else "none", "role")
        row: Row = (
            *(words.label(one.metric, "metric"), words.label(one.model, "model"), role, one.accuracy, one.precision),
            *(one.recall, one.trained_at, words.reason(one.error) if one.error else ""),
        )
        rows.append((one.hotel_id, row))
    note = _(
        "Precision: the share of alerts that were right. Recall: the share of faults that were found. Only statistics "
        "and fixed rules raise alerts. The Isolation Forest ranks what they found: low figures in its rows do not mean "
        "missed alerts."
    )
    truths = dict.fromkeys(one.evaluated_on for one in found.rows if one.evaluated_on)
    if truths:
        measured = "; ".join(words.label(truth, "evaluated_on") for truth in truths)
        note += " " + _("Measured on: %(truths)s.") % {"truths": measured}
    table = Table("models", _("Model quality"), columns, (), note, _("No model has been trained yet."))
    return by_hotel(report, words, table, rows, found)


def jobs(report: Report, words: Words) -> Table:
    """When each job last completed its work."""
    _ = words.catalog.gettext
    return Table(
        "jobs",
        _("Scheduled jobs"),
        (
            *(Column(_("Job"), "text", 2.0), Column(_("Last run"), "instant", 1.6), Column(_("Outcome"), "text")),
            *(Column(_("Last completed"), "instant", 1.6), Column(_("On time"), "text")),
        ),
        [(words.label(run.job, "job"), run.ran_at, *_outcome(run, words)) for run in report.jobs],
    )


def idle(report: Report, words: Words) -> Table:
    """Alert types that nothing can be found of, and why."""
    _ = words.catalog.gettext
    hotel = (Column(_("Hotel"), "name", 1.5),) if has_many_hotels(report) else ()
    note = _("While this lasts, no alert does not mean that nothing is wrong.")
    rows: list[Row] = []
    for one in report.idle:
        where = _("all") if one.hotel_id is None else hotel_name(report, one.hotel_id, words)
        names = (words.label(one.type, "type"), *([where] if hotel else []))
        rows.append((*names, words.label(one.reason, "idle") % {"days": IDLE_DAYS}))
    return Table(
        "idle",
        _("Alerts without data"),
        (Column(_("Alert"), "text", 2.0), *hotel, Column(_("Reason"), "text", 3.0)),
        rows,
        note if rows else "",
        _("Every type of alert has data."),
    )


def _outcome(run: JobRun, words: Words) -> Row:
    _ = words.catalog.gettext
    outcome = run.outcome and words.label(run.outcome, "outcome")
    if run.done_at is None:
        return (outcome, None, _("never completed"))
    return (outcome, run.done_at, None if run.wanted_since is None else _("late") if run.is_late else _("on time"))


def mutes(report: Report, words: Words) -> Table:
    """What people muted in the period, and what was found under it."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Muted"), "name", 2.4), Column(_("From"), "instant", 1.5), Column(_("Until"), "instant", 1.5)),
        *(Column(_("Reason"), "name", 2.2), Column(_("By"), "name", 1.2), Column(_("Muted findings"), "count")),
        Column(_("Possible loss"), "money", 1.2),
    )
    rows: list[tuple[int, Row]] = []
    for one in report.mutes.rows:
        mute = one.mute
        until = min(mute.until, mute.ended_at or mute.until)
        figures = (mute.findings, mute.impact)
        row = (mutings.scope(mute, one.names, words.lang), mute.since, until, mute.reason, mute.added_by, *figures)
        rows.append((mute.hotel_id, row))
    note = _("What is found under a mute is counted here; it is neither a live alert nor sent.")
    table = Table("mutes", _("Mutes"), columns, (), note, _("Nothing was muted in this period."))
    return by_hotel(report, words, table, rows, report.mutes)


def refused(report: Report, words: Words) -> Table:
    """Records of the hotel application that were left out in the last week, since when, and an example of each."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Records"), "text", 1.6), Column(_("Problem"), "text", 2.2), Column(_("Count"), "count")),
        *(Column(_("Since"), "day", 1.3), Column(_("Last seen"), "day", 1.3), Column(_("Example"), "count")),
    )
    rows = [
        (
            *(source_name(one.source, words.lang), problem_name(one.problem, words.lang), one.affected),
            *(one.since_on, one.last_on, one.example_id),
        )
        for one in report.problems
    ]
    return Table("refused", _("Refused records"), columns, rows, empty=_("No record was refused in the last week."))
