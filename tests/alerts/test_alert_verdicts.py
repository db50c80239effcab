"""People decide on alerts; filters, plans, counts and series read them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from support.alerts.findings import HIGH_ROOM, LOW_STOCK, OUTFLOW, UNFILTERED, VACANT, D, detect, evening, on, rows
from support.hotels.simulated import ZONE

from minibar_ml.domain.alerting.budget import TypeStats
from minibar_ml.domain.alerting.filters import AlertFilter, Sort
from minibar_ml.domain.errors import NotFound
from minibar_ml.store.alerting import alerts, counts, decisions, histories
from minibar_ml.store.engine import make_engine

NOON = evening(D) + timedelta(hours=16)


def _ids(connection: Connection) -> list[int]:
    return [alert.id for alert in rows(connection)]


def _audit(connection: Connection) -> list[Any]:
    return list(connection.execute(text("SELECT * FROM minibar_ml.ml_audit_log ORDER BY id")).all())


def test_reading_says_who_and_when_and_keeps_the_alert_live(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    (alert,) = decisions.set_verdict(connection, _ids(connection), "acknowledged", "ayse", NOON)
    assert (alert.status, alert.read_by, alert.read_at, alert.resolved_at) == ("acknowledged", "ayse", NOON, None)


def test_a_verdict_writes_one_audit_entry_an_alert_with_before_and_after(connection: Connection) -> None:
    detect(connection, HIGH_ROOM, LOW_STOCK)
    ids = _ids(connection)
    decisions.set_verdict(connection, ids, "false_positive", "ayse", NOON)
    entries = _audit(connection)
    assert [entry.subject for entry in entries] == [f"alert {number}" for number in ids]
    assert {(e.action, e.operator) for e in entries} == {("alert.false_positive", "ayse")}
    assert {(e.before["status"], e.after["status"]) for e in entries} == {("open", "false_positive")}
    assert all(e.after["resolved_by"] == "ayse" and "id" not in e.before for e in entries)


def test_a_repeated_verdict_changes_nothing_and_leaves_no_entry(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    decisions.set_verdict(connection, _ids(connection), "resolved", "ayse", NOON)
    assert decisions.set_verdict(connection, _ids(connection), "resolved", "mehmet", NOON) == []
    assert decisions.set_verdict(connection, _ids(connection), "acknowledged", "mehmet", NOON) == []
    assert (rows(connection)[0].resolved_by, len(_audit(connection))) == ("ayse", 1)


def test_a_resolved_alert_can_still_be_called_false_but_not_the_other_way(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    decisions.set_verdict(connection, _ids(connection), "resolved", "ayse", NOON)
    assert len(decisions.set_verdict(connection, _ids(connection), "false_positive", "ayse", NOON)) == 1
    assert decisions.set_verdict(connection, _ids(connection), "resolved", "ayse", NOON) == []


def test_unknown_ids_are_all_named_and_nothing_is_changed(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    with pytest.raises(NotFound, match="8888, 9999"):
        decisions.set_verdict(connection, [*_ids(connection), 9999, 8888], "resolved", "ayse", NOON)
    assert rows(connection)[0].status == "open"


@pytest.fixture
def four(connection: Connection) -> Iterator[Connection]:
    """Four alerts of two hotels, one of them read; by id: high 27.5, critical 5, critical none, medium 90."""
    detect(connection, HIGH_ROOM)
    detect(connection, replace(on(VACANT, 1), impact=5.0))
    detect(connection, replace(on(OUTFLOW, 2), severity="critical", hotel_id=2, impact=None))
    detect(connection, replace(on(LOW_STOCK, 3), impact=90.0), evaluated=())
    decisions.set_verdict(connection, _ids(connection)[:1], "acknowledged", "ayse", NOON)
    yield connection


@pytest.mark.parametrize(
    ("sort", "order"), [("severity", [1, 2, 0, 3]), ("impact", [3, 0, 1, 2]), ("time", [3, 2, 1, 0])]
)
def test_alerts_come_in_the_order_asked_for(four: Connection, sort: Sort, order: list[int]) -> None:
    ids = _ids(four)
    assert [alert.id for alert in alerts.fetch(four, AlertFilter(sort=sort))] == [ids[place] for place in order]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (AlertFilter(statuses=("open",)), {1, 2, 3}),
        (AlertFilter(statuses=("resolved",)), set()),
        (AlertFilter(statuses=None), {0, 1, 2, 3}),
        (AlertFilter(severities=("high", "medium")), {0, 3}),
        (AlertFilter(types=("stock_anomaly",)), {2}),
        (AlertFilter(hotel_ids=(2,)), {2}),
        (AlertFilter(since=evening(D + timedelta(days=1)), until=evening(D + timedelta(days=3))), {1, 2}),
        (AlertFilter(sort="time", limit=1), {3}),
        (AlertFilter(limit=1), {1}),
    ],
)
def test_a_filter_lets_through_what_it_says(four: Connection, wanted: AlertFilter, places: set[int]) -> None:
    ids = _ids(four)
    assert {alert.id for alert in alerts.fetch(four, wanted)} == {ids[place] for place in places}


@pytest.fixture(scope="module")
def crowd(make_database: Callable[..., str], template: str) -> Iterator[Connection]:
    """A hundred thousand alerts over three years, one in twenty live; only to be read."""
    with make_engine(make_database(template), ZONE).connect() as made:
        _crowd(made, 100_000, live_of=20)
        yield made


@pytest.fixture(scope="module")
def calm_crowd(make_database: Callable[..., str], template: str) -> Iterator[Connection]:
    """As many, one in two hundred live; only to be read."""
    with make_engine(make_database(template), ZONE).connect() as made:
        _crowd(made, 100_000, live_of=200)
        yield made


def _crowd(connection: Connection, count: int, live_of: int) -> None:
    """Many alerts over three years, one of so many live."""
    connection.execute(
        text("""
        INSERT INTO minibar_ml.ml_alerts (type, severity, status, hotel_id, entity_type, entity_id, entity_name, metric,
            value, detector, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on, raised_at,
            last_seen, resolved_at, resolved_by)
        SELECT 'consumption_anomaly', 'high', CASE WHEN n % :live_of = 0 THEN 'open' ELSE 'resolved' END, 1, 'room',
            CASE WHEN n % :live_of = 0 THEN n ELSE n % 1000 END, 'room', 'room_consumption', 9, 'counts', 'room_high',
            'm', 'a', t::date, t::date, t::date, t, t, t, 'system'
        FROM (SELECT n, timestamptz '2023-01-01' + n * interval '15 minutes' AS t FROM generate_series(1, :count) n) s
        """),
        {"count": count, "live_of": live_of},
    )
    connection.execute(text("ANALYZE minibar_ml.ml_alerts"))


@pytest.mark.parametrize("statuses", [None, ["open"]])
def test_the_latest_of_a_hundred_thousand_alerts_come_by_an_index(
    crowd: Connection, statuses: list[str] | None
) -> None:
    wanted = dict.fromkeys(UNFILTERED)
    plan = "\n".join(
        crowd.execute(
            text("EXPLAIN " + alerts.query("alerts.fetch_latest").text), {**wanted, "statuses": statuses, "limit": 50}
        ).scalars()
    )
    assert "ml_alerts_time" in plan or "ml_alerts_status_time" in plan, plan
    assert "Seq Scan" not in plan


def _plan(connection: Connection, name: str, values: dict[str, Any]) -> str:
    return "\n".join(connection.execute(text("EXPLAIN " + alerts.query(name).text), values).scalars())


def test_what_waits_among_a_hundred_thousand_comes_by_an_index(calm_crowd: Connection) -> None:
    wanted = {**dict.fromkeys(UNFILTERED), "statuses": ["open", "acknowledged"], "limit": None, "is_muted": False}
    for by_impact in (False, True):
        assert "Seq Scan" not in _plan(calm_crowd, "alerts.fetch_ranked", {**wanted, "by_impact": by_impact})
    assert "Seq Scan" not in _plan(calm_crowd, "alerts.fetch_hidden", wanted)


def test_a_day_of_findings_finds_its_alerts_among_many_by_an_index(calm_crowd: Connection) -> None:
    values: dict[str, Any] = dict.fromkeys(("as_of", "not_before"), NOON)
    values |= {"findings": "[]", "judged_on": None, "rests_also": "{}"}
    assert "Seq Scan on ml_alerts" not in _plan(calm_crowd, "alerts.apply", values)
    values |= {
        "oldest": NOON.date(),
        "evaluated": [],
        "state_types": [],
        "state_reasons": [],
        "normal_days": "{}",
        "most_quiet_days": 60,
        "stale_types": [],
        "shown_by_limit": [],
        "closed_hotels": [],
        "hotels": None,
    }
    assert "Seq Scan on ml_alerts" not in _plan(calm_crowd, "alerts.resolve", values)
    values = {"shift_reasons": ["product_high"], "common_store": 0, "needs_fresh_data": ["silent_room"]}
    assert "Seq Scan on ml_alerts" not in _plan(calm_crowd, "alerts.mute", values)


def test_counts_include_false_positives_among_verdicts_and_days_without_alerts(four: Connection) -> None:
    ids = _ids(four)
    decisions.set_verdict(four, ids[:1], "false_positive", "ayse", NOON)
    decisions.set_verdict(four, ids[1:2], "resolved", "ayse", NOON)
    counted = counts.fetch(four, evening(D - timedelta(days=1)), evening(D + timedelta(days=4)))
    assert counted.alerts == 4
    judged = {kind: (one.judged, one.false_positives) for kind, one in counted.by_type.items()}
    kinds = ("consumption_anomaly", "vacant_consumption", "stock_anomaly")
    assert [judged[kind] for kind in kinds] == [(1, 1), (1, 0), (0, 0)]
    assert {one.false_positive_rate for one in counted.by_type.values()} == {None}, "fewer than five prove nothing"
    assert TypeStats(9, 5, 2).false_positive_rate == 0.4
    assert counted.by_severity == {"critical": 2, "high": 1, "medium": 1}
    assert counted.by_status == {"open": 2, "resolved": 1, "false_positive": 1}
    assert list(counted.by_day.values()) == [0, 1, 1, 1, 1, 0]


def test_what_the_system_resolved_has_no_verdict(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    detect(connection, day=D + timedelta(days=1))
    counted = counts.fetch(connection, evening(D - timedelta(days=1)), evening(D + timedelta(days=1)))
    assert counted.by_type["stock_depletion"].judged == 0


def test_the_series_has_thirty_days_with_the_alerts_day_marked(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    _points(connection, "room_consumption", {D: 9.0, D - timedelta(days=3): 2.0, D - timedelta(days=40): 1.0})
    series = histories.fetch_series(connection, _ids(connection)[0], D + timedelta(days=5))
    assert (len(series), series[-1].day) == (30, D + timedelta(days=5))
    assert {day.day: day.value for day in series if day.value is not None} == {D: 9.0, D - timedelta(days=3): 2.0}
    assert [day.day for day in series if day.is_marked] == [D]


def test_the_series_of_an_old_alert_ends_on_its_day(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    series = histories.fetch_series(connection, _ids(connection)[0], D + timedelta(days=300))
    assert (series[-1].day, series[-1].is_marked) == (D, True)


def _points(connection: Connection, metric: str, values: dict[Any, float]) -> None:
    connection.execute(text("SELECT minibar_ml.ensure_partitions('2025-09-01', '2025-12-01')"))
    for day, value in values.items():
        connection.execute(
            text("""INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value,
                    observed_at, business_date) VALUES (:metric, 1, 'room', 1126, :value, :at, :day)"""),
            {"metric": metric, "value": value, "at": evening(day), "day": day},
        )
