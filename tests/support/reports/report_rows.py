"""Rows of the store for the tests of reports: five weeks of one hotel's alerts and metric points, by a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

LAST_DAY = date(2026, 3, 1)
AS_OF = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "{{7*7}}",
    '=HYPERLINK("http://127.0.0.1/x";"y")',
    "<img src=file:///etc/passwd>",
    "X" * 300,
    "مياه معدنية \u202eطبيعية",
    '"><svg onload=alert(3)>',
)
_KINDS = {
    "consumption_anomaly": ("room", "room_consumption"),
    "vacant_consumption": ("room", "vacant_consumption"),
    "stock_anomaly": ("product", "stock_outflow"),
    "stock_depletion": ("product", "stock_days_left"),
    "refill_delay": ("attendant", "refill_duration"),
}
_INSERT_ALERT = text(
    """INSERT INTO minibar_ml.ml_alerts (type, severity, status, hotel_id, entity_type, entity_id, entity_name, metric,
           value, expected, detector, impact, reason, message, suggested_action, occurred_on, last_occurred_on,
           measured_on, raised_at, last_seen, read_at, resolved_at, resolved_by)
       VALUES (:type, :severity, :status, :hotel_id, :entity_type, :entity_id, :entity_name, :metric, :value, 5,
           'statistics', :impact, 'spike', :message, :suggested_action, :day, :day, :day, :raised_at, :raised_at,
           :read_at, :resolved_at, :resolved_by)"""
)
_INSERT_POINT = text(
    """INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at,
           business_date, context)
       VALUES (:metric, 1, :kind, :entity_id, :value, :at, :day,
           jsonb_build_object('visits', CAST(:visits AS integer)))"""
)


@dataclass(frozen=True)
class AlertRow:
    """What a test wants of an alert; the rest is filled in."""

    day: date
    type: str = "consumption_anomaly"
    severity: str = "high"
    status: str = "open"
    entity_id: int = 1
    entity_name: str = "101"
    hotel_id: int = 1
    impact: float | None = 10.0
    by: str = "ayse"
    value: float = 9.0

    @property
    def is_live(self) -> bool:
        return self.status in ("open", "acknowledged")

    def values(self) -> dict[str, Any]:
        entity_type, metric = _KINDS[self.type]
        raised_at = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)
        return {
            **self.__dict__,
            "entity_type": entity_type,
            "metric": metric,
            "message": f"{self.entity_name}: 9 units, 5 expected.",
            "suggested_action": f"Count {self.entity_name} again.",
            "raised_at": raised_at,
            "read_at": raised_at + timedelta(minutes=5) if self.status == "acknowledged" else None,
            "resolved_at": None if self.is_live else raised_at + timedelta(hours=2),
            "resolved_by": None if self.is_live else self.by,
        }


def insert_alerts(connection: Connection, rows: Sequence[AlertRow]) -> None:
    """Put alerts into the store and commit."""
    connection.execute(_INSERT_ALERT, [row.values() for row in rows])
    connection.commit()


def insert_points(connection: Connection, points: Sequence[tuple[str, str, int, float, date, int]]) -> None:
    """Put metric points (metric, entity type, entity, value, day, visits) into the store and commit."""
    days = [day for *_, day, _ in points]
    connection.execute(
        text("SELECT minibar_ml.ensure_partitions(:since, :until)"), {"since": min(days), "until": max(days)}
    )
    names = ("metric", "kind", "entity_id", "value", "day", "visits")
    values = [dict(zip(names, point, strict=True)) for point in points]
    for row in values:
        row["at"] = datetime.combine(row["day"], datetime.min.time(), UTC) + timedelta(hours=9)
    connection.execute(_INSERT_POINT, values)
    connection.commit()


def insert_run(connection: Connection, job: str = "detect", outcome: str = "done", as_of: datetime = AS_OF) -> None:
    """Put a job's run into the store and commit."""
    connection.execute(
        text(
            "INSERT INTO minibar_ml.ml_job_runs (job, as_of, ended_at, outcome) VALUES (:job, :as_of, now(), :outcome)"
        ),
        {"job": job, "as_of": as_of, "outcome": outcome},
    )
    connection.commit()


def some_alerts(per_day: int = 8, days: int = 35, seed: int = 7) -> list[AlertRow]:
    """Alerts of all kinds, at most one of a fingerprint live; some have hostile names."""
    chance, live, rows = random.Random(seed), set(), []
    for back in range(days):
        for _ in range(per_day):
            kind = chance.choice(list(_KINDS))
            entity = chance.randrange(40)
            row = AlertRow(
                day=LAST_DAY - timedelta(days=back),
                type=kind,
                severity=chance.choice(("low", "medium", "high", "critical")),
                status=chance.choice(("open", "acknowledged", "resolved", "resolved", "false_positive")),
                entity_id=entity,
                entity_name=HOSTILE[entity] if entity < len(HOSTILE) else f"Ürün ığş {entity}",
                impact=chance.choice((None, round(chance.uniform(1, 900), 2))),
                by=chance.choice(("ayse", "system")),
            )
            if row.is_live and (kind, entity) in live:
                row = replace(row, status="resolved")
            if row.is_live:
                live.add((kind, entity))
            rows.append(row)
    return rows
