"""What a report reads: a fixed number of statements, each with a bounded result.

All functions want one transaction that begins with `take_snapshot`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.access import ACCESS_ROLES
from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.domain.alerting.kinds import IN_MONEY
from minibar_ml.domain.metrics import RECORDED
from minibar_ml.domain.reporting.operations import (
    STOCK_OUT_DAYS,
    FalsePositives,
    JobRun,
    ModelQuality,
    MutedScope,
    Pace,
    StockOut,
)
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Action, Affected, Page
from minibar_ml.domain.reporting.tallies import Tally
from minibar_ml.domain.reporting.windows import WindowTally
from minibar_ml.store.alerting import mutes
from minibar_ml.store.queries import query
from minibar_ml.store.reporting.called import Called
from minibar_ml.store.reporting.scope import Scope, made
from minibar_ml.store.source import names

TOP, ATTENDANTS, MODELS, STOCK_OUTS = 10, 20, 60, 30
ACTIONS = 250
"""Live alerts of each severity that are listed; the rest is only counted."""
MUTES = 30
FORECAST_AGE_DAYS = 7
"""An older forecast is not used."""


def take_snapshot(connection: Connection) -> None:
    """Let the transaction, which must not have begun, see one state of the store."""
    connection.execute(query("report.snapshot"))


def fetch_tallies(connection: Connection, scope: Scope, period: Period, compared_until: datetime) -> tuple[Tally, ...]:
    """Alerts of the period and, raised before an instant, of the one before, counted."""
    days = {"before": period.before().since, "since": period.since, "until": period.until}
    rows = scope.fetch(connection, "tallies", **days, compared_until=compared_until, in_money=list(IN_MONEY))
    return tuple(made(Tally, row) for row in rows)


def fetch_windows(connection: Connection, scope: Scope, hours: Sequence[int]) -> tuple[WindowTally, ...]:
    """Alerts raised in the last so many hours and in as many before those, counted."""
    rows = scope.fetch(connection, "windows", hours=list(hours), in_money=list(IN_MONEY))
    return tuple(made(WindowTally, row) for row in rows)


def fetch_actions(connection: Connection, scope: Scope) -> tuple[Action, ...]:
    """What needs action, the most severe first: of each severity the deadlines, then the largest possible losses."""
    rows = scope.fetch(connection, "actions", limit=ACTIONS)
    return tuple(Action(made(Alert, row), row.message, row.suggested_action, row.today) for row in rows)


def fetch_affected(connection: Connection, scope: Scope, period: Period) -> dict[str, Page[Affected]]:
    """The most affected entities, by entity type."""
    found: dict[str, list[Affected]] = defaultdict(list)
    totals: dict[str, int] = {}
    asked = {"since": period.since, "until": period.until, "limit": TOP, "in_money": list(IN_MONEY)}
    for row in scope.fetch(connection, "affected", **asked):
        found[row.entity_type].append(made(Affected, row))
        totals[row.entity_type] = row.total
    return {kind: Page(tuple(rows), totals[kind]) for kind, rows in found.items()}


def fetch_unanswered(connection: Connection, scope: Scope, period: Period) -> int:
    """How many refill requests of the period nobody ever answered."""
    (row,) = scope.fetch(connection, "unanswered", since=period.since, until=period.until)
    return int(row.unanswered)


def fetch_verdicts(connection: Connection, scope: Scope, since: date, until: date) -> tuple[FalsePositives, ...]:
    """What people decided on the alerts of these days, by type."""
    return tuple(made(FalsePositives, row) for row in scope.fetch(connection, "verdicts", since=since, until=until))


def fetch_days(
    connection: Connection, scope: Scope, since: date, until: date, today: date
) -> tuple[frozenset[date], frozenset[date]]:
    """The days before `until` on which the hotel recorded anything, and those of them that detection looked at.

    Of `today`, which is not over, nothing need be recorded yet.
    """
    rows = scope.fetch(connection, "days", since=since, until=until, metrics=list(RECORDED))
    recorded = frozenset(row.day for row in rows if row.has_points)
    return recorded, (recorded | {today}) & {row.day for row in rows if row.is_checked}


def fetch_hotels_without_points(
    connection: Connection, scope: Scope, period: Period, hotels: Mapping[int, str]
) -> tuple[str, ...]:
    """Names of the hotels of which the store has no metric point in the period, of those that the login may see."""
    asked = {"hotels": list(hotels), "metrics": list(RECORDED), "since": period.since, "until": period.until}
    asked |= {"roles": list(ACCESS_ROLES)}
    return tuple(hotels[row.hotel_id] for row in scope.fetch(connection, "hotels_without_points", **asked))


def fetch_pace(connection: Connection, scope: Scope, period: Period, called: Called) -> Page[Pace]:
    """Attendants' minutes a room in the last week and month of the period, and in those before."""
    length = (period.until - period.since).days
    rows = scope.fetch(connection, "pace", until=period.until, days=length, limit=ATTENDANTS)
    found = tuple(
        Pace(
            hotel_id=r.hotel_id,
            attendant_id=r.entity_id,
            name=called.attendants.get(r.entity_id),
            minutes=r.minutes,
            visits=r.visits,
            weeks=tuple(r.weeks),
            usual=r.usual,
            month=r.month,
            month_visits=r.month_visits,
            month_before=r.month_before,
            usual_visits=r.usual_visits,
            month_before_visits=r.month_before_visits,
        )
        for r in rows
    )
    return Page(found, _total(rows))


