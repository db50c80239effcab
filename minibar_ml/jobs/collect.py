"""collect: from source rows to metric points, recomputing a trailing window and whatever came late."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.metrics import COLLECTED, Collected, MetricType
from minibar_ml.log import logger
from minibar_ml.store import problems, runs
from minibar_ml.store.points import metrics
from minibar_ml.store.points.metrics import House, MergeResult, NewRows, Refused, Span
from minibar_ml.store.runs import LastRun
from minibar_ml.store.source import contract as source

if TYPE_CHECKING:
    from sqlalchemy import Connection


OLDEST_DAYS = 3653
"""Source rows older than ten years are typing errors, not history."""
DAILY_DAYS = 35
"""How far back the first run of each business day looks."""


@dataclass(frozen=True, slots=True)
class CollectResult:
    """What one run wrote: counts of points, what was refused and why, and what of the source is missing."""

    since: date
    until: datetime
    points: MergeResult
    metrics: tuple[MetricType, ...]
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: str | None = None


def run(
    connection: "Connection",
    as_of: datetime,
    zone: ZoneInfo,
    lookback_days: int,
    since: date | None = None,
    hours: HouseHours | None = None,
) -> CollectResult:
    """Recompute every metric that the source allows, in one transaction.

    The span starts at the earliest of: `lookback_days` before as-of, the last run's as-of day, the oldest row that
    is new to us, and `since`. On the first run everything is new: all history is filled in. `hours` stand for the hours
    of stays that have none on record.
    """
    with runs.job_run(connection, "collect", as_of) as job:
        contract = source.read(connection)
        not_before = as_of - timedelta(days=OLDEST_DAYS)
        new_rows = metrics.fetch_new_rows(connection, contract.usable, not_before)
        last = runs.find_last(connection, "collect")
        everything = _span(as_of, zone, [not_before.astimezone(zone).date()])
        days = _lookback(as_of, zone, last, lookback_days)
        span = _span(as_of, zone, [days, since, *_starts(new_rows, last, zone)])
        house = House(metrics.ledger_hotel(connection, contract.usable), hours or HouseHours())
        if last and last.counts.get("house_hours", str(house.hours)) != str(house.hours):
            logger.warning("check-in and check-out times have changed: all business days are computed again")
            span = everything
        if last and last.counts.get("timezone", zone.key) != zone.key:
            logger.warning("ML_TIMEZONE was %s: all business days are computed again", last.counts["timezone"])
            span = everything
        spans = {
            metric.type: _own_span(metric, span, everything, zone, last, house.ledger_hotel)
            for metric in COLLECTED
            if metric.needs <= contract.usable
        }
        stages = {
            "": span,
            "stage_custody": spans.get("custody_loss", span),
            "stage_draws": spans.get("custody_loss", span),
            "stage_movements": spans.get("stock_outflow", span),
            "stage_openings": spans.get("stock_level", span),
            "stage_own_depots": spans.get("stock_level", span),
        }
        metrics.stage(connection, stages, contract.usable, house)
        for metric_type, own in spans.items():
            metrics.compute(connection, metric_type, own, house)
            logger.debug("computed %s since %s", metric_type, own.since_on)
        refused = metrics.refuse(connection, as_of)
        starts = {metric: own.since_at for metric, own in spans.items()}
        counts = metrics.merge(connection, job.id, starts, as_of, span.until_on)
        metrics.upsert_watermarks(connection, new_rows)
        problems.upsert(connection, refused, new_rows, span.until_on, as_of)
        job.counts.update(asdict(counts))
        job.counts.update(refused=sum(r.rows for r in refused), ledger_hotel=house.ledger_hotel, timezone=zone.key)
        job.counts.update(house_hours=str(house.hours), refusals=[asdict(one) for one in refused])
        job.partly = source.describe_gaps(contract) if contract.gaps else None
    warnings = tuple(f"{new.subject}: {rows} {what}" for new in new_rows for what, rows in new.problems.items())
    return CollectResult(
        since=span.since_on,
        until=as_of,
        points=counts,
        metrics=tuple(spans),
        refused=tuple(refused),
        warnings=warnings,
        missing=job.partly,
    )


def _span(as_of: datetime, zone: ZoneInfo, days: list[date | None]) -> Span:
    until_on = as_of.astimezone(zone).date()
    since_on = min([day for day in days if day is not None], default=until_on)
    return Span(since_on, datetime.combine(since_on, time.min, tzinfo=zone), until_on, as_of)


def _lookback(as_of: datetime, zone: ZoneInfo, last: LastRun | None, days: int) -> date:
    """The usual look back; on the first run of a business day far enough to see what nothing announces.

    Rows that were changed in place, removed, or written late under a low id leave no trace above the watermark.
    """
    today = as_of.astimezone(zone).date()
    is_first = last is not None and last.as_of.astimezone(zone).date() < today
    return today - timedelta(days=max(days, DAILY_DAYS) if is_first else days)


def _starts(new_rows: list[NewRows], last: LastRun | None, zone: ZoneInfo) -> list[date | None]:
    instants = [new.earliest_at for new in new_rows] + [last.as_of if last else None]
    return [instant.astimezone(zone).date() if instant else None for instant in instants]


def _own_span(
    metric: Collected, span: Span, everything: Span, zone: ZoneInfo, last: LastRun | None, ledger_hotel: int | None
) -> Span:
    """A metric's span: the usual one, longer for what changes late, all history for what was never filed like this."""
    if last and metric.of_ledger and last.counts.get("ledger_hotel") != ledger_hotel:
        return everything
    if not metric.trailing_days:
        return span
    return _span(span.until, zone, [span.since_on - timedelta(days=metric.trailing_days)]) if last else everything
