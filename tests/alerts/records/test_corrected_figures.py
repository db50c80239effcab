"""A live alert whose figures change says since when, and what they were before."""

import json
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, sql

FOUND = "2025-11-10T20:00"
NEXT_DAY = "2025-11-11T20:00"
LATER = "2025-11-13T20:00"
COLUMNS = "type, entity_id, status, value, CAST(impact AS float), occurrences"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; a guest of room 1 left on the ninth, four units were missing on the tenth."""
    installed.left()
    installed.setup(1, "2025-11-10 12:30", 1, 4)
    return installed


def _run(hotel: Application, as_of: str) -> list[tuple[Any, ...]]:
    hotel.judged(as_of)
    return alerts(hotel.url, columns=COLUMNS)


def _shown(hotel: Application, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    capsys.readouterr()
    done(hotel.url, "alerts", "show", "1", *options, "--as-of", LATER)
    out = capsys.readouterr().out
    return json.loads(out) if "--json" in options else " ".join(out.split())


def test_what_a_neighbouring_day_changes_is_corrected_and_not_found_late(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(hotel, FOUND) == [("vacant_consumption", 1, "open", 4.0, 40.0, 1)]
    _run(hotel, NEXT_DAY)
    sql(hotel.url, "UPDATE urunler SET satis_fiyati = 12 WHERE id = 1")
    hotel.empty(1, "2025-11-05 16:00")
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "open", 4.0, 48.0, 1)]
    shown = _shown(hotel, capsys, "--json")
    assert "Corrected on 13 Nov" in shown["message"]
    assert "found_late_on" not in shown["facts"]
    corrected = shown["events"][-1]
    assert [corrected[name] for name in ("event", "value_before", "value", "impact_before", "impact")] == [
        "corrected", 4.0, 4.0, 40.0, 48.0,
    ]  # fmt: skip
    assert "corrected, records changed: 4 (possible loss 40.00 → 48.00)" in _shown(hotel, capsys)


def test_a_neighbouring_day_that_changes_no_figure_says_nothing(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [_run(hotel, at) for at in (FOUND, NEXT_DAY)][-1]
    hotel.empty(1, "2025-11-05 16:00")
    assert _run(hotel, LATER) == before
    shown = _shown(hotel, capsys, "--json")
    assert [one["event"] for one in shown["events"]] == ["opened"]
    assert "Found on" not in shown["message"]
    assert "Corrected on" not in shown["message"]


def test_a_history_has_the_value_before_and_after_a_correction(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(hotel, FOUND)
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 2 WHERE eklenen_miktar = 4")
    assert _run(hotel, LATER)[0][3] == 2.0
    shown = _shown(hotel, capsys)
    assert "raised: 4 " in shown
    assert "corrected, records changed: 4 → 2" in shown


def test_each_day_of_an_alert_is_read_by_what_was_found_on_it(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(hotel, FOUND)
    # As of an alert that was about a write-off on one day, and is about stock below zero now.
    sql(hotel.url, "UPDATE minibar_ml.ml_alerts SET type = 'stock_anomaly', reason = 'stock_negative'")
    sql(hotel.url, "UPDATE minibar_ml.ml_alert_days SET ground = '', value = 2,"
        " figures = jsonb_set(figures, '{reason}', '\"write_off_high\"')")  # fmt: skip
    assert "10 Nov 2025: 2, worked out from records that add up to 4 now" in _shown(hotel, capsys)


def test_a_history_goes_by_the_clock_of_the_runs_and_of_people(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server's clock says when history was walked, and not when anything happened."""
    _run(hotel, FOUND)
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 2 WHERE eklenen_miktar = 4")
    _run(hotel, LATER)
    done(hotel.url, "alerts", "read", "1", "--quiet")
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 0 WHERE eklenen_miktar = 2")
    _run(hotel, "2025-11-13T21:30")
    shown = _shown(hotel, capsys)
    assert "10 Nov 2025 20:00 raised: 4" in shown
    assert "13 Nov 2025 20:00 corrected, records changed: 4 → 2" in shown
    assert "13 Nov 2025 21:30 resolved (records changed)" in shown
    events = {one["event"]: one for one in _shown(hotel, capsys, "--json")["events"]}
    assert events["acknowledged"]["as_of"] is None
    read_at = str(events["acknowledged"]["at"])
    assert read_at > "2026" and events["opened"]["as_of"].startswith("2025-11-10T20:00")


def test_what_has_become_of_an_alert_by_age_is_of_the_run_that_saw_it(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(hotel, FOUND)
    for table in ("ml_alerts", "ml_alert_days"):
        sql(hotel.url, f"UPDATE minibar_ml.{table} SET severity = 'critical'")
    _run(hotel, LATER)
    (eased,) = (one for one in _shown(hotel, capsys, "--json")["events"] if one["event"] == "eased")
    assert eased["as_of"].startswith(LATER)
