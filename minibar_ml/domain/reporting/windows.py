"""The dashboard's windows: alerts of the last so many hours compared with as many before, from counts of the store."""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from minibar_ml.domain.alerting.alerts import SEVERITIES
from minibar_ml.domain.reporting.report import Report, Window
from minibar_ml.domain.reporting.rows import COMPARABLE, Count
from minibar_ml.domain.reporting.tallies import Tally, money_of

WINDOW_HOURS = (24, 7 * 24, 30 * 24)


@dataclass(frozen=True, slots=True)
class WindowTally:
    """Alerts that were raised in a window (`is_now`) or in the one before it, of one severity and status."""

    hours: int
    is_now: bool
    severity: str
    status: str
    by_person: bool
    alerts: int
    priced: int
    unpriced: int
    impact: Decimal | None


def windows(rows: Collection[WindowTally], report: Report, zone: tzinfo) -> tuple[Window, ...]:
    """All windows up to the report's instant; one of which no day was watched is not known."""
    known = _watched(report)
    return tuple(
        _window(hours, [row for row in rows if row.hours == hours], known, report.generated_at, zone)
        for hours in WINDOW_HOURS
    )


def _watched(report: Report) -> Set[date]:
    days = {day.on for day in report.trend if day.alerts is not None}
    return days | {day.previous_on for day in report.trend if day.previous_on and day.previous is not None}


def _window(hours: int, rows: Sequence[WindowTally], known: Set[date], until: datetime, zone: tzinfo) -> Window:
    span = timedelta(hours=hours)
    now, before = [row for row in rows if row.is_now], [row for row in rows if not row.is_now]
    watched = _watched_share(until - span, until, known, zone)
    watched_before = _watched_share(until - 2 * span, until - span, known, zone)
    is_comparable = min(watched, watched_before) >= COMPARABLE

    def count(key: str, severity: str | None) -> Count:
        alerts, previous = (
            sum(row.alerts for row in part if severity in (None, row.severity)) for part in (now, before)
        )
        is_known, was_known = bool(now) or watched > 0, bool(before) or watched_before > 0
        return Count(key, alerts if is_known else None, previous if was_known else None, is_comparable)

    return Window(
        hours=hours,
        total=count("all", None),
        by_severity=tuple(count(severity, severity) for severity in reversed(SEVERITIES)),
        money=money_of("all", _true(now, until.date()), _true(before, until.date()), is_comparable=is_comparable),
    )


def _watched_share(since: datetime, until: datetime, known: Set[date], zone: tzinfo) -> float:
    """Of the days that the hours touch, how many were watched."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    return sum(first <= day <= last for day in known) / ((last - first).days + 1)


def _true(rows: Iterable[WindowTally], day: date) -> list[Tally]:
    return [
        Tally(day, "all", row.severity, row.status, row.alerts, row.priced, row.impact, row.by_person, row.unpriced)
        for row in rows
        if row.status != "false_positive"
    ]