def fetch_models(connection: Connection, scope: Scope) -> Page[ModelQuality] | None:
    """The models in use and their measured quality, and what could not be trained; None for whom models are hidden."""
    if not connection.execute(query("report.may_see_models")).scalar_one():
        return None
    rows = scope.fetch(connection, "models", limit=MODELS)
    return Page(tuple(made(ModelQuality, row) for row in rows), _total(rows))


def fetch_jobs(connection: Connection, scope: Scope, wanted: Mapping[str, datetime]) -> tuple[JobRun, ...]:
    """The last runs of collect, train and detect; `wanted`: since when each should have done its work."""
    rows = scope.fetch(connection, "jobs")
    return tuple(JobRun(row.job, row.outcome, row.ran_at, row.done_at, wanted.get(row.job)) for row in rows)


def fetch_mutes(connection: Connection, scope: Scope, period: Period, called: Called) -> Page[MutedScope]:
    """The mutes that touch the period, with what was found under them in it; those that hide most first."""
    rows = scope.fetch(connection, "mutes", since=period.since, until=period.until, limit=MUTES)
    found = [mutes.of_row(row) for row in rows]
    kinds: dict[str, Mapping[int, str]] = {
        "room": called.rooms,
        "product": called.products,
        "attendant": called.attendants,
    }
    listed = tuple(MutedScope(one, _of(kinds.get(one.entity_type or "", {}), one.entity_ids)) for one in found)
    return Page(listed, rows[0].total if rows else 0)


def _of(known: Mapping[int, str], ids: Sequence[int] | None) -> dict[int, str]:
    return {one: known[one] for one in ids or () if one in known}


def fetch_stock_outs(connection: Connection, scope: Scope, period: Period, called: Called) -> Page[StockOut] | None:
    """Products that run out soon, all of those to be ordered; None where nothing forecasts that."""
    since = period.until - timedelta(days=FORECAST_AGE_DAYS)
    rows = scope.fetch(connection, "stock_outs", since=since, days=STOCK_OUT_DAYS, limit=STOCK_OUTS)
    found = [row for row in rows if row.entity_id is not None]
    if not found and not rows[0].forecasts:
        return None
    outs = (
        StockOut(
            hotel_id=r.hotel_id,
            product_id=r.entity_id,
            name=r.entity_name or called.products.get(r.entity_id),
            days_left=r.days_left,
            has_alert=r.has_alert,
            level=r.level,
            empty_on=r.empty_on,
            order_quantity=r.order_quantity,
            order_by=r.order_by,
            forecast_on=r.forecast_on,
            p10=r.p10,
            p90=r.p90,
        )
        for r in found
    )
    return Page(tuple(outs), _total(found))


def fetch_hotels(connection: Connection, scope: Scope) -> dict[int, str]:
    """Names of the hotels; empty where the source can't be read."""
    return names.fetch(connection, "report.hotels", hotel_id=scope.hotel_id)


def _total(rows: Iterable[Row[Any]]) -> int:
    return next((row.total for row in rows), 0)
