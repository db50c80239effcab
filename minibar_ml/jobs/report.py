"""`report`: read a period once, compute one Report, render it, put the files in their places whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.messages import NOWHERE, Origin
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.reporting import alert_counts
from minibar_ml.domain.reporting.hotel_lines import HotelLine
from minibar_ml.domain.reporting.periods import DASHBOARD_DAYS, Period, days_ending
from minibar_ml.domain.reporting.report import Dashboard, Report, ReportKind
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.domain.reporting.tallies import Tallies
from minibar_ml.domain.reporting.windows import WINDOW_HOURS, windows
from minibar_ml.files import write_whole
from minibar_ml.i18n import Lang
from minibar_ml.jobs.reports import report_archive, report_mail, report_parts
from minibar_ml.jobs.reports.report_parts import Days, Reading
from minibar_ml.log import logger
from minibar_ml.render import formats as renderers
from minibar_ml.render.page import html
from minibar_ml.store import audit
from minibar_ml.store.jobs.runs import Job, job_run
from minibar_ml.store.reporting import called, reports
from minibar_ml.store.reporting.called import Called
from minibar_ml.store.reporting.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERDICT_DAYS = 28
"""Days whose verdicts make the false-positive rate: in one week there are too few."""

WRITABLE = "make that folder writable, or choose another with --out or ML_REPORT_DIR"


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report looks at: as of an instant, in the hotel's time zone, one hotel or all of them (None).

    `wanted`: since when each job should have done its work, by its schedule. Reports that ended more than `keep_days`
    ago are deleted from the folder (0: none).
    """

    as_of: datetime
    timezone: str
    hotel_id: int | None = None
    wanted: Mapping[str, datetime] = field(default_factory=dict)
    currency: str = ""
    origin: Origin = NOWHERE
    keep_days: int = 0
    is_live: bool = False
    """Whether as-of is now."""


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What a run wrote, and its counts."""

    report: Report
    paths: tuple[Path, ...]
    counts: dict[str, int | None] = field(default_factory=dict)


def run(
    connection: "Connection",
    scope: ReportScope,
    period: Period,
    folder: Path,
    lang: Lang,
    *,
    formats: Sequence[str] = ("html",),
    by_mail: bool = False,
    reader: "Connection | None" = None,
) -> ReportResult:
    """Write the report of `period`, monthly if that is a month, into `folder`, once in each of the formats.

    `reader`: of a replica that the figures are read from; the run is recorded by `connection`. `by_mail`: also into the
    outbox, for everybody who wants it, each in their own language. Raises NotFound for an unknown hotel and
    ConfigurationError where the folder can't be written.
    """
    job: Job = "monthly" if period.is_month else "report"
    with job_run(connection, job, scope.as_of, is_live=scope.is_live) as current:
        report = compute(reader or connection, scope, period)
        files = rendered(report, lang, formats)
        if by_mail:

            def of_hotel(one: int) -> Report:
                return compute(reader or connection, replace(scope, hotel_id=one), period)

            current.counts["mails"] = report_mail.enqueue(
                connection, report, of_hotel, file_name, formats, lang, scope.origin
            )
        result = _written(connection, current.counts, report, folder, files)
        _keep(folder, scope, lang)
        return result


def run_dashboard(
    connection: "Connection", scope: ReportScope, folder: Path, lang: Lang, *, reader: "Connection | None" = None
) -> ReportResult:
    """Write the dashboard, always under the same name; `reader` and errors as of `run`."""
    with job_run(connection, "dashboard", scope.as_of, is_live=scope.is_live) as current:
        dashboard = compute_dashboard(reader or connection, scope)
        files = {f"{file_stem(dashboard.report, lang)}.html": html.dashboard(dashboard, lang)}
        result = _written(connection, current.counts, dashboard.report, folder, files)
        _keep(folder, scope, lang)
        return result


def _keep(folder: Path, scope: ReportScope, lang: Lang) -> None:
    """Delete the reports that are too old, and write the index of the others."""
    report_archive.prune(folder, scope.as_of.astimezone(ZoneInfo(scope.timezone)).date(), scope.keep_days)
    report_archive.write_index(folder, lang, ZoneInfo(scope.timezone), hint=WRITABLE)


def _written(
    connection: "Connection", counts: dict[str, Any], report: Report, folder: Path, files: Mapping[str, bytes]
) -> ReportResult:
    known = {"alerts": report.total.alerts, "live": report.live_total, "bytes": sum(map(len, files.values()))}
    for name, content in files.items():
        after = {"path": str(folder / name), **known, "bytes": len(content)}
        audit.insert(connection, "report.written", name, after=after)
        write_whole(folder / name, content, hint=WRITABLE)
    counts.update(known)
    logger.debug("report: %s alerts in the period, %s live, %s bytes", *known.values())
    return ReportResult(report, tuple(folder / name for name in files), counts)


def rendered(report: Report, lang: Lang, formats: Sequence[str]) -> dict[str, bytes]:
    """The report in each of the formats, by file name."""
    return {file_name(report, lang, name): renderers.rendered(report, lang, name) for name in formats}


def compute_dashboard(connection: "Connection", scope: ReportScope) -> Dashboard:
    """The Dashboard as of an instant, read from one snapshot of the store; wants a connection without a transaction."""
    zone = ZoneInfo(scope.timezone)
    period = days_ending(scope.as_of.astimezone(zone).date(), DASHBOARD_DAYS)
    report = compute(connection, scope, period, kind="dashboard")
    rows = reports.fetch_windows(connection, Scope(scope.hotel_id, scope.as_of), WINDOW_HOURS)
    return Dashboard(windows(rows, report, zone), report)


def compute(connection: "Connection", asked: ReportScope, period: Period, *, kind: ReportKind | None = None) -> Report:
    """The Report of a period, read from one snapshot of the store; wants a connection without a transaction.

    One about several hotels has a chapter for each, so that the number of statements grows with hotels.
    """
    reports.take_snapshot(connection)
    chosen = kind or ("monthly" if period.is_month else "weekly")
    names = called.fetch(connection)
    whole = _read(connection, asked, period, chosen, names)
    if len(whole.hotels) < 2:
        return whole
    hotels = (replace(asked, hotel_id=line.hotel_id) for line in whole.lines)
    chapters = tuple(_chapter(_read(connection, one, period, chosen, names), whole) for one in hotels)
    return replace(whole, lines=_by_their_own(whole.lines, chapters), chapters=chapters)


def _by_their_own(lines: Sequence[HotelLine], chapters: Sequence[Report]) -> tuple[HotelLine, ...]:
    """The lines with what each hotel's own data and detection say, as its chapter does."""
    return tuple(
        replace(line, new=one.total.alerts, weeks=one.weeks, coverage=one.coverage)
        for line, one in zip(lines, chapters, strict=True)
    )


