"""Findings and alerts as tests need them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from minibar_ml.domain.alerting.alerts import Finding, Transitions
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, AlertType
from minibar_ml.store.alerting import alerts

D = date(2025, 11, 19)
HIGH_ROOM = Finding(
    type="consumption_anomaly",
    hotel_id=1,
    entity_type="room",
    entity_id=1126,
    metric="room_consumption",
    occurred_on=D,
    reason="room_high",
    severity="high",
    detector="counts",
    value=9.0,
    expected=3.1,
    lower=0.0,
    upper=6.0,
    score=12.5,
    impact=27.5,
    facts={"guests": 2, "nights": 1, "products": [{"name": "Cola", "units": 2}]},
)
LOW_STOCK = Finding(
    type="stock_depletion",
    hotel_id=1,
    entity_type="product",
    entity_id=146,
    metric="stock_days_left",
    occurred_on=D,
    reason="depletion",
    severity="medium",
    detector="forecast",
    value=5.5,
    score=4.0,
)
VACANT = replace(
    HIGH_ROOM, type="vacant_consumption", metric="vacant_consumption", reason="vacant", severity="critical", score=None
)
NEGATIVE = replace(
    LOW_STOCK, type="stock_anomaly", metric="stock_level", reason="stock_negative", severity="critical", value=-3.0
)
OUTFLOW = replace(NEGATIVE, metric="stock_outflow", reason="outflow_high", severity="high", value=60.0, score=9.0)
DEMAND = replace(OUTFLOW, type="consumption_anomaly", metric="product_consumption", reason="product_high")
STALE = replace(
    HIGH_ROOM, type="data_stale", entity_type="hotel", entity_id=1, reason="stale", value=48.0, score=None, facts=None
)
REQUEST = replace(
    HIGH_ROOM, type="unanswered_request", metric="request_response", reason="waiting", value=45.0, score=None
)

UNFILTERED = (
    "severities", "types", "hotel_ids", "since", "until", "entity_type", "entity_id", "entity_name", "rooms", "words",
    "is_muted",
)  # fmt: skip
"""What `alerts.fetch_latest` and `fetch_ranked` ask for besides statuses and limit; null stands for any."""


def evening(day: date) -> datetime:
    """When a test's detect runs on a day."""
    return datetime(day.year, day.month, day.day, 20, tzinfo=UTC)


def on(finding: Finding, days: int, **changes: Any) -> Finding:
    """The finding some days later."""
    return replace(finding, occurred_on=finding.occurred_on + timedelta(days=days), **changes)


def detect(
    connection: Connection,
    *findings: Finding,
    day: date | None = None,
    evaluated: Collection[AlertType] = ALERT_TYPES,
    judged_on: date | None = None,
) -> Transitions:
    """Upsert findings in the evening of their day."""
    ran_on = day or max(finding.occurred_on for finding in findings)
    return alerts.upsert(
        connection, findings, {("room", 1126): "1126"}, evening(ran_on), plain_texts, evaluated, judged_on
    )


def check_rooms(connection: Connection, *days: date, room_id: int = 1126, hotel_id: int = 1) -> None:
    """Points of a room that was checked on some days, nothing found."""
    span = {"since": min(days), "until": max(days) + timedelta(days=1)}
    connection.execute(text("SELECT minibar_ml.ensure_partitions(CAST(:since AS date), CAST(:until AS date))"), span)
    connection.execute(
        text("""INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value,
                observed_at, business_date) SELECT 'room_consumption', :hotel_id, 'room', :room_id, 0, day, day
                FROM unnest(CAST(:days AS date[])) AS day"""),
        {"hotel_id": hotel_id, "room_id": room_id, "days": list(days)},
    )


def plain_texts(finding: Finding, name: str) -> tuple[str, str]:
    """A message without grammar."""
    return f"{finding.reason} {name} {finding.value}", "look"


def rows(connection: Connection) -> Sequence[Any]:
    """All alerts as they stand in the table, the oldest first."""
    return connection.execute(text("SELECT * FROM minibar_ml.ml_alerts ORDER BY id")).all()
