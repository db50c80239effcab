"""A job's lock is held by who runs the job, by nobody else, and for as long as the run lives."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from support.hotels.simulated import AS_OF, ZONE, command, done, sql
from support.hotels.sources import SmallHotel
from support.servers.logins import drop_logins, login
from support.servers.sessions import LOCK_SESSIONS, refused, staying

from minibar_ml.domain.errors import AnotherRunHoldsTheLock, ExitCode
from minibar_ml.jobs import collect
from minibar_ml.jobs.spans import CollectionPlan
from minibar_ml.store.engine import connect, make_engine
from minibar_ml.store.intake import schema as lists
from minibar_ml.store.jobs import runs
from minibar_ml.store.jobs.locks import exclusive

JOBS = ("collect", "train", "detect", "notify", "rounds", "report", "monthly", "dashboard")
NOW = datetime(2025, 11, 16, 22, tzinfo=UTC)
NAME = "SELECT quote_ident(current_database())"
ADVISORY = "SELECT pg_advisory_lock(hashtext('minibar_ml'), hashtext('{}'))"
ROW = "SELECT FROM minibar_ml.ml_job_locks WHERE name = '{}' FOR UPDATE"
HOLD = """
import sys, time
from minibar_ml.store.engine import connect, make_engine
from minibar_ml.store.intake import schema as lists
from minibar_ml.store.jobs.locks import exclusive
with connect(make_engine(sys.argv[1], "UTC", "minibar-ml train")) as connection, exclusive(connection, "train"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A hotel with a few visits, and the roles of the database."""
    small = SmallHotel(store_url)
    for day in range(1, 17):
        small.visit(1, f"2025-11-{day:02} 10:00", {1: 1})
    done(store_url, "db", "roles", "--apply", "--quiet")
    yield store_url
    drop_logins(store_url)


def test_no_login_of_people_holds_up_a_job(hotel: str) -> None:
    logins = {
        "stranger": login(hotel, "stranger"),
        "keeper": login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1"),
        "boss": login(hotel, "boss", "--as", "administrator", "--all-hotels"),
    }
    for job in JOBS:
        for who, url in logins.items():
            assert "permission denied" in refused(url, ROW.format(job)), (who, job)
    for url in logins.values():
        assert "permission denied" in refused(url, "LOCK TABLE minibar_ml.ml_job_locks IN EXCLUSIVE MODE")
        assert "permission denied" in refused(url, "DELETE FROM minibar_ml.ml_job_locks")
    with ExitStack() as held:
        for job in JOBS:
            held.enter_context(staying(logins["stranger"], ADVISORY.format(job)))
        for words in (("collect",), ("train",), ("detect",), ("alerts", "notify"), ("report", "weekly")):
            done(hotel, *words, "--as-of", AS_OF, "--quiet")


def _is_free(url: str, name: str) -> bool:
    with connect(make_engine(url, "UTC")) as connection, exclusive(connection, name):
        return True


def test_who_holds_a_lock_is_named_by_role_process_application_and_time(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect(make_engine(hotel, "UTC", "minibar-ml train")) as other, exclusive(other, "train"):
        assert command(hotel, "train", "--as-of", AS_OF) == ExitCode.LOCKED
    said = capsys.readouterr().err
    assert "Another train run is in progress. Its lock is held by role postgres, process " in said
    assert "(minibar-ml train), since 20" in said


def test_the_lock_of_a_process_that_is_killed_is_free(hotel: str) -> None:
    held = subprocess.Popen([sys.executable, "-c", HOLD, hotel], stdout=subprocess.PIPE, env={**os.environ})
    assert held.stdout is not None
    assert held.stdout.readline() == b"held\n"
    assert command(hotel, "train", "--as-of", AS_OF, "--quiet") == ExitCode.LOCKED
    held.send_signal(signal.SIGKILL)
    held.communicate()
    done(hotel, "collect", "--as-of", AS_OF, "--quiet")
    _eventually(lambda: command(hotel, "train", "--as-of", AS_OF, "--quiet") == 0)


def _eventually(met: Callable[[], bool], times: int = 50) -> None:
    for _ in range(times):
        if met():
            return
    raise AssertionError("never")


def test_a_server_that_ends_idle_transactions_leaves_the_lock(hotel: str) -> None:
    name = sql(hotel, NAME)[0][0]
    sql(hotel, f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '1s'")
    sql(hotel, f"ALTER DATABASE {name} SET idle_session_timeout = '1s'")
    if sql(hotel, "SELECT FROM pg_settings WHERE name = 'transaction_timeout'"):
        sql(hotel, f"ALTER DATABASE {name} SET transaction_timeout = '1s'")
    with connect(make_engine(hotel, "UTC")) as other, exclusive(other, "train"):
        for _ in range(9):  # transactions of this test may not be long either
            sql(hotel, "SELECT pg_sleep(0.2)")
        assert command(hotel, "train", "--as-of", AS_OF, "--quiet") == ExitCode.LOCKED
        other.exec_driver_sql("SELECT 1")


def test_a_run_that_lost_its_lock_stores_nothing_once_another_has_begun(hotel: str) -> None:
    done(hotel, "collect", "--as-of", "2025-11-10", "--quiet")
    before = sql(hotel, "SELECT count(*) FROM minibar_ml.ml_metrics")

    def end_the_lock(_run: runs.Run) -> None:
        sql(hotel, f"SELECT pg_terminate_backend(pid) FROM ({LOCK_SESSIONS}) held")
        with connect(make_engine(hotel, ZONE)) as second:
            _eventually(lambda: _is_free(hotel, "collect"))
            with exclusive(second, "collect"):
                second.execute(runs.query("runs.insert"), {"job": "collect", "as_of": NOW, "is_live": False})
                second.commit()

    with connect(make_engine(hotel, ZONE)) as first:
        runs.when_started(first, end_the_lock)
        with pytest.raises(AnotherRunHoldsTheLock, match="nothing was stored"):
            collect.run(first, CollectionPlan(as_of=NOW, zone=ZoneInfo(ZONE), lookback_days=3))
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_metrics") == before


def test_two_upgrades_at_once_do_not_meet(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(database, "db", "upgrade", "--quiet")
    sql(database, "DELETE FROM minibar_ml.ml_schema_migrations WHERE version > 1")
    with staying(database, "LOCK TABLE minibar_ml.ml_schema_migrations IN SHARE ROW EXCLUSIVE MODE"):
        assert command(database, "db", "upgrade") == ExitCode.LOCKED
    assert "Another upgrade is in progress." in capsys.readouterr().err


def test_nor_do_two_upgrades_of_the_schema_of_lists(lists_url: str) -> None:
    sql(lists_url, "DELETE FROM minibar_in.schema_migration")
    with (
        connect(make_engine(lists_url, ZONE)) as connection,
        staying(lists_url, "LOCK TABLE minibar_in.schema_migration IN SHARE ROW EXCLUSIVE MODE"),
        pytest.raises(AnotherRunHoldsTheLock, match="Another upgrade"),
    ):
        lists.upgrade_where_wanted(connection, wanted=True)
