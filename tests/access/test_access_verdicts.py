"""Whoever gives a verdict has the right to, is named whichever way they give it, and blocks nobody else."""

import time
from collections.abc import Iterator

import psycopg2
import pytest
from sqlalchemy import make_url
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """Two hotels, the roles, alert 1 (a room's) and 2 (a product's) in hotel 1."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    with make_engine(store_url, ZONE).connect() as connection:
        raise_alerts(connection, HIGH_ROOM, LOW_STOCK)
        connection.commit()
    yield store_url
    drop_logins(store_url)


def test_a_verdict_by_psql_is_on_record_under_the_login_that_gave_it(hotels: str) -> None:
    url = login(hotels, "manager", "--as", "administrator", "--hotel", "1")
    role = make_url(url).username
    verdict = "status = 'resolved', resolved_at = now(), resolved_by = 'Somebody Else'"
    assert psql(url, f"UPDATE minibar_ml.ml_alerts SET {verdict} WHERE id = 1") == ""
    assert sql(
        hotels,
        "SELECT database_role, operator, action, subject, before ->> 'status', after ->> 'status'"
        " FROM minibar_ml.ml_audit_log WHERE subject LIKE 'alert %'",
    ) == [(role, "Somebody Else", "alert.resolve", "alert 1", "open", "resolved")]
    psql(url, "UPDATE minibar_ml.ml_alerts SET status = 'open', resolved_at = NULL, resolved_by = NULL WHERE id = 1")
    last = "SELECT action, operator FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1"
    assert sql(hotels, last) == [("alert.reopen", role)]
    done(hotels, "audit", "verify", "--quiet")
    done(hotels, "alerts", "false-positive", "2", "--by", "Ayşe", "--quiet")
    sql(hotels, "UPDATE minibar_ml.ml_alerts SET status = 'open', resolved_at = NULL, resolved_by = NULL WHERE id = 2")
    assert sql(hotels, last) == [("alert.reopen", "postgres")], "the owner is on record too"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ("status = 'resolved', resolved_at = now(), resolved_by = 'system'", "only a job"),
        ("status = 'resolved', resolved_at = '2020-01-01', resolved_by = 'a'", "given now"),
        ("status = 'acknowledged', read_at = now() + interval '3 years', read_by = 'a'", "given now"),
        ("status = 'snoozed', snoozed_until = now() + interval '1 day', snoozed_by = 'system'", "only a job"),
        ("resolved_by = 'Mr X'", "only with the verdict"),
        ("read_by = 'Mr X', read_at = now()", "only with the verdict"),
    ],
)
def test_nobody_gives_a_verdict_as_the_system_or_at_another_time(hotels: str, changes: str, why: str) -> None:
    url = login(hotels, "manager", "--as", "administrator", "--hotel", "1")
    assert why in psql(url, f"UPDATE minibar_ml.ml_alerts SET {changes} WHERE id = 1")
    assert sql(hotels, "SELECT status FROM minibar_ml.ml_alerts WHERE id = 1") == [("open",)]


def test_nobody_but_a_job_says_which_alert_explains_another(hotels: str) -> None:
    url = login(hotels, "manager", "--as", "administrator", "--hotel", "1")
    for other in (2, 999):
        said = psql(url, f"UPDATE minibar_ml.ml_alerts SET muted_by = {other} WHERE id = 1")
        assert "only a job" in said, "whether the other exists is not said"
    sql(hotels, "UPDATE minibar_ml.ml_alerts SET muted_by = 2 WHERE id = 1")
    assert psql(url, "UPDATE minibar_ml.ml_alerts SET muted_by = NULL WHERE id = 1") == ""
    last = "SELECT action, operator, subject FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1"
    assert sql(hotels, last) == [("alert.unmute", make_url(url).username, "alert 1")]


@pytest.mark.parametrize("status", ["resolved", "false_positive"])
def test_which_alert_explained_a_closed_one_stays_on_record(hotels: str, status: str) -> None:
    url = login(hotels, "manager", "--as", "administrator", "--hotel", "1")
    closed = f"muted_by = 2, status = '{status}', resolved_at = now(), resolved_by = 'a'"
    sql(hotels, f"UPDATE minibar_ml.ml_alerts SET {closed} WHERE id = 1")
    assert "does not change" in psql(url, "UPDATE minibar_ml.ml_alerts SET muted_by = NULL WHERE id = 1")
    assert sql(hotels, "SELECT muted_by FROM minibar_ml.ml_alerts WHERE id = 1") == [(2,)]


def test_who_sees_an_alert_and_may_not_change_it_gets_an_error(hotels: str, capsys: Capture) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    sql(hotels, f"GRANT minibar_ml_operator TO {make_url(url).username}")
    for verb in ("read", "resolve", "false-positive"):
        assert command(url, "alerts", verb, "2") == ExitCode.PRECONDITION
        assert "sees alert 2 but may not change it" in capsys.readouterr().err


def test_an_administrator_of_one_hotel_may_see_people_and_look_after_no_keys(hotels: str, capsys: Capture) -> None:
    sql(hotels, "INSERT INTO kullanicilar (kullanici_adi, ad, soyad, rol, aktif, email)"
                " VALUES ('mudur', 'A', 'B', 'admin', true, 'mudur@otel.example')")  # fmt: skip
    url = login(hotels, "manager", "--as", "administrator", "--hotel", "1")
    done(url, "people", "list", "--quiet")
    done(hotels, "people", "list", "--quiet")
    capsys.readouterr()
    done(url, "people", "list")
    assert "mudur" in capsys.readouterr().out
    for verb in ("rotate", "prune"):
        assert command(url, "keys", verb) == ExitCode.PRECONDITION
        assert "does not see every hotel's models" in capsys.readouterr().err


def test_a_session_that_holds_the_audit_log_keeps_nobody_waiting(hotels: str) -> None:
    other = login(hotels, "other", "--as", "viewer", "--all-hotels")
    with psycopg2.connect(login(hotels, "viewer", "--as", "viewer", "--all-hotels")) as idle, idle.cursor() as cursor:
        cursor.execute("SELECT minibar_ml.record_action(NULL, 'alert.view', 'alert 1', NULL, NULL)")
        began = time.monotonic()
        done(other, "alerts", "list", "--quiet")
        assert time.monotonic() - began < 10
    done(hotels, "alerts", "list", "--quiet")
