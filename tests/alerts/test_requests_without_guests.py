"""Requests of rooms without a guest on record end by themselves, and are a fact of the report."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, sql

Capture = pytest.CaptureFixture[str]
COLUMNS = "entity_id, status, value, facts ->> 'ended_by', end_reason"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; nobody has room 2, a guest of room 3 stays from the 8th to the 13th."""
    installed.recorded(date(2025, 10, 1), date(2025, 11, 30))
    installed.stay(3, "2025-11-08 15:00", "2025-11-13 11:00")
    return installed


def _ask(hotel: Application, room: int, at: str) -> None:
    sql(
        hotel.url,
        "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
        " VALUES (:room, CAST(:at AS timestamptz), 'beklemede')",
        room=room, at=at,
    )  # fmt: skip


def _run(hotel: Application, as_of: str) -> list[tuple[Any, ...]]:
    hotel.judged(as_of)
    return alerts(hotel.url, columns=COLUMNS)


def _shown(hotel: Application, capsys: Capture, as_of: str) -> dict[str, Any]:
    capsys.readouterr()
    done(hotel.url, "alerts", "show", "1", "--json", "--as-of", as_of)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_nobody_is_said_to_be_waiting_in_a_room_without_a_guest_on_record(hotel: Application, capsys: Capture) -> None:
    _ask(hotel, 2, "2025-11-10 09:00")
    assert _run(hotel, "2025-11-10T10:00") == [(2, "open", 60.0, None, None)]
    said = _shown(hotel, capsys, "2025-11-10T10:00")["message"]
    assert "guest has been waiting" not in said and "no guest of the room is on record" in said


def test_a_request_without_a_guest_ends_when_it_is_a_day_old(hotel: Application, capsys: Capture) -> None:
    _ask(hotel, 2, "2025-11-10 09:00")
    _run(hotel, "2025-11-10T10:00")
    assert [one[1] for one in _run(hotel, "2025-11-11T08:45")] == ["open"]
    ended = [(2, "resolved", 1440.0, "age", None)]
    assert _run(hotel, "2025-11-11T09:15") == ended
    assert "and never recorded" in _shown(hotel, capsys, "2025-11-11T10:00")["message"]
    assert _run(hotel, "2025-12-20T09:15") == ended, "and does not come back"


@pytest.mark.parametrize(
    ("kind", "ended_by", "said"),
    [
        ("sarfiyat_yok", "check", "the room was checked 2 hours later"),
        ("setup_kontrol", "refill", "a refill was recorded 2 hours after"),
    ],
)
def test_a_request_without_a_guest_ends_with_the_next_check_or_refill(
    hotel: Application, capsys: Capture, kind: str, ended_by: str, said: str
) -> None:
    _ask(hotel, 2, "2025-11-10 09:00")
    _run(hotel, "2025-11-10T10:00")
    if kind == "setup_kontrol":
        hotel.setup(2, "2025-11-10 11:00", 1, 2)
    else:
        hotel.empty(2, "2025-11-10 11:00")
    found = [one for one in _run(hotel, "2025-11-10T12:00") if one[3] is not None]
    assert found == [(2, "resolved", 120.0, ended_by, None)]
    assert said in _shown(hotel, capsys, "2025-11-10T12:00")["message"]


def test_a_check_does_not_end_the_wait_of_a_guest_who_is_there_and_is_no_critical_matter(
    hotel: Application, capsys: Capture
) -> None:
    _ask(hotel, 3, "2025-11-10 09:00")
    _run(hotel, "2025-11-10T11:00")
    assert _shown(hotel, capsys, "2025-11-10T11:00")["severity"] == "critical"
    hotel.empty(3, "2025-11-10 11:00")
    assert [one[1] for one in _run(hotel, "2025-11-11T12:00")] == ["open"]
    alert = _shown(hotel, capsys, "2025-11-11T12:00")
    assert alert["severity"] == "medium" and alert["facts"]["checked_after"] == 120
    assert "checked 2 hours after it and nothing was put in" in alert["message"]
    hotel.setup(3, "2025-11-11 13:00", 1, 2)
    assert [one[1] for one in _run(hotel, "2025-11-11T14:00")] == ["resolved"]


def test_what_a_later_run_finds_over_says_how_it_ended(hotel: Application, capsys: Capture) -> None:
    _ask(hotel, 3, "2025-11-12 09:00")
    _run(hotel, "2025-11-12T10:00")
    assert _run(hotel, "2025-11-16T10:00") == [(3, "resolved", 1620.0, "departure", None)]
    assert "the guest left after" in _shown(hotel, capsys, "2025-11-16T10:00")["message"]
    ended = sql(hotel.url, "SELECT CAST(resolved_at AS text) FROM minibar_ml.ml_alerts")[0][0]
    assert ended.startswith("2025-11-13"), "when the guest left, not when the program came back"


def test_requests_that_nobody_answered_are_a_fact_of_the_report_and_no_task(
    hotel: Application, tmp_path: Path, capsys: Capture
) -> None:
    for at in ("2025-11-10 09:00", "2025-11-11 09:30"):
        _ask(hotel, 2, at)
    _ask(hotel, 3, "2025-11-12 10:00")
    _run(hotel, "2025-11-15T10:00")
    words = ["report", "weekly", "--ending", "2025-11-15", "--as-of", "2025-11-15T12:00", "--out", str(tmp_path)]
    capsys.readouterr()
    done(hotel.url, *words, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["unanswered"], found["live"]) == (3, [])
    done(hotel.url, *words, "--quiet")
    (page,) = tmp_path.glob("minibar-weekly-*.html")
    assert "3 refill requests were never answered." in page.read_text()
