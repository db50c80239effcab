"""collect: from source rows to metric points, recomputing a trailing window and whatever came late."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from minibar_ml.domain.metrics import COLLECTED, Collected, MetricType
from minibar_ml.log import logger
from minibar_ml.store import metrics, runs, source
from minibar_ml.store.metrics import Merged, NewRows, Refused, Span

OLDEST_DAYS = 3653
"""Source rows older than ten years are mistakes of the keyboard, not history."""


@dataclass(frozen=True, slots=True)
class CollectResult:
    """What one run wrote: counts of points, what was refused and why, and what of the source is missing."""

    since: date
    until: datetime
    points: Merged
    metrics: tuple[MetricType, ...]
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: str | None = None


def run(
    connection: Connection, as_of: datetime, zone: ZoneInfo, lookback_days: int, since: date | None = None
) -> CollectResult:
    """Recompute every metric that the source allows, in one transaction.

    The span starts at the earliest of: `lookback_days` before as-of, the last run's as-of day, the oldest row that
    is new to us, and `since`. On the first run everything is new: all history is filled in.
    """
    with runs.job_run(connection, "collect", as_of) as job:
        contract = source.read(connection)
        not_before = as_of - timedelta(days=OLDEST_DAYS)
        new_rows = metrics.fetch_new_rows(connection, contract.usable, not_before)
        last = runs.find_last(connection, "collect")
        span = _span(as_of, zone, [_lookback(as_of, zone, lookback_days), since, *_starts(new_rows, last, zone)])
        todo = [metric for metric in COLLECTED if metric.needs <= contract.usable]
        metrics.stage(connection, span, contract.usable)
        hotel = metrics.ledger_hotel(connection)
        starts = {}
        for metric in todo:
            own = span if last else _span(as_of, zone, [not_before.astimezone(zone).date()])
            own = _earlier(own if metric.trailing_days else span, zone, metric)
            starts[metric.type] = own.since_at
            metrics.compute(connection, metric.type, own, hotel)
            logger.debug("computed %s since %s", metric.type, own.since_on)
        refused = metrics.refuse(connection, as_of)
        counts = metrics.merge(connection, starts, as_of)
        metrics.upsert_watermarks(connection, new_rows)
        job.counts.update(asdict(counts), refused=sum(r.rows for r in refused))
        job.partly = source.complaint(contract) if contract.gaps else None
    warnings = tuple(f"{new.table[4:]}: {rows} {what}" for new in new_rows for what, rows in new.problems.items())
    return CollectResult(
        since=span.since_on,
        until=as_of,
        points=counts,
        metrics=tuple(metric.type for metric in todo),
        refused=tuple(refused),
        warnings=warnings,
        missing=job.partly,
    )


def _span(as_of: datetime, zone: ZoneInfo, days: list[date | None]) -> Span:
    until_on = as_of.astimezone(zone).date()
    since_on = min([day for day in days if day is not None], default=until_on)
    return Span(since_on, datetime.combine(since_on, time.min, tzinfo=zone), until_on, as_of)


def _lookback(as_of: datetime, zone: ZoneInfo, days: int) -> date:
    return as_of.astimezone(zone).date() - timedelta(days=days)


def _starts(new_rows: list[NewRows], last: datetime | None, zone: ZoneInfo) -> list[date | None]:
    instants = [new.earliest_at for new in new_rows] + [last]
    return [instant.astimezone(zone).date() if instant else None for instant in instants]


def _earlier(span: Span, zone: ZoneInfo, metric: Collected) -> Span:
    return _span(span.until, zone, [span.since_on - timedelta(days=metric.trailing_days)])
