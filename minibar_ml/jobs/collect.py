"""collect: from source rows to metric points, recomputing a trailing window and whatever came late."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.domain.metrics import MetricType
from minibar_ml.jobs import by_hotel
from minibar_ml.jobs.spans import OLDEST_DAYS, CollectionPlan, Spans, find_days, has_moved, spans_of
from minibar_ml.log import logger
from minibar_ml.store.jobs import marks, problems, runs
from minibar_ml.store.points import idle, metrics
from minibar_ml.store.points.metrics import House, MergeResult, Refused, Span
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import keys
from minibar_ml.store.source.contract import Contract

if TYPE_CHECKING:
    from sqlalchemy import Connection


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
    connection: "Connection", plan: CollectionPlan, progress: Callable[[str], None] = lambda _step: None
) -> CollectResult:
    """Recompute every metric that the source allows, in one transaction; `progress` hears of each step.

    The span starts at the earliest of: the plan's `lookback_days` before as-of, the last run's as-of day, the oldest
    row that is new to us, and the plan's `since`; on the first run of a business day also the oldest day of the last
    year that a live alert rests on. On the very first run everything is new: all history is filled in. A hotel whose
    rows can't be computed is named, and the others are collected all the same.
    """
    with runs.job_run(connection, "collect", plan.as_of, hotels=plan.hotels, is_live=plan.is_live) as job:
        return by_hotel.apart(connection, job, lambda units: _collect(connection, plan, units, progress))


def _collect(
    connection: "Connection", plan: CollectionPlan, units: by_hotel.Units, progress: Callable[[str], None]
) -> CollectResult:
    job, as_of, zone = units.job, plan.as_of, plan.zone
    contract = source.read(connection)
    last = runs.find_last(connection, "collect")
    reading = _reading(connection, plan, job, contract, last)
    source.number_keys(connection, contract)
    new_rows = metrics.fetch_new_rows(connection, contract.usable, as_of - timedelta(days=OLDEST_DAYS))
    house = House(metrics.ledger_hotel(connection, contract.usable), plan.hours)
    days = find_days(connection, plan, last, new_rows)
    moved = has_moved(last, zone, house.hours)

    def spans(part: by_hotel.Hotels) -> Spans:
        return spans_of(plan, contract, last, house, [*days, by_hotel.since_of(job.undone, part)], has_moved=moved)

    done = units.each(
        units.parts(),
        lambda part: _part(connection, job, spans(part), contract, replace(house, hotels=part), progress),
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
    job.counts |= {"has_moved": True} if moved else {}
    job.counts |= {"is_afresh": True} if any(part.is_afresh for part in done) else {}
    job.counts["idle"] = [asdict(one) for one in idle.find(connection, contract, plan.midnight(), as_of)]
    job.partly = source.describe_gaps(contract) if contract.gaps else None
    if reading and plan.outside and not job.missing and _is_settled(connection, reading, usual, done):
        marks.keep(connection, reading, job.id, plan.outside)
    warnings = tuple(f"{new.subject}: {rows} {what}" for new in new_rows for what, rows in new.problems.items())
    return CollectResult(
        usual.since_on, as_of, points, done[0].metrics, tuple(refused), warnings, job.partly, job.failures
    )


def _reading(
    connection: "Connection", plan: CollectionPlan, job: runs.Run, contract: Contract, last: runs.LastRun | None
) -> marks.Reading | None:
    """What a run of all hotels reads that looks back as far as the next one will; None of any other.

    Nor where ids are keys: a run gives the new ones their numbers, and who does not do that does not see them.
    """
    is_usual = last is not None and plan.midnight() <= last.as_of < plan.as_of and job.hotels is None
    if plan.outside is None or not is_usual or job.undone or keys.kinds(contract.signatures):
        return None
    since = (plan.midnight() - timedelta(days=plan.lookback_days)).date()
    return marks.begin(connection, "collect", plan.as_of, contract.usable, since)


def _is_settled(connection: "Connection", reading: marks.Reading, usual: Span, done: "Sequence[_Part]") -> bool:
    """Whether another run over the same rows would change nothing; the point of an open request grows with time."""
    has_changed = any(part.is_afresh or part.points != MergeResult(0, 0, 0) for part in done)
    is_known = reading.seen is not None and usual.since_on == reading.since
    return is_known and not has_changed and not metrics.has_open_requests(connection)


@dataclass(frozen=True, slots=True)
class _Part:
    """What became of hotels that were worked on together."""

    points: MergeResult
    found: Sequence[Refused]
    metrics: tuple[MetricType, ...]
    is_afresh: bool


def _part(
    connection: "Connection",
    job: runs.Run,
    spans: Spans,
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
    points = metrics.merge(
        connection, job.id, starts, span.until, span.until_on, changes_since, contract.usable, house.hotels
    )
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
