"""`minibar-ml metrics`: what it prints, for people and for scripts, and how it refuses."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from rich.cells import cell_len
from sqlalchemy import Engine, event
from support.hotels.metric_points import Points
from support.hotels.simulated import ZONE, sql
from support.hotels.sources import SmallHotel

from minibar_ml.cli.app import main

Capture = pytest.CaptureFixture[str]
AS_OF = ("--as-of", "2025-11-17T10:00")
LONG = "Kahverengi Şişede Köpüklü Doğal Kaynak Suyu 33 cl"
TREND = [
    "hotel_id", "entity_type", "entity_id", "entity_name", "metric", "units", "previous_units", "checked_days",
    "previous_checked_days", "daily_mean", "previous_daily_mean", "change_percent", "series", "previous_series",
]  # fmt: skip
FIGURES = ["minutes", "mean_minutes", "shifts", "visits", "items"]
PACE = [
    "hotel_id", "entity_type", "entity_id", "entity_name", "metric", *FIGURES,
    *(f"previous_{name}" for name in FIGURES), "change_percent", "weeks", "months",
]  # fmt: skip
SUMMARY = [
    "hotel_id", "hotel_name", "metric", "points", "entities", "latest_at", "min", "median", "mean", "max", "total",
    "days", "days_missing", "unknown",
]  # fmt: skip


@pytest.fixture
def points(store_url: str) -> Points:
    SmallHotel(store_url)
    written = Points(store_url)
    written.room(3, _10=4, _12=0, _16=5, _03=4, _05=4)
    written.room(1, _11=2)
    written.product(1, _10=4, _16=5, _03=2)
    written.shift(1, "2025-11-10", 5.0, visits=10, items=24)
    written.shift(1, "2025-11-03", 4.0, visits=10, items=20)
    written.collected("2025-11-17 09:45")
    return written


def _json(capsys: Capture, *arguments: str) -> Any:
    assert main(["metrics", *arguments, *AS_OF, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _lines(capsys: Capture, *arguments: str) -> list[str]:
    assert main(["metrics", *arguments, *AS_OF]) == 0
    return capsys.readouterr().out.splitlines()


def test_every_document_says_which_days_it_is_about(points: Points, capsys: Capture) -> None:
    head = {"window": "7d", "since": "2025-11-10", "until": "2025-11-17",
            "collected_until": "2025-11-17T09:45:00+02:00"}  # fmt: skip
    before = {"previous_since": "2025-11-03", "previous_until": "2025-11-10"}
    for command in ("trend", "pace", "summary"):
        found = _json(capsys, command)
        wanted = head if command == "summary" else head | before
        assert {name: value for name, value in found.items() if name in head | before} == wanted
        assert found["as_of"] == "2025-11-17T08:00:00+00:00"


def test_json_describes_a_trend_in_full(points: Points, capsys: Capture) -> None:
    found = _json(capsys, "trend")
    assert (found["products_total"], found["rooms_total"]) == (1, 2)
    room, unknown = found["rooms"]
    assert list(room) == TREND
    assert (room["entity_name"], room["metric"], room["units"], room["checked_days"]) == (
        "103",
        "room_consumption",
        9,
        3,
    )
    assert (room["daily_mean"], room["previous_daily_mean"], room["change_percent"]) == (3.0, 4.0, -25.0)
    assert room["series"][:2] == [{"day": "2025-11-10", "units": 4.0}, {"day": "2025-11-11", "units": None}]
    assert (unknown["previous_units"], unknown["change_percent"]) == (None, None)
    assert found["products"][0]["entity_name"] == "P1"


def test_json_gives_pace_with_its_weeks_and_months(points: Points, capsys: Capture) -> None:
    (attendant,) = _json(capsys, "pace")["attendants"]
    assert list(attendant) == PACE
    assert (attendant["entity_name"], attendant["minutes"], attendant["previous_minutes"]) == ("A B", 5.0, 4.0)
    assert (attendant["change_percent"], attendant["items"], attendant["previous_items"]) == (25.0, 24, 20)
    assert attendant["weeks"][-1] == {
        "week": "2025-W46", "since": "2025-11-10", "until": "2025-11-17", "is_complete": True,
        "minutes": 5.0, "mean_minutes": 5.0, "shifts": 1, "visits": 10, "items": 24,
    }  # fmt: skip
    month = attendant["months"][-1]
    assert (month["month"], month["is_complete"], month["shifts"], month["minutes"]) == ("2025-11", False, 2, 4.0)


def test_json_gives_every_metric_and_why_it_is_unknown(points: Points, capsys: Capture) -> None:
    found = {one["metric"]: one for one in _json(capsys, "summary")["metrics"]}
    rooms, forecast = found["room_consumption"], found["stock_days_left"]
    assert list(rooms) == SUMMARY
    assert (rooms["points"], rooms["entities"], rooms["total"], rooms["median"]) == (4, 2, 11.0, 3.0)
    assert rooms["days_missing"] == ["2025-11-13", "2025-11-14", "2025-11-15"]
    assert (forecast["points"], forecast["median"], forecast["unknown"]) == (0, None, "no_points")


@pytest.mark.parametrize("command", ["trend", "pace", "summary"])
def test_tables_fit_their_columns_and_lose_nothing(
    points: Points, capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    points.product(1, _15=1250)
    points.shift(1, "2025-11-16", 45.0, visits=120, items=1250)
    points.room(8, hotel=2, _16=1, _15=1250)
    _rename(points, LONG)
    for columns, lang, window in product((80, 100, 120), ("tr", "en"), ("24h", "7d", "30d")):
        monkeypatch.setenv("ML_LANG", lang)
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = _lines(capsys, command, "--window", window)
        assert max(map(cell_len, lines)) <= columns
        assert "…" not in "".join(lines)
        first_column = "".join(line.split("  ")[0] for line in lines).replace(" ", "")
        assert command != "trend" or LONG.replace(" ", "") in first_column


def _rename(points: Points, name: str) -> None:
    sql(points.url, "UPDATE urunler SET urun_adi = :name WHERE id = 1", name=name)


def test_the_table_says_which_days_and_marks_what_was_not_checked(points: Points, capsys: Capture) -> None:
    lines = _lines(capsys, "trend")
    assert lines[0] == "10–16 Nov 2025, compared with 3–9 Nov 2025; today is not included."
    room = next(line for line in lines if line.startswith("103"))
    assert room.split() == ["103", "9", "8", "3", "-25%", "3/2", "▇·▁···█"]
    unknown = next(line for line in lines if line.startswith("101"))
    assert unknown.split()[1:6] == ["2", "–", "2", "–", "1/0"]


def test_a_name_can_not_steer_the_terminal(points: Points, capsys: Capture) -> None:
    _rename(points, "P\x1b[31m[bold]")
    assert any(r"P\x1b[31m[bold]" in line for line in _lines(capsys, "trend"))


def test_the_list_is_cut_and_says_so(points: Points, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["metrics", "trend", *AS_OF, "--limit", "1"]) == 0
    assert "Shown: 1 of 2 rooms (use --limit 0 for all)." in capsys.readouterr().err
    monkeypatch.setenv("ML_LANG", "tr")
    assert main(["metrics", "trend", *AS_OF, "--limit", "1"]) == 0
    assert "2 odadan 1 tanesi gösteriliyor (tümü için --limit 0)." in capsys.readouterr().err
    assert main(["metrics", "trend", *AS_OF, "--limit", "0"]) == 0
    assert capsys.readouterr().err == ""
    assert len(_json(capsys, "trend", "--limit", "1")["rooms"]) == 1


def test_a_room_or_product_is_asked_for_by_its_name(points: Points, capsys: Capture) -> None:
    found = _json(capsys, "trend", "--room", "103")
    assert ([room["entity_id"] for room in found["rooms"]], found["products"]) == ([3], [])
    found = _json(capsys, "trend", "--product", "p1")
    assert ([one["entity_id"] for one in found["products"]], found["rooms"]) == ([1], [])
    assert [one["entity_name"] for one in _json(capsys, "pace", "--attendant", "a b")["attendants"]] == ["A B"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("trend", "--room", "999"), 5, ["no room '999'", "101, 102"]),
        (("trend", "--product", "Gin"), 5, ["no product 'Gin'", "P1, P2"]),
        (("pace", "--attendant", "Nobody"), 5, ["no attendant 'Nobody'", "A B"]),
        (("trend", "--hotel", "7"), 5, ["no hotel 7", "1 (Hotel)"]),
        (("pace", "--hotel", "7"), 5, ["no hotel 7"]),
        (("summary", "--hotel", "7"), 5, ["no hotel 7"]),
        (("trend", "--window", "8d"), 2, ["--window '8d'", "24h, 7d, 30d"]),
        (("pace", "--window", ""), 2, ["--window ''"]),
        (("summary", "--window", "7D"), 2, ["--window '7D'"]),
        (("trend", "--limit", "-1"), 2, ["--limit"]),
    ],
)
def test_what_there_is_not_is_refused_by_name(
    points: Points, capsys: Capture, arguments: tuple[str, ...], status: int, words: list[str]
) -> None:
    assert main(["metrics", *arguments, *AS_OF]) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert all(word in printed.err for word in words), printed.err


@pytest.mark.usefixtures("store_url")
@pytest.mark.parametrize("command", ["trend", "pace", "summary"])
def test_an_empty_store_is_no_error_and_says_what_to_do(command: str, capsys: Capture) -> None:
    assert main(["metrics", command, *AS_OF]) == 0
    assert capsys.readouterr() == (
        "",
        "No data for 10–16 Nov 2025.\n`minibar-ml collect` has not run yet.\n",
    )
    found = _json(capsys, command)
    assert (found.get("rooms", []), found.get("attendants", []), found.get("metrics", [])) == ([], [], [])
    assert main(["metrics", command, *AS_OF, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_days_that_were_not_collected_are_noted(points: Points, capsys: Capture) -> None:
    assert main(["metrics", "trend", "--as-of", "2025-11-20"]) == 0
    assert "Data collected until 17 Nov 2025 09:45 only" in capsys.readouterr().err
    assert main(["metrics", "trend", *AS_OF]) == 0
    assert "Collected" not in capsys.readouterr().err


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement.splitlines()[0])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", count)


@pytest.mark.parametrize("command", ["trend", "pace", "summary"])
def test_a_large_hotel_takes_the_same_statements_as_a_small_one(
    points: Points, collected: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture, command: str
) -> None:
    arguments = ["metrics", command, *AS_OF, "--hotel", "1", "--json"]
    with _statements() as small:
        assert main(arguments) == 0
    monkeypatch.setenv("ML_DATABASE_URL", collected)
    with _statements() as large:
        assert main(arguments) == 0
    assert small == large
    assert len(large) <= 20
    assert len(capsys.readouterr().out) > 1000


@pytest.mark.parametrize("command", ["trend", "pace", "summary"])
def test_figures_are_printed_without_what_only_learning_needs(collected: str, command: str) -> None:
    code = (
        "import sys; from minibar_ml.cli.app import main;"
        f"assert main(['metrics', '{command}', '--as-of', '2025-11-17', '--quiet']) == 0;"
        "print('imported:', [n for n in ('pandas', 'numpy', 'scipy', 'sklearn', 'jinja2') if n in sys.modules])"
    )
    environment = {**os.environ, "ML_DATABASE_URL": collected, "ML_TIMEZONE": ZONE}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.splitlines()[-1] == "imported: []"
