"""What one person does keeps no colleague from work and no job from its report, and says nothing of how jobs are."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql
from support.servers.sessions import made_and_kept, refused, staying

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine
from minibar_ml.store.failures import explain

HOLD = ("SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, NULL)",
        "SET idle_in_transaction_session_timeout = 0")  # fmt: skip
SOON = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
REPORTS = ("report", "monthly", "dashboard", "rounds")
WORK = {
    ("alerts", "list"): ["alert.list"],
    ("alerts", "show", "1"): ["alert.view"],
    ("alerts", "read", "1"): ["alert.read"],
    ("alerts", "comment", "1", "looked"): ["alert.comment"],
    ("alerts", "resolve", "2"): ["alert.resolve"],
    ("config", "set", "lead_time_days", "4", "--hotel", "1"): ["config.set"],
    ("mutes", "add", "--hotel", "1", "--until", SOON, "--reason", "x"): ["mute.add"],
    ("report", "weekly", "--out", "."): ["report.written"],
}
"""What an administrator does, and the entries that it leaves."""
RUNS = "SELECT job, outcome FROM minibar_ml.ml_job_runs ORDER BY id"
MOST = 15


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A hotel with the roles, alert 1 (a room's) and 2 (a product's)."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true)")
    for words in (("db", "roles", "--apply"), ("config", "import")):
        done(store_url, *words, "--quiet")
    with make_engine(store_url, ZONE).connect() as connection:
        raise_alerts(connection, HIGH_ROOM, LOW_STOCK)
        connection.commit()
    yield store_url
    drop_logins(store_url)


@pytest.fixture
def boss(hotel: str) -> str:
    """The login of the administrator of hotel 1."""
    return login(hotel, "boss", "--as", "administrator", "--hotel", "1")


def _entries(url: str, table: str, who: str) -> list[str]:
    asked = f"SELECT action FROM minibar_ml.{table} WHERE database_role = :who ORDER BY id"
    return [action for (action,) in sql(url, asked, who=make_url(who).username)]


def test_who_holds_the_log_keeps_no_colleague_from_work_and_all_of_it_is_on_record(
    hotel: str, boss: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1")
    expected = [action for actions in WORK.values() for action in actions]
    with staying(keeper, *HOLD):
        for words in WORK:
            began = time.monotonic()
            done(boss, *words, "--quiet")
            assert time.monotonic() - began < MOST, words
    assert _entries(hotel, "ml_audit_waiting", boss) == expected
    assert _entries(hotel, "ml_audit_log", boss) == []
    done(hotel, "collect", "--quiet")
    assert _entries(hotel, "ml_audit_log", boss) == expected
    assert sql(hotel, "SELECT FROM minibar_ml.ml_audit_waiting") == []
    done(hotel, "audit", "verify", "--quiet")


def test_a_report_that_a_person_makes_is_no_run_of_the_job(
    hotel: str, boss: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("report", "weekly"), ("report", "monthly"), ("report", "dashboard")):
        done(boss, *words, "--out", ".", "--quiet")
    assert sql(hotel, RUNS) == []
    assert _entries(hotel, "ml_audit_log", boss) == ["report.written"] * 3
    done(hotel, "report", "weekly", "--out", ".", "--quiet")
    assert sql(hotel, RUNS) == [("report", "done")]


def test_no_person_makes_ends_or_holds_a_run_of_a_report(hotel: str, boss: str) -> None:
    chief = login(hotel, "chief", "--as", "administrator", "--all-hotels")
    sql(hotel, "INSERT INTO minibar_ml.ml_job_runs (job, as_of) VALUES ('report', now())")
    for who in (boss, chief):
        for job in REPORTS:
            begun = f"INSERT INTO minibar_ml.ml_job_runs (job, as_of) VALUES ('{job}', now())"
            assert "permission denied" in refused(who, begun)
            held = f"SELECT FROM minibar_ml.ml_job_locks WHERE name = '{job}' FOR UPDATE"
            assert "permission denied" in refused(who, held)
        assert "permission denied" in refused(who, "UPDATE minibar_ml.ml_job_runs SET outcome = 'failed'")
        assert "permission denied" in refused(who, "SELECT FROM minibar_ml.ml_job_runs FOR UPDATE")
    assert sql(hotel, RUNS) == [("report", "running")]


def test_two_people_make_the_same_report_at_once(hotel: str, boss: str, tmp_path: Path) -> None:
    with staying(hotel, "SELECT FROM minibar_ml.ml_job_locks FOR UPDATE"):
        assert command(hotel, "report", "weekly", "--out", str(tmp_path), "--quiet") == ExitCode.LOCKED
        done(boss, "report", "weekly", "--out", str(tmp_path), "--quiet")


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("SET is_active = false", ("models.retire", "3 models")),
        ("SET is_active = false WHERE metric_type = 'occupancy'", ("models.retire", "occupancy, hotel 1")),
        ("SET is_active = (version = 1)", ("models.roll_back", "3 models")),
        ("SET is_active = is_active", None),
    ],
)
def test_an_entry_about_models_says_how_many_it_names(
    hotel: str, boss: str, statement: str, entry: tuple[str, str] | None
) -> None:
    sql(hotel, "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points,"
               " trained_at, is_active) SELECT 'statistics', m, 1, n, '', 1, now(), n = 2 FROM generate_series(1, 2) n,"
               " unnest('{room_consumption,occupancy,custody_loss}'::text[]) m")  # fmt: skip
    assert psql(boss, f"UPDATE minibar_ml.ml_models {statement}") == ""
    found = sql(hotel, "SELECT action, subject FROM minibar_ml.ml_audit_log WHERE action LIKE 'models.%'")
    assert found == ([] if entry is None else [entry])


def test_what_is_made_of_the_stores_functions_and_rows_is_named_where_it_is_in_the_way(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keeper = login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1")
    for made, error in {
        "CREATE TEMP VIEW mine AS SELECT * FROM minibar_ml.source_rooms()": "view pg_temp",
        "CREATE TEMP TABLE mine (of minibar_ml.ml_alerts)": 'column "mine.of" uses its row type',
    }.items():
        change = "ALTER TABLE minibar_ml.ml_alerts ADD COLUMN more int GENERATED ALWAYS AS (1) STORED"
        with made_and_kept(keeper, made):
            if "VIEW" in made:
                capsys.readouterr()
                assert command(hotel, "db", "init") == ExitCode.PRECONDITION
                said = " ".join(capsys.readouterr().err.split())
            else:
                with make_engine(hotel, ZONE).connect() as connection, pytest.raises(DBAPIError) as raised:
                    connection.exec_driver_sql(change)
                said = str(explain(raised.value))
            assert error in said and "pg_terminate_backend ends one" in said, said
            ((maker,),) = sql(hotel, "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relpersistence = 't'")
            assert maker == make_url(keeper).username
    done(hotel, "db", "init", "--quiet")
