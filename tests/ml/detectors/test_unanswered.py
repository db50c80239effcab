"""Unanswered requests: half an hour is the limit, and what is answered later than the as-of instant is still open."""

from datetime import UTC, datetime, timedelta
from math import nan

import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.detectors.unanswered import Unanswered

MIDNIGHT = datetime.fromordinal(LAST_DAY).replace(tzinfo=UTC)


def asked(
    at_hour: float,
    minutes: float,
    *,
    is_open: bool = False,
    room: int = 1001,
    ended_by: str = "",
    decided: bool = False,
) -> dict[str, object]:
    at = MIDNIGHT + timedelta(hours=at_hour)
    return {
        "hotel_id": 7, "room_id": room, "day": at.toordinal(), "at": at.timestamp(), "minutes": minutes,
        "open": is_open, "ended_by": ended_by, "unlisted": False, "checked": nan, "decided": decided,
    }  # fmt: skip


def found_at(hour: float, *requests: dict[str, object]) -> list[Finding]:
    return found_on(Unanswered(), changed(ordinary(1), requests=pd.DataFrame(list(requests))), moment(hours=hour))


@pytest.mark.parametrize(("minutes", "severity"), [(30, "medium"), (61, "high"), (120, "critical")])
def test_severity_grows_with_the_wait(minutes: float, severity: str) -> None:
    (found,) = found_at(24, asked(10, minutes))
    assert (found.severity, found.value) == (severity, minutes)


def test_under_half_an_hour_is_service() -> None:
    assert found_at(24, asked(10, 29.9)) == []


def test_an_open_request_is_counted_to_the_moment() -> None:
    (found,) = found_at(11.5, asked(10, 0, is_open=True))
    assert found.value == pytest.approx(90)
    assert found.settled_at is None
    assert found.raised_at == MIDNIGHT + timedelta(hours=10.5)
    assert found.facts == {"requested_at": (MIDNIGHT + timedelta(hours=10)).isoformat(), "completed": False}


def test_what_was_decided_hides_no_other_request_that_waits() -> None:
    earlier, decided = asked(10.5, 0, is_open=True), asked(10, 0, is_open=True, decided=True)
    assert [one.value for one in found_at(12, decided, earlier)] == [pytest.approx(90)]
    yesterday = asked(-6, 0, is_open=True, decided=True)
    assert [one.value for one in found_at(12, yesterday, earlier)] == [pytest.approx(90)]
    assert [one.value for one in found_at(12, decided)] == [pytest.approx(120)]


def test_an_answered_one_is_settled_when_it_was_answered() -> None:
    (found,) = found_at(24, asked(10, 45))
    assert found.settled_at == MIDNIGHT + timedelta(hours=10.75)
    assert found.facts is not None
    assert found.facts["completed"] is True


def test_one_that_ended_with_its_guest_is_settled_and_says_by_what() -> None:
    (found,) = found_at(24, asked(10, 120, ended_by="departure"))
    assert found.settled_at == MIDNIGHT + timedelta(hours=12)
    assert (found.facts or {})["ended_by"] == "departure"


def test_an_answer_after_the_moment_is_not_known_yet() -> None:
    (found,) = found_at(11, asked(10, 300))
    assert found.value == pytest.approx(60)
    assert found.settled_at is None


def test_a_request_after_the_moment_is_not_known_yet() -> None:
    assert found_at(9, asked(10, 45)) == []


def test_yesterday_s_open_request_goes_on_and_its_answered_ones_are_over() -> None:
    found = found_at(8, asked(-3, 0, is_open=True), asked(-5, 45, room=1002), asked(-1, 120, room=1003))
    assert [f.entity_id for f in found] == [1001, 1003]
    assert found[0].occurred_on == (MIDNIGHT - timedelta(hours=3)).date()


def test_a_room_that_asks_twice_is_found_once_with_the_longest_wait() -> None:
    (found,) = found_at(24, asked(10, 45), asked(12, 80))
    assert found.value == pytest.approx(80)


def test_that_somebody_came_is_a_matter_of_asking() -> None:
    (alone,) = found_at(23, asked(10, 0, is_open=True))
    (checked,) = found_at(23, asked(10, 0, is_open=True) | {"checked": 25.04})
    assert (alone.severity, checked.severity) == ("critical", "medium")
    assert checked.facts["checked_after"] == 25.0
    assert "checked_after" not in (alone.facts or {})


def test_a_check_to_come_is_not_known_yet() -> None:
    (before,) = found_at(11, asked(10, 0, is_open=True) | {"checked": 120.0})
    assert (before.severity, before.value) == ("high", 60.0)
