"""Rounds entered in seconds: one alert an attendant and day, once the run is over."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.detectors.unseen_round import UnseenRound

MIDNIGHT = datetime.fromordinal(LAST_DAY).replace(tzinfo=UTC)


def run_of(checks: int, at_hour: float, number: int = 1, attendant: int = 4, finds: int = 0) -> list[dict[str, object]]:
    """Checks of consecutive rooms, twenty seconds apart, the last of which found something."""
    start = (MIDNIGHT + timedelta(hours=at_hour)).timestamp()
    return [
        {
            "hotel_id": 7, "attendant_id": attendant, "day": LAST_DAY, "run": number, "room_id": 100 * number + place,
            "at": start + 20 * place, "empty": place < checks - finds, "usual_minutes": 5.0,
        }
        for place in range(checks)
    ]  # fmt: skip


def found_at(hour: float, *checks: dict[str, object]) -> list[Finding]:
    return found_on(UnseenRound(), changed(ordinary(1), unseen=pd.DataFrame(list(checks))), moment(hours=hour))


def test_a_run_is_one_finding_with_its_figures_and_rooms() -> None:
    (found,) = found_at(24, *run_of(10, 10.0, finds=2))
    assert (found.entity_type, found.entity_id, found.reason) == ("attendant", 4, "unseen")
    assert (found.value, found.expected, found.lower) == (0.33, 5.0, 1.25)
    assert found.facts is not None
    assert (found.facts["visits"], found.facts["empty_rooms"], found.facts["span_minutes"]) == (10, 8, 3.0)
    assert found.facts["room_ids"] == list(range(100, 108))


@pytest.mark.parametrize(("checks", "severity"), [(8, "medium"), (14, "medium"), (15, "high"), (60, "high")])
def test_severity_grows_with_the_rooms_and_is_never_critical(checks: int, severity: str) -> None:
    (found,) = found_at(24, *run_of(checks, 10.0))
    assert found.severity == severity


def test_of_two_runs_of_a_day_the_longer_is_described_and_all_rooms_are_named() -> None:
    (found,) = found_at(24, *run_of(8, 10.0), *run_of(9, 15.0, number=2))
    assert found.facts is not None
    assert found.facts["visits"] == 9
    assert len(found.facts["room_ids"]) == 17


def test_a_run_that_may_go_on_is_waited_for() -> None:
    assert found_at(10.5, *run_of(10, 10.0)) == []
    assert len(found_at(11.0, *run_of(10, 10.0))) == 1


def test_each_attendant_has_a_finding() -> None:
    found = found_at(24, *run_of(8, 10.0), *run_of(8, 10.0, number=2, attendant=5))
    assert [one.entity_id for one in found] == [4, 5]
