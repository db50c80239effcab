"""Two runs of a job started in the same second: one works, the other ends with 75, and nothing is there twice."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection
from support.hotels.simulated import AS_OF, KEY, ZONE, alerts, checksum, done, sql
from support.hotels.sources import SmallHotel

from minibar_ml.artifacts.keys import parse_keys
from minibar_ml.domain.errors import AnotherRunHoldsTheLock
from minibar_ml.jobs import collect, detect, train
from minibar_ml.jobs.plans import DetectionPlan, TrainingPlan
from minibar_ml.jobs.spans import CollectionPlan
from minibar_ml.ml.contract import Limits
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs import runs

PAIRS = 15
NOW = datetime(2025, 11, 16, 22, tzinfo=UTC)
KEYS = parse_keys(KEY, "the test")
LOCKED = 75
RUN = "from minibar_ml.cli.app import run; run()"


def _collect(connection: Connection) -> None:
    collect.run(connection, CollectionPlan(as_of=NOW, zone=ZoneInfo(ZONE), lookback_days=3))


def _train(connection: Connection) -> None:
    plan = TrainingPlan(
        as_of=NOW, zone=ZoneInfo(ZONE), limits=Limits(), lookback_days=3, training_days=30, min_points=10,
        accuracy_threshold=0.85,
    )  # fmt: skip
    train.run(connection, plan, KEYS)


def _detect(connection: Connection) -> None:
    plan = DetectionPlan(
        as_of=NOW, zone=ZoneInfo(ZONE), limits=Limits(), lang="en", lookback_days=3, training_days=30, min_points=10
    )
    detect.run(connection, plan, KEYS, lambda _day: None)


JOBS: dict[str, Callable[[Connection], None]] = {"collect": _collect, "train": _train, "detect": _detect}


def _pair(url: str, work: Callable[[Connection], None]) -> list[int]:
    """The exit statuses of two runs at once; the one that has the lock keeps it until the other ends."""
    barrier, ended, statuses = threading.Barrier(2), threading.Event(), []

    def one() -> None:
        with make_engine(url, ZONE).connect() as connection:
            runs.when_started(connection, lambda _run: ended.wait(60))
            barrier.wait()
            try:
                work(connection)
                statuses.append(0)
            except AnotherRunHoldsTheLock as error:
                statuses.append(int(error.exit_code))
            finally:
                ended.set()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.fixture
def small(store_url: str) -> Iterator[str]:
    hotel = SmallHotel(store_url)
    hotel.movement(1, "devir", 5, "2025-11-01 08:00")
    hotel.movement(1, "cikis", 9, "2025-11-15 08:00")  # below zero: an alert
    for day in range(1, 17):
        hotel.visit(1, f"2025-11-{day:02} 10:00", {1: 1})
    yield store_url


def test_of_fifteen_pairs_one_run_works_and_the_other_ends_with_75(small: str) -> None:
    done(small, "collect", "--as-of", AS_OF, "--quiet")
    done(small, "train", "--as-of", AS_OF, "--quiet")
    done(small, "detect", "--as-of", AS_OF, "--quiet")
    points, found = checksum(small), alerts(small, columns="type, entity_id, status, occurred_on")
    assert found, "without an alert there is none that could be there twice"
    names = list(JOBS)
    for number in range(PAIRS):
        name = names[number % len(names)]
        assert _pair(small, JOBS[name]) == [0, LOCKED], (number, name)
    assert checksum(small) == points
    assert alerts(small, columns="type, entity_id, status, occurred_on") == found
    ran = sql(small, "SELECT outcome, count(*) FROM minibar_ml.ml_job_runs GROUP BY outcome")
    assert [tuple(row) for row in ran] == [("done", PAIRS + len(JOBS))]
    active = sql(small, "SELECT model_type, metric_type, hotel_id FROM minibar_ml.ml_models WHERE is_active")
    assert len(active) == len(set(map(tuple, active)))


@pytest.mark.parametrize("job", ["train", "detect"])
def test_two_real_processes_share_no_work(
    job: str, collected: str, make_database: Callable[..., str], tmp_path: Path
) -> None:
    url = make_database(collected)
    environment = {**os.environ, "ML_DATABASE_URL": url, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY}
    command = [sys.executable, "-c", RUN, job, "--as-of", AS_OF, "--quiet"]
    both = [subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate()[1] for one in both]
    assert sorted(one.returncode for one in both) in ([0, LOCKED], [0, 0]), said
    assert said == [b"", b""], "cron has nothing to mail"
    ran = sql(url, "SELECT outcome FROM minibar_ml.ml_job_runs WHERE job = :job", job=job)
    assert [row[0] for row in ran] == ["done"] * sum(one.returncode == 0 for one in both)
    live = "SELECT type, entity_type, entity_id, occurred_on FROM minibar_ml.ml_alerts"
    rows = [tuple(row) for row in sql(url, live)]
    assert len(rows) == len(set(rows))
