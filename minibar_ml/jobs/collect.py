"""collect: from source rows to metric points, recomputing a trailing window and whatever came late."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.lookback import COMPARED_DAYS, DAILY_DAYS
from minibar_ml.domain.metrics import COLLECTED, Collected, MetricType
from minibar_ml.jobs import by_hotel
from minibar_ml.log import logger
from minibar_ml.store.alerting import grounds
from minibar_ml.store.jobs import problems, runs
from minibar_ml.store.jobs.runs import LastRun
from minibar_ml.store.points import idle, metrics
from minibar_ml.store.points.metrics import House, MergeResult, NewRows, Refused, Span
from minibar_ml.store.source import contract as source
from minibar_ml.store.source.contract import Contract

if TYPE_CHECKING:
    from sqlalchemy import Connection


OLDEST_DAYS = 3653
"""Source rows older than ten years are typing errors, not history."""
STAGED_FOR: Mapping[str, MetricType] = {
    "ledger.custody": "custody_loss",
    "ledger.draws": "custody_loss",
    "ledger.movements": "stock_outflow",
    "ledger.openings": "stock_level",
    "ledger.own_depots": "stock_level",
    "ledger.settle_openings": "stock_level",
    "visits.refills": "request_response",
    "visits.asked_controls": "request_response",
}
"""Stages that are read over one metric's span, which may be longer than the usual one."""


@dataclass(frozen=True, slots=True)
class CollectResult:
    """What one run wrote: counts of points, what was refused and why, and what of the source is missing.

    failures: which hotels could not be collected, and why.
    """

    since: date
    until: datetime
    points: MergeResult
    metrics: tuple[MetricType, ...]
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: str | None = None
    failures: str | None = None


def run(
    connection: "Connection",
    as_of: datetime,
    zone: ZoneInfo,
    lookback_days: int,
    since: date | None = None,
    hours: HouseHours | None = None,
    *,
    hotels: Collection[int] | None = None,
    is_live: bool = False,
    progress: Callable[[str], None] = lambda _step: None,
) -> CollectResult:
    """Recompute every metric that the source allows, in one transaction.

    The span starts at the earliest of: `lookback_days` before as-of, the last run's as-of day, the oldest row that
    is new to us, and `since`; on the first run of a business day also the oldest day of the last year that a live alert
    rests on. On the very first run everything is new: all history is filled in. `hours` stand for the hours of stays
    that have none on record. `hotels`: only these; what is new of the others is left to the next run. `is_live`: as-of
    is now. A hotel whose rows can't be computed is named, and the others are collected all the same.
    """
    with runs.job_run(connection, "collect", as_of, hotels=hotels, is_live=is_live) as job:
        asked = _Asked(as_of, zone, lookback_days, since, hours or HouseHours(), progress)
        return by_hotel.apart(connection, job, lambda units: _collect(connection, asked, units))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a run was asked for; progress: what hears of each step."""

    as_of: datetime
    zone: ZoneInfo
    lookback_days: int
    since: date | None
    hours: HouseHours
    progress: Callable[[str], None]


def _collect(connection: "Connection", asked: _Asked, units: by_hotel.Units) -> CollectResult:
    job, as_of, zone = units.job, asked.as_of, asked.zone
    contract = source.read(connection)
    source.number_keys(connection, contract)
    new_rows = metrics.fetch_new_rows(connection, contract.usable, as_of - timedelta(days=OLDEST_DAYS))
    last = runs.find_last(connection, "collect")
    house = House(metrics.ledger_hotel(connection, contract.usable), asked.hours)
    days = [*_lookback(connection, as_of, zone, last, asked.lookback_days), asked.since, *_starts(new_rows, last, zone)]
    has_moved = _has_moved(last, zone, house.hours)

    def spans(part: by_hotel.Hotels) -> _Spans:
        return _spans(asked, contract, last, house, [*days, by_hotel.since_of(job.undone, part)], has_moved=has_moved)

    done = units.each(
        units.parts(),
        lambda part: _part(connection, job, spans(part), contract, replace(house, hotels=part), asked.progress),
        lambda part: spans(part).first_on,
    )
    found = [one for part in done for one in part.found]
    refused = [one for one in found if one.source != metrics.BEGINNINGS]
    usual = spans(job.hotels).usual
    if job.hotels is None:
        metrics.upsert_watermarks(connection, new_rows)
    if job.hotels is None and len(done) == 1 and not job.failed:
        # What is not of one hotel would be counted once for each part.
        problems.merge(connection, refused, new_rows, usual.since_on, usual.until_on, as_of)
    points = sum((part.points for part in done), MergeResult(0, 0, 0))
    job.counts = {**asdict(points), **_counts(found, refused, house, zone)}
    # For detect: points that are filed again are no news of the hotel.
    job.counts |= {"has_moved": True} if has_moved else {}
    job.counts |= {"is_afresh": True} if any(part.is_afresh for part in done) else {}
    job.counts["idle"] = [asdict(one) for one in idle.find(connection, contract, as_of)]
    job.partly = source.describe_gaps(contract) if contract.gaps else None
    warnings = tuple(f"{new.subject}: {rows} {what}" for new in new_rows for what, rows in new.problems.items())
    return CollectResult(
        usual.since_on, as_of, points, done[0].metrics, tuple(refused), warnings, job.partly, job.failures
    )


@dataclass(frozen=True, slots=True)
class _Spans:
    """What is recomputed: the usual span, by metric its own; is_afresh: some for the first time, or in another way."""

    usual: Span
    own: Mapping[MetricType, Span]
    is_afresh: bool

    @property
    def first_on(self) -> date:
        """The first business day of any of them."""
        return min(one.since_on for one in (self.usual, *self.own.values()))


@dataclass(frozen=True, slots=True)
class _Part:
    """What became of hotels that were worked on together."""

    points: MergeResult
    found: Sequence[Refused]
    metrics: tuple[MetricType, ...]
    is_afresh: bool


def _spans(
    asked: _Asked,
    contract: Contract,
    last: LastRun | None,
    house: House,
    days: list[date | None],
    *,
    has_moved: bool,
) -> _Spans:
    as_of, zone = asked.as_of, asked.zone
    everything = _span(as_of, zone, [(as_of - timedelta(days=OLDEST_DAYS)).astimezone(zone).date()])
    span = everything if has_moved else _span(as_of, zone, days)
    own = {
        metric.type: _own_span(metric, span, everything, zone, last, house.ledger_hotel)
        for metric in COLLECTED
        if metric.can_be_computed(contract.usable)
    }
    return _Spans(span, own, last is None or any(one.since_on <= everything.since_on for one in (span, *own.values())))


def _part(
    connection: "Connection",
    job: runs.Run,
    spans: _Spans,
    contract: Contract,
    house: House,
    progress: Callable[[str], None],
) -> _Part:
    """Compute some hotels' points and write those that differ."""
    span = spans.usual
    _compute(connection, span, spans.own, contract.usable, house, progress)
    if house.hotels is not None:
        metrics.keep_hotels(connection, house.hotels)
    found = metrics.refuse(connection, span.until)
    starts = {metric: own.since_at for metric, own in spans.own.items()}
    # Where everything is computed again, no record has changed: it is read in another way, or for the first time.
    changes_since = span.until_on if spans.is_afresh else spans.first_on
    points = metrics.merge(connection, job.id, starts, span.until, span.until_on, changes_since, house.hotels)
    if house.hotels is not None:
        metrics.drop_scratch(connection)
    return _Part(points, found, tuple(spans.own), spans.is_afresh)


