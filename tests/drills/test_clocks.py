"""A clock that was wrong once: nobody works by one that went back, and what one has done that was ahead is undone."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.hotels.simulated import KEY, ZONE, command, done, sql
from support.hotels.sources import SmallHotel

from minibar_ml.artifacts.keys import parse_keys
from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.health import Schedule
from minibar_ml.jobs import collect, detect, train
from minibar_ml.jobs.plans import DetectionPlan, TrainingPlan
from minibar_ml.jobs.spans import CollectionPlan
from minibar_ml.ml.contract import Limits
from minibar_ml.store.engine import make_engine

LIVE = "SELECT type, entity_id, status FROM minibar_ml.ml_alerts WHERE status IN ('open', 'acknowledged', 'snoozed')"
AHEAD = """
SELECT count(*) FROM minibar_ml.ml_alerts WHERE greatest(raised_at, last_seen, resolved_at) > now() + interval '1 hour'
"""
STATES = "SELECT status, end_reason FROM minibar_ml.ml_alerts WHERE type = '{}' ORDER BY id"
LATE, WAITING = STATES.format("job_late"), STATES.format("unanswered_request")
FORECASTS = """
SELECT made_on, product_id, days_left, reason FROM minibar_ml.ml_forecasts
UNION ALL SELECT business_date, entity_id, metric_value, metric_type FROM minibar_ml.ml_metrics
WHERE metric_type = 'stock_days_left' ORDER BY 1, 2, 3
"""
LOCAL = ZoneInfo(ZONE)


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A hotel whose stock of one product has been below zero since yesterday, by today's clock."""
    small, today = SmallHotel(store_url), datetime.now(LOCAL).date()
    small.movement(1, "devir", 5, f"{today - timedelta(days=40)} 08:00")
    for ago in range(40, 0, -1):
        small.visit(1, f"{today - timedelta(days=ago)} 10:00", {2: 1})
    small.visit(2, f"{today - timedelta(days=1)} 11:00", {2: 40})
    small.movement(1, "cikis", 9, f"{today - timedelta(days=1)} 08:00")
    yield store_url


@pytest.fixture
def stocked(hotel: str) -> str:
    """The same, with a stock of the other product that lasts."""
    sql(hotel, "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
               " SELECT 2, 'devir', 500, min(islem_tarihi) FROM minibar_islemleri")  # fmt: skip
    return hotel


def _cron(url: str, now: datetime) -> date:
    """What cron runs, by a clock that says so; the first day that detect checked."""
    with make_engine(url, ZONE).connect() as connection:
        collect.run(connection, CollectionPlan(as_of=now, zone=LOCAL, lookback_days=3, is_live=True))
    return _detect(url, now)


def _detect(url: str, now: datetime) -> date:
    """A run of detect, to whose mind data have to be collected every ten minutes."""
    plan = DetectionPlan(
        as_of=now, zone=LOCAL, limits=Limits(), lang="en", lookback_days=3, training_days=30, min_points=10,
        is_live=True, schedules={"collect": Schedule("every 10 minutes", now - timedelta(minutes=20))},
    )  # fmt: skip
    with make_engine(url, ZONE).connect() as connection:
        return detect.run(connection, plan, None, lambda _day: None).since


def _train(url: str, now: datetime, *, is_live: bool = True) -> None:
    plan = TrainingPlan(
        as_of=now, zone=LOCAL, limits=Limits(), lookback_days=3, training_days=30, min_points=10,
        accuracy_threshold=0.85, is_live=is_live,
    )  # fmt: skip
    with make_engine(url, ZONE).connect() as connection:
        train.run(connection, plan, parse_keys(KEY, "the test"))


def _counts(url: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, int]:
    """How many alerts are open by `status` and by `alerts list`."""
    capsys.readouterr()
    command(url, "status", "--json")
    shown = json.loads(capsys.readouterr().out)
    done(url, "alerts", "list", "--json")
    return sum(shown["open_alerts"].values()), len(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=3), timedelta(days=40), timedelta(days=400)])
