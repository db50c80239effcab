"""Holidays and events on their way from the settings into alerts."""

from pathlib import Path

import pytest
from support.hotels.simulated import AS_OF, command, sql, state

EVENTS = "starts_on,ends_on,name,hotel_id\n2025-11-10,2025-11-16,Film festival,1\n"


def _events(folder: Path, text: str = EVENTS) -> str:
    path = folder / "events.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_alerts_of_unusual_consumption_name_the_event_and_others_do_not(collected: str, tmp_path: Path) -> None:
    state(collected, ML_EVENTS_FILE=_events(tmp_path), ML_ALERT_BUDGET="100")
    assert command(collected, "train", "--as-of", AS_OF, "--quiet") == 0
    assert command(collected, "detect", "--as-of", AS_OF, "--quiet") == 0
    alerts = sql(collected, "SELECT type, facts ->> 'calendar', message FROM minibar_ml.ml_alerts")
    of_rooms = [one for one in alerts if one.type == "consumption_anomaly"]
    assert of_rooms
    assert {one[1] for one in of_rooms} == {"Film festival"}
    assert all("Event: Film festival." in one.message for one in of_rooms)
    assert {one[1] for one in alerts if one.type != "consumption_anomaly"} <= {None}


def test_a_mistake_in_the_events_ends_the_import_with_the_line_that_has_it_and_no_job(
    collected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = _events(tmp_path, EVENTS + "2025-11-31,2025-12-01,Fair,1\n")
    assert command(collected, "detect", "--as-of", AS_OF, ML_EVENTS_FILE=wrong) == 0
    assert "ML_EVENTS_FILE is ignored" in capsys.readouterr().err
    assert command(collected, "config", "import", ML_EVENTS_FILE=wrong) == 3
    assert "events.csv, line 3: starts_on is '2025-11-31'" in capsys.readouterr().err


def test_an_unknown_country_ends_a_job_with_how_to_find_its_code(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state(collected, ML_COUNTRY="ZZ")
    assert command(collected, "detect", "--as-of", AS_OF) == 3
    assert "ISO 3166-1" in capsys.readouterr().err
