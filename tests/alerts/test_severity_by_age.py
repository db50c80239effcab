"""Critical is a matter of today: what happened days ago is high at most, wherever an alert is shown."""

import json
from datetime import date
from pathlib import Path

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, command, done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.domain.alerting.severities import FRESH_DAYS
from minibar_ml.domain.errors import ExitCode

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; guests of rooms 1 and 2 left on 9 November, and the checks after that found the minibars full."""
    installed.recorded(date(2025, 10, 1), date(2025, 11, 30))
    for room in (1, 2):
        installed.stay(room, "2025-11-07 15:00", "2025-11-09 08:00")
        for at in ("2025-11-09 14:00", "2025-11-09 19:00", "2025-11-10 11:30"):
            installed.empty(room, at)
    return installed


def _run(hotel: Application, as_of: str) -> None:
    hotel.judged(as_of)


def _severities(hotel: Application) -> list[tuple[object, ...]]:
    return alerts(hotel.url, columns="entity_id, severity")


def test_a_vacant_finding_is_critical_for_two_days_and_then_high(hotel: Application) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 6)
    for day, severity in ((10, "critical"), (12, "critical"), (13, "high"), (22, "high")):
        _run(hotel, f"2025-11-{day}T20:00")
        assert _severities(hotel) == [(1, severity)], day
    events = sql(hotel.url, "SELECT event, severity FROM minibar_ml.ml_alert_events ORDER BY id")
    assert events == [("opened", "critical"), ("eased", "high")]


def test_a_finding_of_twelve_days_ago_opens_as_high(hotel: Application) -> None:
    _run(hotel, "2025-11-21T20:00")
    hotel.setup(1, "2025-11-10 12:30", 1, 6)
    _run(hotel, "2025-11-22T20:00")
    assert _severities(hotel) == [(1, "high")]


def test_a_new_day_of_an_old_alert_is_critical_by_its_own_units(hotel: Application) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 6)
    _run(hotel, "2025-11-10T20:00")
    hotel.empty(1, "2025-11-19 11:30")
    hotel.setup(1, "2025-11-20 12:30", 1, 2)
    _run(hotel, "2025-11-20T20:00")
    assert _severities(hotel) == [(1, "high")], "two units today"
    hotel.setup(1, "2025-11-21 12:30", 1, 7)
    _run(hotel, "2025-11-21T20:00")
    assert _severities(hotel) == [(1, "critical")]


def test_a_correction_of_an_old_day_makes_nothing_critical(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 2)
    _run(hotel, "2025-11-10T20:00")
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 9 WHERE islem_id = :row", row=row)
    _run(hotel, "2025-11-22T20:00")
    assert _severities(hotel) == [(1, "high")]


def test_list_mail_and_report_say_the_same_severity_and_what_to_do_at_its_age(
    hotel: Application, tmp_path: Path, capsys: Capture
) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 6)
    _run(hotel, "2025-11-10T20:00")
    _run(hotel, "2025-11-14T20:00")
    words = ["people", "add", "ayse", "--role", "administrator", "--email", "a@otel.example", "--severity", "low"]
    done(hotel.url, *words, "--quiet")
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 8 WHERE eklenen_miktar = 6")
    # What is sent is that the records were changed; nobody had got the opening.
    hotel.setup(2, "2025-11-10 12:30", 1, 7)
    _run(hotel, "2025-11-15T20:00")
    with serving(Mailbox()) as mailbox:
        notify = ["alerts", "notify", "--as-of", "2025-11-15T20:00", "--quiet"]
        assert command(hotel.url, *notify, **mailbox.settings()) == ExitCode.OK
    assert mailbox.accepted and all(str(mail["Subject"]).startswith("[High]") for mail in mailbox.accepted)
    for mail in mailbox.accepted:
        assert "from the records of that day" in " ".join(mail.get_body(("plain",)).get_content().split())
    capsys.readouterr()
    done(hotel.url, "alerts", "list", "--json", "--as-of", "2025-11-15T20:00")
    listed = json.loads(capsys.readouterr().out)
    assert {one["severity"] for one in listed} == {"high"}
    assert all("from the records of that day" in one["suggested_action"] for one in listed)
    report = ["report", "weekly", "--ending", "2025-11-15", "--as-of", "2025-11-15T20:00", "--json"]
    done(hotel.url, *report, "--out", str(tmp_path))
    found = json.loads(capsys.readouterr().out)
    assert [(one["severity"], one["alerts"]) for one in found["live"]] == [("high", 2)]


def test_the_store_and_the_program_call_the_same_age_old(hotel: Application) -> None:
    asked = "SELECT minibar_ml.aged('critical', CAST(:on AS date), CAST('2025-11-20 12:00' AS timestamptz))"
    found = [sql(hotel.url, asked, on=f"2025-11-{20 - FRESH_DAYS - n}")[0][0] for n in (0, 1)]
    assert found == ["critical", "high"]