def test_a_clock_that_was_ahead_once_leaves_no_true_alert_closed(
    hotel: str, ahead: timedelta, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    _cron(hotel, now)
    before = sorted(map(tuple, sql(hotel, LIVE)))
    assert ("stock_anomaly", 1, "open") in before
    _cron(hotel, now + ahead)
    assert len(set(_counts(hotel, capsys))) == 1
    if ahead > timedelta(days=1):
        for words in (("collect",), ("detect",), ("alerts", "notify"), ("report", "weekly")):
            assert command(hotel, *words, "--quiet") == ExitCode.PRECONDITION, words
        said = capsys.readouterr().err
        assert "but the last run (detect) was as of" in said
        done(hotel, "collect", "--as-of", now.isoformat(), "--quiet")
    _cron(hotel, now + timedelta(minutes=1))
    _cron(hotel, now + timedelta(minutes=2))
    assert sorted(map(tuple, sql(hotel, LIVE))) == before
    assert set(_counts(hotel, capsys)) == {len(before)}
    assert sql(hotel, AHEAD)[0][0] == 0


@pytest.mark.parametrize("ahead", [timedelta(hours=30), timedelta(days=9), timedelta(days=400)])
def test_after_a_clock_that_was_ahead_the_days_since_the_last_right_run_are_checked_and_no_others(
    hotel: str, ahead: timedelta
) -> None:
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    _cron(hotel, yesterday)
    _cron(hotel, yesterday + ahead)
    done(hotel, "collect", "--as-of", now.isoformat(), "--quiet")
    assert _cron(hotel, now) == yesterday.astimezone(LOCAL).date()
    assert _cron(hotel, now + timedelta(minutes=1)) == now.astimezone(LOCAL).date()


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=20), timedelta(days=9)])
def test_what_only_a_clock_that_was_ahead_took_for_late_was_not_late(hotel: str, ahead: timedelta) -> None:
    now = datetime.now(UTC)
    _cron(hotel, now)
    _detect(hotel, now + ahead)
    assert sql(hotel, LATE) == [("open", None)]
    done(hotel, "collect", "--as-of", now.isoformat(), "--quiet")
    _cron(hotel, now + timedelta(minutes=1))
    assert sql(hotel, LATE) == [("resolved", "records_changed")]
    _detect(hotel, now + timedelta(minutes=40))
    assert sql(hotel, LATE) == [("resolved", "records_changed"), ("open", None)]
    _cron(hotel, now + timedelta(minutes=41))
    assert sql(hotel, LATE) == [("resolved", "records_changed"), ("resolved", None)]


def test_what_a_clock_that_was_ahead_took_for_late_and_is_late_stays_one_alert(hotel: str) -> None:
    now = datetime.now(UTC)
    # By a clock that is ahead of midnight the alert is one of tomorrow: today's is another one.
    midnight = datetime.combine(now.astimezone(LOCAL).date() + timedelta(days=1), time.min, LOCAL)
    _cron(hotel, now)
    _detect(hotel, min(now + timedelta(hours=2), max(midnight - timedelta(minutes=1), now + timedelta(minutes=41))))
    _detect(hotel, now + timedelta(minutes=40))
    assert sql(hotel, LATE) == [("open", None)]
    _cron(hotel, now + timedelta(minutes=41))
    assert sql(hotel, LATE) == [("resolved", None)]


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=5)])
def test_a_guest_who_waited_by_a_clock_that_was_ahead_alone_has_not_waited(hotel: str, ahead: timedelta) -> None:
    now = datetime.now(UTC)
    sql(hotel, "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum) VALUES (1, :at, 'beklemede')",
        at=f"{now.astimezone(LOCAL) - timedelta(minutes=5):%Y-%m-%d %H:%M}")  # fmt: skip
    _cron(hotel, now)
    assert sql(hotel, WAITING) == []
    _cron(hotel, now + ahead)
    assert sql(hotel, WAITING) == [("open", None)]
    _cron(hotel, now + timedelta(minutes=1))
    assert sql(hotel, WAITING) == [("resolved", "records_changed")]
    _cron(hotel, now + timedelta(hours=6))
    assert sql(hotel, WAITING) == [("resolved", "records_changed"), ("open", None)]


@pytest.mark.parametrize("ahead", [timedelta(hours=30), timedelta(days=9), timedelta(days=400)])
def test_no_forecast_of_a_night_to_come_is_left_by_a_clock_that_was_ahead(stocked: str, ahead: timedelta) -> None:
    now = datetime.now(UTC)
    _cron(stocked, now)
    _train(stocked, now)
    before = sql(stocked, FORECASTS)
    _train(stocked, now + ahead)
    assert len(sql(stocked, FORECASTS)) > len(before) > 2
    done(stocked, "collect", "--as-of", now.isoformat(), "--quiet")
    _train(stocked, now + timedelta(minutes=1))
    assert sql(stocked, FORECASTS) == before


def test_training_as_of_a_past_day_by_hand_leaves_the_forecasts_of_later_ones(stocked: str) -> None:
    now = datetime.now(UTC)
    _cron(stocked, now)
    _train(stocked, now)
    before = sql(stocked, FORECASTS)
    _train(stocked, now - timedelta(days=3), is_live=False)
    assert set(before) < set(sql(stocked, FORECASTS))


def test_a_run_of_another_day_by_hand_is_never_refused_and_stops_nobody(hotel: str) -> None:
    done(hotel, "collect", "--quiet")
    past = (datetime.now(UTC) - timedelta(days=5)).isoformat()
    done(hotel, "collect", "--as-of", past, "--quiet")
    done(hotel, "detect", "--as-of", past, "--quiet")
    done(hotel, "collect", "--quiet")


def test_a_report_that_somebody_dated_ahead_stops_no_job(hotel: str) -> None:
    sql(hotel, "INSERT INTO minibar_ml.ml_job_runs (job, as_of, outcome)"
               " VALUES ('report', now() + interval '9 years', 'done')")  # fmt: skip
    done(hotel, "collect", "--quiet")
