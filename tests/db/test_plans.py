"""EXPLAIN: a small window of a big table is read by an index, whatever the layout."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import load_sql
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import psycopg2 as dialect
from support.alerts.findings import HIGH_ROOM, UNFILTERED, evening
from support.hotels.simulated import ZONE, done, sql

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.store.alerting import alerts, grounds, mutes
from minibar_ml.store.engine import make_engine
from minibar_ml.store.queries import query
from minibar_ml.store.sql_files import sql_folder

VISITS, ROOMS = 120_000, 400
SINCE, UNTIL = f"2025-11-14 00:00 {ZONE}", f"2025-11-17 00:00 {ZONE}"
WINDOW = {"since": SINCE, "until": UNTIL}
YEAR = "timestamp '2024-11-20' + n * (interval '362 days' / :visits)"


@pytest.fixture(scope="module", params=["a", "b"])
def year_of_visits(request: pytest.FixtureRequest, make_database: Callable[..., str]) -> str:
    """A database with a year of visits, a line each, in either layout, and the source contract."""
    url = make_database()
    load_sql(url, sql_folder() / "simulate" / f"layout_{request.param}.sql")
    sql(
        url,
        "INSERT INTO oteller (id, ad) VALUES (1, 'Hotel');"
        "INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, 'KAT', 1);"
        "INSERT INTO kullanicilar (id, kullanici_adi, ad, soyad, rol) VALUES (1, 'a', 'A', 'B', 'kat_sorumlusu');"
        "INSERT INTO urun_gruplari (id, grup_adi) VALUES (1, 'G');"
        "INSERT INTO urunler (id, grup_id, urun_adi) VALUES (1, 1, 'P')",
    )
    sql(url, "INSERT INTO odalar (id, kat_id, oda_no) SELECT n, 1, n FROM generate_series(1, :rooms) n", rooms=ROOMS)
    sql(
        url,
        "INSERT INTO minibar_islemleri (id, oda_id, personel_id, islem_tipi, islem_tarihi)"
        f" SELECT n, 1 + n % :rooms, 1, 'kontrol', {YEAR} FROM generate_series(1, :visits) n",
        rooms=ROOMS, visits=VISITS,
    )  # fmt: skip
    sql(
        url,
        "INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim)"
        " SELECT n, 1, 1 FROM generate_series(1, :visits) n",
        visits=VISITS,
    )
    sql(url, "ANALYZE")
    done(url, "db", "init", "--quiet")
    return url


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in _nodes(part))]


def _plan(url: str, statement: str, **values: Any) -> list[dict[str, Any]]:
    """The nodes of a plan that was made knowing the values, as a statement of ours is."""
    return _nodes(sql(url, f"EXPLAIN (FORMAT JSON) {statement}", **values)[0][0][0]["Plan"])


def _scanned_whole(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}


@pytest.mark.parametrize(
    "call",
    [
        "source_visits(CAST(:since AS timestamptz), CAST(:until AS timestamptz))",
        "source_visit_lines(CAST(:since AS timestamptz), CAST(:until AS timestamptz))",
        "source_previous_visits(CAST(:since AS timestamptz))",
    ],
)
def test_three_days_of_visits_are_found_by_an_index(year_of_visits: str, call: str) -> None:
    values = WINDOW if ":until" in call else {"since": SINCE}
    nodes = _plan(year_of_visits, f"SELECT * FROM minibar_ml.{call}", **values)
    assert any("Index" in node["Node Type"] for node in nodes)
    assert "minibar_islemleri" not in _scanned_whole(nodes)


def test_a_window_through_the_contract_holds_the_same_rows_as_the_table(year_of_visits: str) -> None:
    call = "SELECT count(*) FROM minibar_ml.source_visits(CAST(:since AS timestamptz), CAST(:until AS timestamptz))"
    inside = "islem_tarihi >= '2025-11-14' AND islem_tarihi < '2025-11-17'"
    straight = f"SELECT count(*) FROM minibar_islemleri WHERE {inside}"
    assert sql(year_of_visits, call, **WINDOW) == sql(year_of_visits, straight)
    assert sql(year_of_visits, straight)[0][0] > 900


@pytest.fixture(scope="module")
def year_of_points(make_database: Callable[..., str], template: str) -> str:
    """A store with a year of room points and 20,000 alerts."""
    url = make_database(template)
    sql(url, "SELECT minibar_ml.ensure_partitions('2024-11-20', '2025-11-17')")
    sql(
        url,
        "INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at,"
        " business_date) SELECT 'room_consumption', 1, 'room', r, 1, d, CAST(d AS date)"
        " FROM generate_series(1, 200) r, generate_series(timestamptz '2024-11-20', '2025-11-16', interval '1 day') d",
    )
    sql(
        url,
        "INSERT INTO minibar_ml.ml_alerts (type, severity, status, hotel_id, entity_type, entity_id, entity_name,"
        " metric, value, detector, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,"
        " raised_at, last_seen, resolved_at) SELECT 'vacant_consumption', 'critical', 'resolved', 1, 'room', n, n,"
        " 'vacant_consumption', 1, 'vacant_room', 'vacant', 'm', 'a', '2025-01-01', '2025-01-01', '2025-01-01',"
        " timestamptz '2025-01-01' + n * interval '20 minutes', now(), now() FROM generate_series(1, 20000) n",
    )
    sql(url, "ANALYZE")
    return url


@pytest.fixture
def _store(year_of_points: str) -> Iterator[Connection]:
    with make_engine(year_of_points, ZONE).connect() as connection:
        yield connection


def _plan_of(connection: Connection, name: str, **values: Any) -> list[dict[str, Any]]:
    """The plan of a named query, its values written into it as COPY needs them."""
    statement = str(query(name).compile(dialect=dialect.dialect()))
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + cursor.mogrify(statement, values).decode())
        return _nodes(cursor.fetchone()[0][0]["Plan"])


def test_a_window_of_points_reads_the_partitions_of_its_months_alone(_store: Connection) -> None:
    nodes = _plan_of(_store, "frames.rooms", hotels=None, **WINDOW)
    assert {node["Relation Name"] for node in nodes if "Relation Name" in node} == {"ml_metrics_2025_11"}
    assert _scanned_whole(nodes) == set()


def test_the_trailing_window_is_written_without_reading_the_years_before(_store: Connection) -> None:
    _store.execute(query("collect.create_scratch"))
    days = {
        "changes_since": "2025-10-13",
        "until_on": "2025-11-17",
        "of_others": ["occupancy"],
        "of_ledger": [],
        "merged": [],
    }
    spans = {"recent_since": SINCE, "trailing_since": SINCE, "trailing": []}
    nodes = _plan_of(_store, "collect.upsert", until=UNTIL, run_id=1, **spans, **days)
    read = {node["Relation Name"] for node in nodes if "Scan" in node["Node Type"] and "Relation Name" in node}
    assert read <= {"ml_metrics_2025_11", "computed_metrics", "removed_metrics"}


def test_one_metric_that_looks_back_further_does_not_have_the_points_of_all_read(_store: Connection) -> None:
    _store.execute(query("collect.create_scratch"))
    days = {
        "changes_since": "2025-10-13",
        "until_on": "2025-11-17",
        "of_others": ["occupancy"],
        "of_ledger": [],
        "merged": [],
    }
    spans = {"recent_since": SINCE, "trailing_since": "2025-09-01", "trailing": ["stock_outflow"]}
    nodes = _plan_of(_store, "collect.upsert", until=UNTIL, run_id=1, **spans, **days)
    assert _scanned_whole(nodes) <= {"ml_metrics_2025_11", "computed_metrics", "removed_metrics"}


def test_the_latest_alerts_come_by_an_index_of_time(_store: Connection) -> None:
    wanted = dict.fromkeys(UNFILTERED)
    nodes = _plan_of(_store, "alerts.fetch_latest", statuses=["open", "acknowledged"], limit=50, **wanted)
    assert _scanned_whole(nodes) == set()
    nodes = _plan_of(_store, "alerts.fetch_latest", statuses=None, limit=50, **wanted)
    assert [node["Index Name"] for node in nodes if "Index Name" in node] == ["ml_alerts_time"]


@pytest.mark.parametrize(("days", "months"), [(1, {"2025_06"}), (30, {"2025_04", "2025_05", "2025_06"})])
def test_a_trend_reads_the_partitions_of_its_two_windows_alone(_store: Connection, days: int, months: set[str]) -> None:
    until = date(2025, 6, 20)
    span = {"before": until - timedelta(days=2 * days), "since": until - timedelta(days=days), "until": until}
    wanted = {"hotel_id": None, "room_ids": None, "product_ids": None, "limit": 20}
    nodes = _plan_of(_store, "trends.consumption", **span, **wanted)
    assert _tables(nodes) == {f"ml_metrics_{month}" for month in months}
    if days == 1:
        assert _scanned_whole(nodes) == set()


def test_one_rooms_trend_reads_no_other_room(_store: Connection) -> None:
    span = {"before": date(2025, 4, 21), "since": date(2025, 5, 21), "until": date(2025, 6, 20)}
    wanted = {"hotel_id": 1, "room_ids": [7], "product_ids": [], "limit": None}
    nodes = _plan_of(_store, "trends.consumption", **span, **wanted)
    assert _scanned_whole(nodes) == set()
    entity = [node for node in nodes if "entity_id" in node.get("Index Cond", "")]
    assert entity, "the room is part of the index condition"


def test_pace_reads_no_room(_store: Connection) -> None:
    span = {"before": date(2025, 6, 6), "since": date(2025, 6, 13), "until": date(2025, 6, 20)}
    starts = {"earliest": date(2025, 1, 1), "weeks_since": date(2025, 4, 28), "months_since": date(2025, 1, 1)}
    nodes = _plan_of(_store, "trends.pace", **span, **starts, hotel_id=None, ids=None)
    assert _scanned_whole(nodes) == set()
    assert _tables(nodes) == {"ml_metrics_2024_12", *(f"ml_metrics_2025_0{month}" for month in range(1, 7))}


def test_a_summary_reads_its_days_and_probes_for_the_newest_points(_store: Connection) -> None:
    metrics, until = ["room_consumption", "occupancy"], date(2025, 6, 20)
    span = {"since": date(2025, 6, 19), "until": until, "hotel_id": None}
    nodes = _plan_of(_store, "trends.summary", metrics=metrics, **span)
    assert (_tables(nodes), _scanned_whole(nodes)) == ({"ml_metrics_2025_06"}, set())
    probe = {"hotels": [0, 1], "earliest": date(2025, 5, 20), "as_of": "2025-06-20 12:00"}
    nodes = _plan_of(_store, "trends.latest", metrics=metrics, **probe)
    assert (_tables(nodes), _scanned_whole(nodes)) == ({"ml_metrics_2025_05", "ml_metrics_2025_06"}, set())


def _tables(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Relation Name"] for node in nodes if "Relation Name" in node}


def test_alerts_of_these_days_touch_no_points_of_the_months_before_them(_store: Connection) -> None:
    """A partition that is not needed is not even planned for: what is planned is locked."""
    touched = (
        "SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
        " WHERE l.pid = pg_backend_pid() AND c.relname ~ '^ml_metrics_\\d{4}_\\d\\d$'"
    )
    found = replace(HIGH_ROOM, entity_id=1, occurred_on=date(2025, 11, 15))
    names = {("room", 1): "101"}
    raised = alerts.upsert(_store, [found], names, evening(found.occurred_on), _texts, {"consumption_anomaly"})
    assert raised.opened == 1
    oldest = found.occurred_on
    _store.execute(text("UPDATE minibar_ml.ml_metrics SET metric_value = 9 WHERE observed_at >= '2025-11-14'"))
    (moved,) = grounds.fetch_moved(_store, date(2025, 11, 16), oldest, [])
    settled = grounds.settle(
        _store, [moved], {moved: (found, moved.judged_on)}, names, evening(date(2025, 11, 16)), _texts
    )
    assert settled.withdrawn == 0
    mutes.take(_store, [found], names, evening(found.occurred_on), _texts)
    months = {row.relname for row in _store.exec_driver_sql(touched)}
    assert min(months) == "ml_metrics_2025_11"


def _texts(_finding: Finding, name: str) -> tuple[str, str]:
    return name, ""


def test_no_statement_of_ours_is_compiled(year_of_visits: str) -> None:
    with make_engine(year_of_visits, ZONE).connect() as connection:
        assert connection.exec_driver_sql("SHOW jit").scalar_one() == "off"