def _chapter(report: Report, whole: Report) -> Report:
    """A hotel's report without the lists that the whole report has: a page with 10,000 alerts has them once.

    Jobs are those of all hotels.
    """
    return replace(report, alerts=Page((), report.alerts.total), details={}, is_job_late=whole.is_job_late)


def _read(connection: "Connection", asked: ReportScope, period: Period, kind: ReportKind, names: Called) -> Report:
    scope = Scope(asked.hotel_id, asked.as_of)
    now = asked.as_of.astimezone(ZoneInfo(asked.timezone))
    reading = Reading(connection, scope, period, now, _hotels(connection, scope), names)
    verdicts_since = min(period.since, period.until - timedelta(days=VERDICT_DAYS))
    oldest = min(period.before().since, alert_counts.weeks_before(period.until)[0].since)
    days = Days(*reports.fetch_days(connection, scope, oldest, period.until, reading.day), reading.day)
    rows = reports.fetch_tallies(connection, scope, period, period.compared_until(now))
    tallies = Tallies(rows, days.watched, period)
    waits = report_parts.waits(reading)
    return Report(
        kind=kind,
        hotel_id=asked.hotel_id,
        hotels=reading.hotels,
        period=period,
        previous=period.before(),
        verdicts_since=verdicts_since,
        generated_at=asked.as_of,
        timezone=asked.timezone,
        days_without_data=days.without_data(period),
        newest_on=days.newest,
        jobs=reports.fetch_jobs(connection, scope, asked.wanted),
        currency=asked.currency,
        **waits,
        **report_parts.counted(tallies, period),
        **report_parts.placed(reading, tallies, days, waits["waiting"]),
        **report_parts.worked(reading, verdicts_since),
    )


def _hotels(connection: "Connection", scope: Scope) -> dict[int, str]:
    hotels = reports.fetch_hotels(connection, scope)
    if scope.hotel_id is None:
        return hotels
    if hotels and scope.hotel_id not in (*hotels, COMMON_STORE):
        known = ", ".join(f"{id} {name}" for id, name in list(hotels.items())[:10])
        raise NotFound(f"There is no hotel {scope.hotel_id}; the source knows {known}.")
    return {id: name for id, name in hotels.items() if id == scope.hotel_id}


def file_name(report: Report, lang: Lang, format: str = "html") -> str:
    """`minibar-<kind>-<last day>-<hotel or all>-<lang>.<format>`; a dashboard has no day, a month's is 2026-02."""
    return f"{file_stem(report, lang)}.{format}"


def file_stem(report: Report, lang: Lang) -> str:
    """A file's name without its suffix."""
    hotel = "all" if report.hotel_id is None else str(report.hotel_id)
    last_day = report.period.last_day
    dates = {"weekly": [last_day.isoformat()], "monthly": [f"{last_day:%Y-%m}"], "dashboard": []}
    return "-".join(["minibar", report.kind, *dates[report.kind], hotel, lang])
