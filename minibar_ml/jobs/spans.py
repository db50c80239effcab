"""What collect computes and over which business days: the usual look back, what is new, and what changes late."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.lookback import COMPARED_DAYS, DAILY_DAYS
from minibar_ml.domain.metrics import COLLECTED, Collected, MetricType
from minibar_ml.log import logger
from minibar_ml.store.jobs.marks import Outside
from minibar_ml.store.jobs.runs import LastRun
from minibar_ml.store.points.metrics import House, NewRows, Span
from minibar_ml.store.source.contract import Contract

if TYPE_CHECKING:
    from sqlalchemy import Connection

OLDEST_DAYS = 3653
"""Source rows older than ten years are typing errors, not history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPlan:
    """What collect computes and how; days are business days in `zone`."""

    as_of: datetime
    zone: ZoneInfo
    lookback_days: int
    since: date | None = None
    """Days from here on are computed again."""
    hours: HouseHours = field(default_factory=HouseHours)
    """They stand for the hours of stays that have none on record."""
    hotels: Collection[int] | None = None
    """Only these; what is new of the others is left to the next run. None: all."""
    is_live: bool = False
    """Whether as-of is now."""
    outside: Outside | None = None
    """What the run goes by besides the store; None: it leaves nothing for the next one to compare with."""

    def midnight(self) -> datetime:
        """The start of the as-of instant's business day."""
        return self.as_of.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Spans:
    """What is recomputed: the usual span, by metric its own; is_afresh: some for the first time, or in another way."""

    usual: Span
    own: Mapping[MetricType, Span]
    is_afresh: bool

    @property
    def first_on(self) -> date:
        """The first business day of any of them."""
        return min(one.since_on for one in (self.usual, *self.own.values()))


def find_days(
    connection: "Connection", plan: CollectionPlan, last: LastRun | None, new_rows: list[NewRows]
) -> list[date | None]:
    """The days that the usual span has to reach back to; None stands for no such day."""
    usual = _lookback(connection, plan.as_of, plan.zone, last, plan.lookback_days)
    return [*usual, plan.since, *_starts(new_rows, last, plan.zone)]


def spans_of(
    plan: CollectionPlan,
    contract: Contract,
    last: LastRun | None,
    house: House,
    days: list[date | None],
    *,
    has_moved: bool,
) -> Spans:
    """What a run recomputes; `has_moved`: all of it, for rows fall on other business days than they did."""
    as_of, zone = plan.as_of, plan.zone
    everything = _span(as_of, zone, [(as_of - timedelta(days=OLDEST_DAYS)).astimezone(zone).date()])
    span = everything if has_moved else _span(as_of, zone, days)
    own = {
        metric.type: _own_span(metric, span, everything, zone, last, house.ledger_hotel)
        for metric in COLLECTED
        if metric.can_be_computed(contract.usable)
    }
    return Spans(span, own, last is None or any(one.since_on <= everything.since_on for one in (span, *own.values())))


def has_moved(last: LastRun | None, zone: ZoneInfo, hours: HouseHours) -> bool:
    """Whether the zone or the hours are others than the last run's, so that rows fall on other business days."""
    was = last.counts if last else {}
    is_other_hours: bool = was.get("house_hours", str(hours)) != str(hours)
    is_other_zone: bool = was.get("timezone", zone.key) != zone.key
    if is_other_hours:
        logger.warning("check-in and check-out times have changed: all business days are computed again")
    if is_other_zone:
        logger.warning("the time zone was %s: all business days are computed again", was["timezone"])
    return is_other_hours or is_other_zone


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
    from minibar_ml.store.alerting import grounds  # knows all alerts: only the first run of a day needs it

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
