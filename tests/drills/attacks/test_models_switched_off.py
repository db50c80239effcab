"""Who switches models off or deletes them by psql is on record, and who keeps the server hears of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import alerts, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.errors import ExitCode

LOG = "minibar_ml.ml_audit_log"
OFF = "UPDATE minibar_ml.ml_models SET is_active = false"
ALERT = "type = 'model_fallback'"
FIELDS = "hotel_id, entity_id, reason, severity, status"


@pytest.fixture
def trained(store_url: str) -> Iterator[str]:
    """Two hotels with the record of a training and its models, of hotel 1 and of the common store."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    sql(store_url, "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data,"
                   " data_points, trained_at, is_active) SELECT 'statistics', m, h, n, '', 1, now(), n = 2"
                   " FROM generate_series(1, 2) n,"
                   " (VALUES ('room_consumption', 1), ('stock_outflow', 0)) v (m, h)")  # fmt: skip
    sql(store_url, "INSERT INTO minibar_ml.ml_training_logs (model, metric_type, hotel_id, started_at, ended_at,"
                   " data_points, success) SELECT model_type, metric_type, hotel_id, now(), now(), 1, true"
                   " FROM minibar_ml.ml_models WHERE is_active")  # fmt: skip
    yield store_url
    drop_logins(store_url)


def _last(url: str) -> tuple[object, ...]:
    return tuple(sql(url, f"SELECT database_role, action, subject FROM {LOG} WHERE action LIKE 'models.%'"
                          " ORDER BY id DESC LIMIT 1")[0])  # fmt: skip


def _doctor(url: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert command(url, "doctor") == ExitCode.UNEXPECTED
    return " ".join(capsys.readouterr().out.split())


def test_models_that_an_administrator_switched_off_are_an_alert_that_they_cannot_close(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "switched off" not in _doctor(trained, capsys)
    done(trained, "detect", "--quiet")
    before = [row for row in alerts(trained, ALERT, FIELDS) if row[2] == "models_off"]
    boss = login(trained, "boss", "--as", "administrator", "--hotel", "1")
    assert psql(boss, OFF) == ""
    assert _last(trained) == (make_url(boss).username, "models.retire", "room_consumption, hotel 1")
    assert "switched off or deleted: statistics model of room_consumption, hotel 1" in _doctor(trained, capsys)
    done(trained, "detect", "--quiet")
    assert before == []
    found = [row for row in alerts(trained, ALERT, FIELDS) if row[2] == "models_off"]
    assert found == [(0, 1, "models_off", "high", "open")], "the common store's models are not theirs to switch off"
    psql(boss, "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = session_user")
    mute = ("INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
            " VALUES (0, now(), now() + interval '9 days', 'x', session_user)")  # fmt: skip
    assert "row-level security" in psql(boss, mute)
    assert [row for row in alerts(trained, ALERT, FIELDS) if row[2] == "models_off"] == found
    sql(trained, "UPDATE minibar_ml.ml_models SET is_active = (version = 1) WHERE hotel_id = 1")
    done(trained, "detect", "--quiet")
    (row,) = [row for row in alerts(trained, ALERT, f"{FIELDS}, resolved_by") if row[2] == "models_off"]
    assert row[4:] == ("resolved", "system"), "an older version is one that somebody rolled back to"


def test_an_administrator_of_all_hotels_may_switch_the_common_stores_models_off_and_it_shows(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chief = login(trained, "chief", "--as", "administrator", "--all-hotels")
    assert psql(chief, OFF) == ""
    shown = _doctor(trained, capsys)
    assert "statistics model of stock_outflow, hotel 0, statistics model of room_consumption, hotel 1" in shown
    assert psql(chief, "UPDATE minibar_ml.ml_models SET is_active = (version = 1)") == ""
    assert _last(trained)[:2] == (make_url(chief).username, "models.promote")
    assert "switched off" not in _doctor(trained, capsys)


def test_models_that_the_stores_owner_deleted_are_named_and_on_record(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boss = login(trained, "boss", "--as", "administrator", "--hotel", "1")
    assert "permission denied" in psql(boss, "DELETE FROM minibar_ml.ml_models")
    sql(trained, "DELETE FROM minibar_ml.ml_models")
    assert _last(trained) == ("postgres", "models.delete", "2 models"), "active ones: jobs forget old versions nightly"
    assert "switched off or deleted: statistics model of stock_outflow, hotel 0" in _doctor(trained, capsys)
    done(trained, "detect", "--quiet")
    found = [row[:3] for row in alerts(trained, ALERT, FIELDS) if row[2] == "models_off"]
    assert found == [(0, 0, "models_off"), (0, 1, "models_off")]
    done(trained, "audit", "verify", "--quiet")
