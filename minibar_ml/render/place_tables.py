"""Tables of where alerts were: floors by day or week, or in a chain hotel by hotel; and how many a week."""

from minibar_ml.domain.reporting.alert_counts import Week
from minibar_ml.domain.reporting.places import Place, Spot, spans
from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import formats
from minibar_ml.render.first_screen import data_faults
from minibar_ml.render.hotels import hotel_name
from minibar_ml.render.tables import Column, Row, Table
from minibar_ml.render.words import Words


def place_name(place: Place, words: Words) -> str:
    """A floor as the hotel calls it, or what else a row stands for."""
    _ = words.catalog.gettext
    if place.kind == "room":
        return place.floor or _("Rooms without a floor")
    return {
        "other": _("Other floors"),
        "product": _("Products and stock"),
        "attendant": _("Attendants"),
        "hotel": _("Hotel and system"),
    }[place.kind]


def spot_title(spot: Spot, words: Words) -> str:
    """The heading of a column: `Mon 16`, or the days of a week."""
    if spot.since == spot.last_day:
        return f"{words.weekday(spot.since)} {spot.since.day}"
    return formats.short_days(spot.since, spot.last_day, words.lang)


def known_alerts(spot: Spot, report: Report) -> int | None:
    """How many alerts there were; None where nobody looked on any of the days."""
    looked = any(day.alerts is not None for day in report.trend if spot.since <= day.on <= spot.last_day)
    return spot.alerts if spot.alerts or looked else None


def places(report: Report, words: Words) -> Table:
    """Floors and all else, by day or week."""
    _ = words.catalog.gettext
    spots = [Spot(span.since, span.last_day, 0, None) for span in spans(report.period)]
    rows: list[Row] = [
        (place_name(place, words), *(known_alerts(spot, report) for spot in place.spots), place.alerts)
        for place in report.places
    ]
    columns = (Column(_("Place"), "name", 2.0), *(Column(spot_title(spot, words), "count") for spot in spots))
    empty = _("Unknown: anomaly detection has not run.") if report.total.alerts is None else _("None in this period.")
    return Table("places", _("Where and when"), (*columns, Column(_("Total"), "count")), rows, "", empty)


def hotels(report: Report, words: Words) -> Table:
    """Hotel by hotel: what waits, what is new, what was false, and whether the data are there."""
    _ = words.catalog.gettext
    columns = (
        *(Column(_("Hotel"), "name", 2.4), Column(_("Waiting"), "count"), Column(_("Possible loss"), "money", 1.2)),
        *(Column(_("Oldest"), "day", 1.5), Column(_("New"), "count"), Column(_("False alerts"), "share")),
        Column(_("Data"), "text", 1.4),
    )
    rows: list[Row] = [
        (
            *(hotel_name(report, line.hotel_id, words), line.waiting, line.impact),
            *(words.today(line.oldest_at) if line.oldest_at else None, line.new, line.false_rate),
            ", ".join(data_faults(line.coverage, words)) or _("complete"),
        )
        for line in report.lines
    ]
    return Table("hotels", _("Hotel by hotel"), columns, rows)


def weeks(report: Report, words: Words) -> Table:
    """New alerts of the last weeks by severity."""
    _ = words.catalog.gettext
    severities = ("critical", "high", "medium", "low")
    columns = (
        Column(_("Week"), "text", 1.6),
        Column(_("New"), "count"),
        *(Column(words.label(one, "severity"), "count") for one in severities),
    )
    rows: list[Row] = [
        (week_title(week, words), week.alerts, *(week.by_severity or (None,) * len(severities)))
        for week in report.weeks
    ]
    return Table("weeks", _("New alerts by week"), columns, rows)


def week_title(week: Week, words: Words) -> str:
    """The days of a week, and what makes it less than whole: `16–22 Nov (watched 3 of 7 days)`."""
    _, days = words.catalog.gettext, formats.short_days(week.since, week.last_day, words.lang)
    if not week.is_partial:
        return days
    text = _("not over") if week.is_running else _("watched %(watched)s of %(all)s days")
    return f"{days} ({text % {'watched': week.days_watched, 'all': 7}})"


def of_columns(report: Report, words: Words) -> str:
    """How the columns by week are to be read: what their days are, and which of them are no whole weeks."""
    _ = words.catalog.gettext
    parts = [_("Each column bears the first day of its week.")]
    if any(week.alerts is None for week in report.weeks):
        parts.append(_("–: detection did not run."))
    if any(week.is_partial for week in report.weeks):
        parts.append(_("Pale, in brackets: a week that is not over, or was watched on fewer than 6 of its 7 days."))
    return " ".join(parts)
