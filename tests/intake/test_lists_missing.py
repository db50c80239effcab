"""A list that should have come and has not: `status` shows it, and an alert names it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.hotels.simulated import ZONE, alerts, command, done

Capture = pytest.CaptureFixture[str]


def _import(url: str, folder: Path, days_ago: int) -> None:
    day = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date() - timedelta(days=days_ago)
    (folder / "list.csv").write_text(f"Room,Arrival,Departure,Adults\n101,{day},{day + timedelta(days=1)},2\n")
    done(url, "import", "in_house", "list.csv", "--day", day.isoformat())


@pytest.fixture
def house(lists_url: str, tmp_path: Path) -> str:
    """A hotel whose lists of guests in house came daily until three days ago."""
    (tmp_path / "rooms.csv").write_text("Room No\n101\n")
    done(lists_url, "import", "rooms", "rooms.csv", "--hotel", "Pier")
    for days_ago in (6, 5, 4, 3):
        _import(lists_url, tmp_path, days_ago)
    done(lists_url, "collect")
    return lists_url


def test_an_alert_says_that_lists_have_stopped_and_ends_when_they_come(house: str, tmp_path: Path) -> None:
    done(house, "detect")
    (found,) = alerts(house, columns="type, hotel_id, reason, status, message")
    assert found[:4] == ("data_stale", 1, "list_missing", "open")
    assert "no list of guests in house for 3 days" in found[4]
    for days_ago in (2, 1):
        _import(house, tmp_path, days_ago)
    done(house, "collect")
    done(house, "detect")
    assert alerts(house, columns="type, status") == [("data_stale", "resolved")]


def test_status_shows_how_new_each_kind_of_list_is(house: str, tmp_path: Path, capsys: Capture) -> None:
    capsys.readouterr()
    assert command(house, "status") == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "in_house list, Pier: last one of" in shown
    assert "the next one has not come" in shown
    for days_ago in (2, 1):
        _import(house, tmp_path, days_ago)
    capsys.readouterr()
    command(house, "status", "--json")
    lists = {one["kind"]: one["is_late"] for one in json.loads(capsys.readouterr().out)["lists"]}
    assert lists == {"in_house": False, "rooms": False}