def _counts(found: Sequence[Refused], refused: Sequence[Refused], house: House, zone: ZoneInfo) -> dict[str, Any]:
    """What a run notes of itself: what it refused, and what it went by."""
    return {
        "refused": sum(one.rows for one in refused),
        "refusals": [one.to_json() for one in refused],
        "ledger_beginnings": [one.to_json() for one in found if one.source == metrics.BEGINNINGS],
        "ledger_hotel": house.ledger_hotel,
        "timezone": zone.key,
        "house_hours": str(house.hours),
    }


def _has_moved(last: LastRun | None, zone: ZoneInfo, hours: HouseHours) -> bool:
    """Whether the zone or the hours are others than the last run's, so that rows fall on other business days."""
    was = last.counts if last else {}
    is_other_hours: bool = was.get("house_hours", str(hours)) != str(hours)
    is_other_zone: bool = was.get("timezone", zone.key) != zone.key
    if is_other_hours:
        logger.warning("check-in and check-out times have changed: all business days are computed again")
    if is_other_zone:
        logger.warning("the time zone was %s: all business days are computed again", was["timezone"])
    return is_other_hours or is_other_zone


def _compute(
    connection: "Connection",
    span: Span,
    spans: Mapping[MetricType, Span],
    usable: Collection[str],
    house: House,
    progress: Callable[[str], None],
) -> None:
    """Fill the scratch tables, each stage over the span of the metric that it is for, and from them the points."""
    stages = {"": span} | {stage: spans.get(metric, span) for stage, metric in STAGED_FOR.items()}
    progress(f"records since {span.since_on}")
    metrics.stage(connection, stages, usable, house)
    for metric_type, own in spans.items():
        progress(metric_type)
        metrics.compute(connection, metric_type, own, house)
        logger.debug("computed %s since %s", metric_type, own.since_on)


def _span(as_of: datetime, zone: ZoneInfo, days: list[date | None]) -> Span:
    until_on = as_of.astimezone(zone).date()
    since_on = min([day for day in days if day is not None], default=until_on)
    return Span(since_on, datetime.combine(since_on, time.min, tzinfo=zone), until_on, as_of)


def _lookback(
    connection: "Connection", as_of: datetime, zone: ZoneInfo, last: LastRun | None, days: int
) -> list[date | None]:
    """The usual look back; on the first run of a business day far enough to see what nothing announces.

    Rows that were changed in place, removed, or written late under a low id leave no trace above the watermark. What a
    live alert rests on is read again too: else it would be compared with what we know already.
    """
    today = as_of.astimezone(zone).date()
    if last is None or last.as_of.astimezone(zone).date() >= today:
        return [today - timedelta(days=days)]
    rests_on = grounds.find_first_day(connection, today - timedelta(days=COMPARED_DAYS))
    return [today - timedelta(days=max(days, DAILY_DAYS)), rests_on]


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
