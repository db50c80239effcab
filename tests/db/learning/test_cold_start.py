"""A hotel with little history: rules speak from the first day, what is learned after a week, and it is said."""

import json
from datetime import timedelta

import pytest
from support.hotels.simulated import AS_OF, LAST_DAY, alerts, command, sql, state

from minibar_ml.ml.detectors import ALL

RULES = {detector.spec.name for detector in ALL if detector.spec.is_rule}
GENEROUS = {"ML_ALERT_BUDGET": "1000", "ML_MIN_DATA_POINTS": "10", "ML_LOOKBACK_DAYS": "1"}
"""So many false alerts allowed that whatever may speak does."""


def _with_history(url: str, days: int) -> str:
    """The hotel as if its records began so many days before the end of the last one."""
    first = LAST_DAY - timedelta(days=days - 1)
    sql(url, "DELETE FROM minibar_ml.ml_metrics WHERE business_date < :first", first=first)
    return url


def _theft(url: str, day: str) -> None:
    """Units gone from a vacant room: a rule speaks."""
    sql(
        url,
        "INSERT INTO minibar_ml.ml_metrics SELECT 'vacant_consumption', hotel_id, 'room', min(entity_id), 2,"
        " CAST(:day AS date) + time '12:00', :day, '{\"previous_on\": \"2025-11-10\"}' FROM minibar_ml.ml_metrics"
        " WHERE metric_type = 'room_consumption' GROUP BY hotel_id",
        day=day,
    )


def _learnt(url: str) -> list[tuple[str, dict[str, object], str]]:
    found = alerts(url, columns="split_part(detector, '+', 1), facts, message")
    return [(detector, facts, message) for detector, facts, message in found if detector not in RULES]


@pytest.mark.parametrize(("days", "phase"), [(6, "learning"), (11, "provisional"), (15, "normal")])
def test_detect_and_the_list_show_the_phase(
    collected: str, capsys: pytest.CaptureFixture[str], days: int, phase: str
) -> None:
    _with_history(collected, days)
    assert command(collected, "detect", "--as-of", AS_OF, "--json") == 0
    assert json.loads(capsys.readouterr().out)["phases"] == {"1": {"days": days, "phase": phase, "silent_days": 0}}
    for reading in (["alerts", "list"], ["alerts", "stats", "--as-of", AS_OF]):
        assert command(collected, *reading) == 0
        assert (f"phase {phase}, {days} days of history" in capsys.readouterr().err) == (phase != "normal")
        assert command(collected, *reading, "--quiet") == 0
        assert capsys.readouterr().err == ""
    assert command(collected, "alerts", "list", "--hotel", "0") == 0
    assert "phase" not in capsys.readouterr().err


def test_in_its_first_week_only_rules_speak(collected: str) -> None:
    _with_history(collected, 7)
    _theft(collected, "2025-11-11")
    state(collected, **GENEROUS)
    assert command(collected, "detect", "--as-of", AS_OF, "--since", "2025-11-10", "--quiet") == 0
    assert alerts(collected, columns="type") == [("vacant_consumption",)]


def test_a_stored_model_is_silent_in_a_hotel_that_starts_again(collected: str) -> None:
    state(collected, **GENEROUS)
    assert command(collected, "train", "--as-of", AS_OF, "--quiet") == 0
    _with_history(collected, 5)
    assert command(collected, "detect", "--as-of", AS_OF, "--quiet") == 0
    assert not _learnt(collected)


def test_in_its_second_week_what_is_learnt_says_that_it_is_provisional(collected: str) -> None:
    _with_history(collected, 12)
    _theft(collected, "2025-11-16")
    state(collected, **GENEROUS)
    assert command(collected, "detect", "--as-of", AS_OF, "--since", "2025-11-14", "--quiet") == 0
    found = _learnt(collected)
    assert found
    for _, facts, message in found:
        assert facts["phase"] == "provisional"
        assert 7 <= facts["history_days"] <= 11  # type: ignore[operator]
        assert message.endswith(f" Provisional: based on only {facts['history_days']} days of history.")
    (rule,) = alerts(collected, where="type = 'vacant_consumption'", columns="facts, message")
    assert "phase" not in rule[0]
    assert "provisional" not in rule[1].lower()
