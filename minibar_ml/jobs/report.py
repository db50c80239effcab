"""`report`: read a period once, compute one Report, render it, put the file in its place whole or not at all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.report import Capped, Period, Report
from minibar_ml.domain.tallies import Tallies
from minibar_ml.i18n import Lang
from minibar_ml.log import logger
from minibar_ml.render import html
from minibar_ml.render.files import write_whole
from minibar_ml.store import audit, reports
from minibar_ml.store.reports import Scope
from minibar_ml.store.runs import job_run

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERDICT_DAYS = 28
"""Days whose verdicts make the false-positive rate: in one week there are too few."""


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What a run wrote."""

    report: Report
    paths: tuple[Path, ...]
    counts: dict[str, int | None] = field(default_factory=dict)


def run(
    connection: "Connection",
    as_of: datetime,
    period: Period,
    timezone: str,
    folder: Path,
    lang: Lang,
    hotel_id: int | None = None,
) -> ReportResult:
    """Write the weekly report of `period` into `folder`.

    Raises NotFound for an unknown hotel and ConfigurationError where the folder can't be written.
    """
    with job_run(connection, "report", as_of) as current:
        report = compute(connection, as_of, period, timezone, hotel_id)
        page = html.weekly(report, lang)
        path = folder / file_name(report, lang)
        counts = {"alerts": report.total.alerts, "live": report.live_total, "bytes": len(page)}
        audit.insert(connection, "report.written", path.name, after={"path": str(path), **counts})
        write_whole(path, page)
        current.counts.update(counts)
        logger.debug("report: %s alerts in the period, %s live, %s bytes", *counts.values())
    return ReportResult(report, (path,), counts)


def compute(
    connection: "Connection", as_of: datetime, period: Period, timezone: str, hotel_id: int | None = None
) -> Report:
    """The Report of a period, read from one snapshot of the store; wants a connection without a transaction."""
    reports.take_snapshot(connection)
    scope = Scope(hotel_id, as_of)
    hotels = _hotels(connection, scope)
    verdicts_since = period.until - timedelta(days=VERDICT_DAYS)
    jobs = reports.fetch_jobs(connection, scope)
    with_points = reports.fetch_days_with_points(connection, scope, period)
    has_detected = any(run.job == "detect" and run.done_at for run in jobs)
    watched = with_points if has_detected else frozenset()
    tallies = Tallies(reports.fetch_tallies(connection, scope, period), watched, period)
    live = reports.fetch_live(connection, scope)
    affected = reports.fetch_affected(connection, scope, period)
    return Report(
        hotel_id=hotel_id,
        hotels=hotels,
        period=period,
        previous=period.before(),
        verdicts_since=verdicts_since,
        generated_at=as_of,
        timezone=timezone,
        total=tallies.total(),
        live=live,
        actions=Capped(reports.fetch_actions(connection, scope), sum(line.alerts for line in live)),
        by_type=tallies.by_type(),
        by_severity=tallies.by_severity(),
        by_status=tallies.by_status(),
        trend=tallies.trend(),
        money=tallies.money(),
        money_total=tallies.money_total(),
        products=affected.get("product", Capped()),
        rooms=affected.get("room", Capped()),
        attendants=affected.get("attendant", Capped()),
        pace=reports.fetch_pace(connection, scope, period),
        models=reports.fetch_models(connection, scope),
        false_positives=reports.fetch_verdicts(connection, scope, verdicts_since, period.until),
        days_without_data=tuple(day for day in period.days() if day not in with_points),
        jobs=jobs,
        stock_outs=reports.fetch_stock_outs(connection, scope, period),
    )


def _hotels(connection: "Connection", scope: Scope) -> dict[int, str]:
    hotels = reports.fetch_hotels(connection, scope)
    if scope.hotel_id is None:
        return hotels
    if hotels and scope.hotel_id not in (*hotels, COMMON_STORE):
        known = ", ".join(f"{id} {name}" for id, name in list(hotels.items())[:10])
        raise NotFound(f"There is no hotel {scope.hotel_id}; the source knows {known}.")
    return {id: name for id, name in hotels.items() if id == scope.hotel_id}


def file_name(report: Report, lang: Lang) -> str:
    """`minibar-weekly-<last day>-<hotel or all>-<lang>.html`."""
    hotel = "all" if report.hotel_id is None else report.hotel_id
    return f"minibar-weekly-{report.period.last_day.isoformat()}-{hotel}-{lang}.html"
