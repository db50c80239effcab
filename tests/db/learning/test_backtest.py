"""backtest: the alerts of `detect --since` before there are any, nothing written, nobody held up."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import InternalError
from sqlalchemy.pool import NullPool
from support.hotels.simulated import AS_OF, LAST_DAY, NOTHING_TO_LEARN, ZONE, command, done, sql, state

from minibar_ml.domain.alerting.alerts import SEVERITIES
from minibar_ml.jobs.backtest import BacktestResult, run
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.contract import Limits
from minibar_ml.simulate import HotelPlan, generate, write
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive
from minibar_ml.store.queries import query
from minibar_ml.store.snapshots import snapshot

DAYS = 12
GENEROUS = {"ML_ALERT_BUDGET": "100", "ML_COUNTRY": ""}
"""So that a small hotel has learned alerts to compare; without holidays, as the plans here are."""
TABLES = (
    "SELECT c.oid::regclass::text AS name, c.relkind FROM pg_class c"
    " WHERE c.relnamespace = 'minibar_ml'::regnamespace AND c.relkind IN ('r', 'S') ORDER BY 1"
)


def _plan(days: int = DAYS, as_of: date = LAST_DAY + timedelta(days=1), budget: float = 100.0) -> DetectionPlan:
    instant = datetime(as_of.year, as_of.month, as_of.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    since = as_of - timedelta(days=days)
    return DetectionPlan(
        as_of=instant, zone=ZoneInfo(ZONE), limits=Limits(budget=budget), lang="en", lookback_days=3, training_days=30,
        min_points=100, since=since, until=as_of,
    )  # fmt: skip


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    with make_engine(url, ZONE, "minibar-ml backtest").connect() as connection:
        yield connection


def _backtest(url: str, plan: DetectionPlan, hotel: int | None = None) -> BacktestResult:
    with _connected(url) as connection:
        return run(connection, plan, hotel, lambda _: None)


def _stored(url: str) -> dict[str, Any]:
    """Every row of the store as it physically is, and where its sequences stand."""
    state: dict[str, Any] = {}
    for name, kind in sql(url, TABLES):
        if kind == "S":
            state[name] = tuple(sql(url, f"SELECT last_value, is_called FROM {name}")[0])
        else:
            rows = sql(url, f"SELECT ctid::text, xmin::text, xmax::text FROM {name}")
            state[name] = sorted(tuple(row) for row in rows)
    return state


def _fields(result: BacktestResult) -> list[str]:
    """All fields of each alert except its number."""
    return sorted(repr(replace(alert, id=0)) for alert in result.alerts)


Document = dict[str, Any]


def _same(alert: Document) -> Document:
    """An alert as JSON without what only a stored one has."""
    return {name: value for name, value in alert.items() if name not in ("id", "read_at", "read_by")}


def _ordered(found: list[Document]) -> list[Document]:
    return sorted(found, key=lambda one: (one["type"], one["hotel_id"], one["entity_id"], one["raised_at"]))


def test_a_backtest_reports_what_a_walk_through_the_same_days_stores(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    since, shown = (LAST_DAY - timedelta(days=DAYS - 1)).isoformat(), []
    state(collected, **GENEROUS)
    for arguments in (
        ("backtest", "--days", str(DAYS), "--limit", "10000", "--as-of", AS_OF, "--json"),
        ("detect", "--since", since, "--until", AS_OF, "--as-of", AS_OF, "--json"),
        ("alerts", "list", "--status", "all", "--json", "--as-of", f"{AS_OF}T00:01"),
    ):
        assert command(collected, *arguments) == 0
        shown.append(json.loads(capsys.readouterr().out))
    backtest, walk, stored = shown
    raised, kept = _ordered(backtest["examples"]), _ordered([_same(alert) for alert in stored])
    assert [_of_its_day(alert, was) for alert, was in zip(kept, raised, strict=True)] == raised
    assert len(stored) > 10
    assert len(backtest["by_type"]) > 3
    assert sum(one["alerts"] for one in backtest["by_day"]) == backtest["alerts"] == walk["transitions"]["opened"]
    resolved = [alert for alert in stored if alert["status"] == "resolved"]
    assert backtest["auto_resolved"] == len(resolved) == walk["transitions"]["resolved"] > 0


def _of_its_day(alert: dict[str, Any], was: dict[str, Any]) -> dict[str, Any]:
    """A stored alert with the severity of its day: what was critical then is high once the day has passed."""
    is_eased = (alert["severity"], was["severity"]) == ("high", "critical")
    return {**alert, "severity": "critical"} if is_eased else alert


def test_alerts_in_the_store_change_nothing_and_verdicts_what_they_teach(collected: str) -> None:
    before = _fields(_backtest(collected, _plan(days=5)))
    state(collected, **GENEROUS)
    assert command(collected, "detect", "--since", "2025-11-12", "--as-of", AS_OF, "--quiet") == 0
    sql(collected, "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'system'")
    assert before
    assert _fields(_backtest(collected, _plan(days=5))) == before
    sql(collected, "UPDATE minibar_ml.ml_alerts SET status = 'false_positive', resolved_by = 'me'")
    after = _fields(_backtest(collected, _plan(days=5)))
    assert set(after) < set(before), "false marks make what is learned stricter"


def test_nothing_of_the_store_is_touched(collected: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(collected, "detect", "--as-of", AS_OF, "--quiet")
    before = _stored(collected)
    assert sum(map(len, before.values())) > 1000
    done(collected, "backtest", "--days", "5", "--as-of", AS_OF)
    assert _stored(collected) == before


def test_postgresql_itself_refuses_to_write_in_a_snapshot(connection: Connection) -> None:
    with snapshot(connection), pytest.raises(InternalError, match="read-only transaction"):
        connection.execute(query("runs.insert"), {"job": "detect", "as_of": datetime.now(UTC), "is_live": False})


def test_jobs_go_on_while_it_computes(collected: str) -> None:
    locks: list[Any] = []

    def meanwhile(_: date) -> None:
        if locks:
            return
        locks.extend(
            sql(
                collected,
                "SELECT l.locktype, l.relation::regclass FROM pg_locks l JOIN pg_stat_activity USING (pid)"
                " WHERE application_name = 'minibar-ml backtest'",
            )
            or ["none"]
        )
        # What a new month asks of the points, and what every job asks.
        sql(collected, "LOCK TABLE minibar_ml.ml_metrics, minibar_ml.ml_alerts IN ACCESS EXCLUSIVE MODE NOWAIT")
        for job in ("collect", "train", "detect"):
            done(collected, job, "--as-of", AS_OF, "--quiet")

    state(collected, **NOTHING_TO_LEARN)
    with _connected(collected) as connection:
        result = run(connection, _plan(days=5), None, meanwhile)
    assert locks == ["none"]
    assert len(result.by_day) == 5


def test_it_runs_while_every_job_is_at_work(collected: str) -> None:
    with _connected(collected) as connection, ExitStack() as held:
        for job in ("collect", "train", "detect"):
            held.enter_context(exclusive(connection, job))
        done(collected, "backtest", "--days", "2", "--as-of", AS_OF, "--quiet")


def test_the_budget_is_compared_with_what_would_have_been_raised(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state(collected, **GENEROUS)
    assert command(collected, "backtest", "--days", "7", "--as-of", AS_OF, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    rooms = sql(collected, "SELECT count(*) FROM minibar_ml.source_rooms() WHERE is_active")[0][0]
    assert (printed["since"], printed["until"], printed["days"]) == ("2025-11-10", "2025-11-17", 7)
    assert (printed["rooms"], printed["room_days"]) == (rooms, rooms * 7)
    assert printed["budget_alerts"] == pytest.approx(100 * rooms * 7 / 1000)
    assert printed["raised_per_1000_rooms_day"] == pytest.approx(1000 * printed["alerts"] / (rooms * 7))
    assert sum(one["alerts"] for one in printed["by_type"].values()) == printed["alerts"] > 0
    assert sum(printed["by_severity"].values()) == sum(one["alerts"] for one in printed["by_day"]) == printed["alerts"]
    assert [one["day"] for one in printed["by_day"]][::6] == ["2025-11-10", "2025-11-16"]
    assert printed["hotels"] == [
        {"hotel_id": 1, "rooms": rooms, "days": 7, "days_by_phase": {"normal": 7},
         "history": {"days": 60, "phase": "normal", "silent_days": 0}, "alerts": printed["alerts"]}
    ]  # fmt: skip
    examples = printed["examples"]
    assert len(examples) == min(10, printed["alerts"])
    order = [(SEVERITIES.index(one["severity"]), one["raised_at"]) for one in examples]
    assert order == sorted(order, reverse=True)
    assert all(one["message"] and "id" not in one for one in examples)


def test_examples_are_printed_as_sentences_as_many_as_requested(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = []
    for limit in ("0", "2"):
        arguments = ("backtest", "--days", "3", "--as-of", AS_OF, "--limit", limit)
        state(collected, **GENEROUS, ML_LANG="tr")
        assert command(collected, *arguments, ML_ENABLED="false") == 0
        captured = capsys.readouterr()
        shown.append(captured.out)
        assert captured.err == ""
    assert "Yanlış alarm bütçesi" in shown[0]
    assert shown[1].startswith(shown[0])
    assert shown[1].removeprefix(shown[0]).count("\n2025-11-") == 2


def test_too_little_history_is_said_and_no_error(collected: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql(collected, "DELETE FROM minibar_ml.ml_metrics WHERE business_date < '2025-11-12'")
    state(collected, **GENEROUS)
    assert command(collected, "backtest", "--days", "30", "--as-of", AS_OF, "--json") == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert (printed["since"], printed["days"]) == ("2025-11-12", 5)
    assert printed["hotels"][0]["days_by_phase"] == {"learning": 5}
    assert printed["hotels"][0]["history"] == {"days": 5, "phase": "learning", "silent_days": 0}
    assert "History starts on 2025-11-12: 5 of 30 days were checked." in captured.err
    assert "Yasemin Otel: phase learning on 5 of 5 days; only rules raised alerts" in captured.err
    assert "Yasemin Otel: phase learning, 5 days of history; only rules raise alerts before 7 days" in captured.err


def test_without_any_points_it_says_what_to_run(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(store_url, "backtest", "--as-of", AS_OF) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "minibar-ml collect" in captured.err
    assert command(store_url, "backtest", "--as-of", AS_OF, "--json", "--quiet") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    printed = json.loads(captured.out)
    assert (printed["days"], printed["alerts"], printed["rooms"], printed["examples"]) == (0, 0, None, [])


@pytest.fixture(scope="module")
def chain(make_database: Callable[..., str]) -> str:
    """Two small hotels that share a warehouse, with all points."""
    url = make_database()
    plan = HotelPlan(seed=8, ends_on=LAST_DAY, rooms=30, days=45, hotels=2, timezone=ZONE)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(plan), "a", ZONE)
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    return url


def test_each_hotel_of_a_chain_alone_gives_what_all_together_give(chain: str) -> None:
    together = _backtest(chain, _plan(days=4, budget=200.0))
    numbers = [hotel.hotel_id for hotel in together.hotels]
    assert numbers == [0, 1, 2]
    alone = {number: _backtest(chain, _plan(days=4, budget=200.0), number) for number in numbers}
    assert together.alerts
    for number in numbers:
        own = tuple(alert for alert in together.alerts if alert.hotel_id == number)
        assert _fields(alone[number]) == _fields(replace(together, alerts=own))
    rooms = {hotel.hotel_id: hotel.rooms or 0 for hotel in together.hotels}
    assert rooms[0] == rooms[1] + rooms[2] == together.rooms == alone[0].rooms
    assert together.usage.room_days == 4 * rooms[0]


def test_an_unknown_hotel_is_named(chain: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(chain, "backtest", "--hotel", "77", "--as-of", AS_OF) == 5
    assert "77" in capsys.readouterr().err
