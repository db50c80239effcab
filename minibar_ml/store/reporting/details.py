"""The details of alerts: one statement for all that are listed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.alerting.alerts import AlertEvent, DayValue
from minibar_ml.domain.reporting.details import Detail
from minibar_ml.domain.reporting.rows import Action
from minibar_ml.store.reporting.scope import Scope


def fetch(connection: Connection, scope: Scope, actions: Iterable[Action], today: date) -> dict[int, Detail]:
    """Of each of these alerts, by its id."""
    ids = [action.alert.id for action in actions]
    return {row.id: _detail(row) for row in scope.fetch(connection, "details", ids=ids, today=today)}


def _detail(row: Row[Any]) -> Detail:
    first = row.ends_on - timedelta(days=len(row.values) - 1)
    marked = {row.occurred_on, row.measured_on, row.last_occurred_on}
    days = (first + timedelta(days=n) for n in range(len(row.values)))
    return Detail(
        row.id,
        tuple(DayValue(day, value, day in marked) for day, value in zip(days, row.values, strict=True)),
        tuple(AlertEvent(**step | _instants(step)) for step in row.history or ()),
    )


def _instants(step: Mapping[str, Any]) -> dict[str, datetime | None]:
    return {name: datetime.fromisoformat(step[name]) if step[name] else None for name in ("at", "as_of")}
