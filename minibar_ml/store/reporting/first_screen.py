"""What a report's first screen reads: what waits, what happened, where, and which guests are in the house."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.domain.reporting.alert_counts import Snoozed, Step, Waiting, snoozed, spans
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.places import PlaceDay
from minibar_ml.domain.reporting.rows import Action
from minibar_ml.domain.reporting.today import Stay
from minibar_ml.store.reporting.scope import Scope, made
from minibar_ml.store.source import names


def fetch_waiting(connection: Connection, scope: Scope) -> tuple[tuple[Waiting, ...], Snoozed | None]:
    """How many alerts need action, by hotel and severity; and those that are put off."""
    rows = scope.fetch(connection, "waiting")
    waiting = tuple(made(Waiting, row) for row in rows if not row.is_snoozed)
    return waiting, snoozed([made(Snoozed, row) for row in rows if row.is_snoozed])


def fetch_steps(connection: Connection, scope: Scope, period: Period, compared_until: datetime) -> tuple[Step, ...]:
    """What happened to alerts in the period, before an instant in the one before, and in the weeks up to its end."""
    asked = spans(period)
    bounds = {"starts": [one.since for one in asked], "ends": [one.until for one in asked]}
    return tuple(
        made(Step, row) for row in scope.fetch(connection, "happened", **bounds, compared_until=compared_until)
    )


def fetch_places(connection: Connection, scope: Scope, period: Period) -> tuple[PlaceDay, ...]:
    """Where the alerts raised in the period were, day by day."""
    rows = scope.fetch(connection, "places", since=period.since, until=period.until)
    return tuple(made(PlaceDay, row) for row in rows)


def fetch_stays(connection: Connection, scope: Scope, actions: Iterable[Action]) -> tuple[Stay, ...]:
    """The guests who are in the rooms of these alerts; none where the guest lists can't be read."""
    rooms = sorted({action.alert.entity_id for action in actions if action.alert.entity_type == "room"})
    rows = names.rows(connection, "report.in_house", as_of=scope.as_of, rooms=rooms)
    return tuple(Stay(row.room_id, row.arrives_on, row.departs_on) for row in rows)
