"""A rehearsal in memory ends where PostgreSQL does, whatever is found in whatever order."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from support.findings import (
    HIGH_ROOM,
    LOW_STOCK,
    NEGATIVE,
    OUTFLOW,
    REQUEST,
    STALE,
    VACANT,
    D,
    check_rooms,
    evening,
    plain_texts,
)
from support.hotels import ZONE

from minibar_ml.domain.alert_kinds import ALERT_TYPES
from minibar_ml.domain.alerts import Alert, AlertFilter, Finding, Transitions
from minibar_ml.store import alerts
from minibar_ml.store.rehearsal import Rehearsal

KINDS = (HIGH_ROOM, HIGH_ROOM, LOW_STOCK, VACANT, NEGATIVE, OUTFLOW, REQUEST, STALE)
NAMES: dict[Any, str] = {("room", 1126): "1126", ("product", 146): "Efes"}
COMPARED = [field.name for field in fields(Alert) if field.name not in ("id", "previous_id", "muted_by")]


def _chance(rng: random.Random, day: date) -> Finding:
    """Any kind of finding, on the day or up to two before, stronger or weaker, now and then over already."""
    kind = rng.choice(KINDS)
    occurred_on = day - timedelta(days=rng.choice([0, 0, 0, 1, 2]))
    at = evening(occurred_on) - timedelta(minutes=rng.choice([10, 200]))
    facts: dict[str, Any] = {"guests": rng.randrange(1, 3), "share": rng.choice([1, 1.0, 0.25])}
    if kind is REQUEST:
        facts["requested_at"] = (at - timedelta(hours=rng.randrange(2))).isoformat()
    return replace(
        kind,
        hotel_id=rng.choice([1, 1, 2]),
        occurred_on=occurred_on,
        severity=rng.choice(["medium", "high", "critical"]),
        value=float(rng.choice([3, 4, 4, 5, 9])),
        score=None if kind.score is None else rng.choice([4.0, 7.5, 900.0]),
        impact=rng.choice([None, 27.505, 0.125, 1e15]),
        facts=facts,
        raised_at=rng.choice([None, at]),
        settled_at=rng.choice([None, at]) if kind.is_state else None,
    )


def _days(rng: random.Random) -> Iterator[tuple[datetime, list[Finding]]]:
    """Seven weeks: mostly a few findings a day, now and then weeks of silence, so that alerts go away."""
    day = D
    while day < D + timedelta(days=49):
        yield evening(day), [_chance(rng, day) for _ in range(rng.choice([0, 1, 2, 4, 6]))]
        day += timedelta(days=rng.choice([0, 0, 1, 1, 1, 1, 3, 16]))


def _checks(rng: random.Random) -> list[date]:
    """Most days or few: the room is checked on."""
    share = rng.choice([0.9, 0.3])
    return [day for day in (D + timedelta(days=n) for n in range(60)) if rng.random() < share]


def _rows(found: list[Alert]) -> list[tuple[Any, ...]]:
    """All but the ids, in an order of their own, instants in UTC; of an earlier episode how it ended."""
    ordered = sorted(
        found, key=lambda a: (a.type, a.hotel_id, a.raised_at, a.occurred_on, a.resolved_at or a.raised_at)
    )
    ended = {alert.id: alert.resolved_at for alert in found}
    values = (
        (*(getattr(alert, name) for name in COMPARED), ended[alert.previous_id] if alert.previous_id else None)
        for alert in ordered
    )
    return [tuple(one.astimezone(UTC) if isinstance(one, datetime) else one for one in row) for row in values]


def _room(hotel_id: int) -> tuple[str, int, str, int]:
    return "room_consumption", hotel_id, "room", 1126


def test_random_weeks_end_the_same_in_memory_and_in_postgresql(connection: Connection) -> None:
    total = Counter[str]()
    for seed in range(30):
        checks = {hotel_id: _checks(random.Random(f"{seed} {hotel_id}")) for hotel_id in (1, 2)}
        for hotel_id, days in checks.items():
            check_rooms(connection, *days, hotel_id=hotel_id)
        rehearsal = Rehearsal(
            ZoneInfo(ZONE), {_room(one): [d.toordinal() for d in days] for one, days in checks.items()}
        )
        for as_of, findings in _days(random.Random(seed)):
            stored = alerts.upsert(connection, findings, NAMES, as_of, plain_texts, ALERT_TYPES)
            assert rehearsal.upsert(findings, NAMES, as_of, ALERT_TYPES) == stored, (seed, as_of)
            total.update(asdict(stored))
        assert _rows(rehearsal.alerts) == _rows(alerts.fetch(connection, AlertFilter(statuses=None))), seed
        connection.rollback()
    assert all(total[name] > 20 for name in ("opened", "updated", "suppressed", "resolved")), total


def test_what_was_not_evaluated_is_not_over(connection: Connection) -> None:
    rehearsal = Rehearsal(ZoneInfo(ZONE), {})
    for evaluated in ((), ("stock_anomaly",)):
        for finding in ([NEGATIVE], []):
            stored = alerts.upsert(connection, finding, NAMES, evening(D), plain_texts, evaluated)
            assert rehearsal.upsert(finding, NAMES, evening(D), evaluated) == stored
    assert stored == Transitions(resolved=1)


def test_alerts_are_numbered_as_they_were_opened_and_their_instants_are_the_hotels(connection: Connection) -> None:
    rehearsal = Rehearsal(ZoneInfo(ZONE), {})
    at = datetime(2025, 11, 19, 22, 30, tzinfo=UTC)
    rehearsal.upsert([VACANT], NAMES, at, ())
    rehearsal.upsert([HIGH_ROOM, VACANT], NAMES, at, ())
    assert [(alert.id, alert.type) for alert in rehearsal.alerts] == [(1, VACANT.type), (2, HIGH_ROOM.type)]
    assert rehearsal.alerts[0].raised_at.isoformat() == "2025-11-20T00:30:00+02:00"
