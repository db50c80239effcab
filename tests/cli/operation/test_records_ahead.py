"""What a clock that was ahead, or somebody with the jobs' login, has left on record is named with what removes it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.hotels.simulated import command, done, sql
from support.hotels.sources import SmallHotel
from support.servers.logins import drop_logins, login
from support.servers.sessions import staying

from minibar_ml.domain.errors import ExitCode

AHEAD = "INSERT INTO minibar_ml.ml_job_runs (job, as_of, started_at, ended_at, outcome) VALUES ({})"
TRAINING = (
    "INSERT INTO minibar_ml.ml_training_logs (model, metric_type, hotel_id, started_at, ended_at, data_points, success)"
    " VALUES ('statistics', 'x', 1, '2190-01-01', '2190-01-01', 1, true)"
)
ENTRY = "SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, NULL)"
LATE = "UPDATE minibar_ml.ml_audit_waiting SET at = at - interval '20 minutes'"


def _said(capsys: pytest.CaptureFixture[str], url: str, name: str) -> str:
    capsys.readouterr()
    command(url, *name.split())
    return " ".join(" ".join(capsys.readouterr()).split())


def _cure(said: str) -> str:
    """The statement that doctor prints."""
    (found,) = re.findall(r"DELETE FROM .*? (?:interval '1 day'|WHERE source_table = '\w+')", said)
    return str(found)


@pytest.mark.parametrize(
    "run",
    [
        "'detect', '2190-01-01', now(), now(), 'done'",
        "'detect', now(), '2190-01-01', now(), 'failed'",
        "'report', now(), now(), '2190-01-01', 'partly'",
        "'collect', '2190-01-01', now(), NULL, 'running'",
    ],
)
def test_a_run_of_an_instant_to_come_is_named_until_what_doctor_says_has_removed_it(
    store_url: str, run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(store_url, "collect", "--quiet")
    sql(store_url, AHEAD.format(run))
    job = run.split("'")[1]
    assert f"runs on record of an instant to come: 1 (latest: {job}, 2190-01-01" in _said(capsys, store_url, "status")
    said = _said(capsys, store_url, "doctor")
    assert f"runs on record of an instant to come: 1 (latest: {job}, 2190-01-01" in said
    sql(store_url, _cure(said))
    assert "an instant to come: " not in _said(capsys, store_url, "status") + _said(capsys, store_url, "doctor")
    done(store_url, "collect", "--quiet")


def test_a_training_of_an_instant_to_come_is_named_and_asks_for_no_model(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(store_url, "collect", "--quiet")
    sql(store_url, TRAINING)
    said = _said(capsys, store_url, "doctor")
    assert "trainings on record of an instant to come: 1" in said
    assert "switched off or deleted" not in said
    sql(store_url, _cure(said))
    assert "trainings on record" not in _said(capsys, store_url, "doctor")


def test_an_id_that_the_source_never_had_is_named_and_rows_are_noticed_again(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel, now = SmallHotel(store_url), datetime.now(UTC)
    hotel.visit(1, f"{now - timedelta(days=1):%Y-%m-%d} 10:00", {2: 1})
    done(store_url, "collect", "--quiet")
    assert "there is no row near it" not in _said(capsys, store_url, "doctor")
    sql(store_url, "UPDATE minibar_ml.ml_watermarks SET last_id = 2147483647 WHERE source_table = 'new_visits'")
    said = _said(capsys, store_url, "doctor")
    assert "2147483647 as the last id of new_visits, and there is no row near it" in said
    sql(store_url, _cure(said))
    done(store_url, "collect", "--quiet")
    assert "there is no row near it" not in _said(capsys, store_url, "doctor")
    assert sql(store_url, "SELECT last_id < 1000 FROM minibar_ml.ml_watermarks WHERE source_table = 'new_visits'") == [
        (True,)
    ]


def test_entries_that_wait_for_the_audit_log_are_counted_with_their_age(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    try:
        keeper = login(store_url, "keeper", "--as", "administrator", "--hotel", "1")
        with staying(keeper, ENTRY):
            for _ in range(2):
                command(store_url, "audit", "head")
                assert command(keeper, "alerts", "list", "--quiet") == ExitCode.OK
            sql(store_url, LATE)
            waiting = "entries that wait for the audit log: 2 (oldest: 20 min)"
            assert waiting in _said(capsys, store_url, "status")
            assert waiting in _said(capsys, keeper, "audit list")
            assert waiting in _said(capsys, store_url, "doctor")
    finally:
        drop_logins(store_url)
