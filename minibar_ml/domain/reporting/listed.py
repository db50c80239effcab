"""Every alert of a period, a row each: raised in it, closed in it, or waiting at its end."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from minibar_ml.domain.alerting.alerts import Status
from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.alerting.severities import Severity
from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.reporting.alert_counts import What

LISTED = 20_000
"""Rows of the list; whoever has more takes a shorter period or one hotel."""


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert as it was at the report's instant.

    `floor` is None for what is not a room. `impact` is what it adds to a sum: 0 where another alert of its incident
    counts (`counted_in`) or it was false. `verdict`: how it was closed, None while it is not.
    """

    id: int
    hotel_id: int
    floor: str | None
    entity_type: EntityType
    entity_id: int
    entity_name: str
    type: AlertType
    severity: Severity
    status: Status
    occurred_on: date
    last_occurred_on: date
    raised_at: datetime
    impact: Decimal | None
    verdict: What | None
    closed_at: datetime | None
    closed_by: str | None
    incident_id: int | None
    counted_in: int | None = None
