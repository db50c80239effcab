"""Certain vacancy is a rule; after a departure check and before an arrival it takes probability and size."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import Limits, Moment
from minibar_ml.ml.detectors import LOOK_BACK
from minibar_ml.ml.detectors.vacant_room import VacantRoom
from minibar_ml.ml.frames import (
    AFTER_DEPARTURE,
    AFTER_FIRST_CHECK,
    AROUND_DEPARTURE,
    BEFORE_ARRIVAL,
    CERTAIN,
    MISSING_LIST,
    REJECTED_ROWS,
    Frames,
)

BEFORE = 600
"""Uncertain times of the weeks before the scored day."""


LARGE = 40
"""A hotel so many times larger has watched enough such times to call a find rare."""


def _frames(
    units: int,
    evidence: int = AFTER_DEPARTURE,
    *,
    ones: float = 0.0,
    thefts: int = 0,
    times: int = LARGE,
    hidden: float = 0.0,
) -> Frames:
    """A check of room 1 that found so many; before it guests took one in a share of times, or two, and thieves six.

    `hidden`: the probability at each of these times that a guest had the room whom no list has.
    """
    frames = ordinary(3)
    rng = np.random.default_rng(5)
    rooms = frames.rooms.assign(products_found=rng.geometric(0.5, len(frames.rooms)) - 1)
    frames = replace(frames, rooms=pd.concat([rooms] * times, ignore_index=True))
    before = BEFORE * times
    day = int(frames.rooms["day"].max())
    found = np.where(np.arange(before) < ones * before, 1.0, 0.0)
    found[: int(ones * before / 4)] = 2.0
    found[before - thefts :] = 6.0
    past = pd.DataFrame({"room_id": 2, "day": day - rng.integers(1, 28, before), "units": found, "evidence": evidence})
    today = pd.DataFrame({"room_id": [1], "day": [day], "units": [float(units)], "evidence": [evidence]})
    vacant = pd.concat([past, today], ignore_index=True).assign(hotel_id=1, check_hour=10, hidden=hidden)
    return replace(frames, vacant=vacant.assign(previous_on=vacant["day"] - 1, products_found=vacant["units"]))


def _found(frames: Frames, limits: Limits | None = None) -> list[Finding]:
    day = int(frames.vacant["day"].max())
    start = datetime.fromordinal(day).replace(tzinfo=UTC)
    moment = Moment(1, day, start, start, True)
    detector, frames = VacantRoom(), frames.seen_on(day, LOOK_BACK)
    return detector.decide(detector.score(frames, {}, moment), {}, limits or Limits(), moment)


@pytest.mark.parametrize(("units", "severity"), [(1, "high"), (5, "critical")])
def test_whatever_is_gone_from_a_room_that_was_certainly_vacant_is_raised(units: int, severity: str) -> None:
    (finding,) = _found(_frames(units, CERTAIN, ones=0.2))
    assert (finding.reason, finding.severity, finding.score) == ("vacant", severity, None)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (AFTER_DEPARTURE, "after_departure"),
        (BEFORE_ARRIVAL, "before_arrival"),
        (AROUND_DEPARTURE, "around_departure"),
        (AFTER_FIRST_CHECK, "after_first_check"),
        (REJECTED_ROWS, "rejected_rows"),
        (MISSING_LIST, "missing_list"),
    ],
)
def test_where_nothing_else_is_found_six_products_are_raised_with_their_own_reason(evidence: int, reason: str) -> None:
    hidden = 0.0001 if evidence in (REJECTED_ROWS, MISSING_LIST) else 0.0
    (finding,) = _found(_frames(6, evidence, hidden=hidden))
    assert (finding.reason, finding.severity) == (reason, "high")
    assert finding.score is not None
    assert _found(_frames(1, evidence, ones=0.01, hidden=hidden)) == []


def test_three_units_that_the_check_before_has_hardly_overlooked_are_medium() -> None:
    assert [one.severity for one in _found(_frames(3, AFTER_FIRST_CHECK))] == ["medium"]


@pytest.mark.parametrize("evidence", [AFTER_DEPARTURE, BEFORE_ARRIVAL, AROUND_DEPARTURE])
def test_guests_explain_one_large_find_and_not_many(evidence: int) -> None:
    assert _found(_frames(6, evidence, times=1, ones=0.1)) == []
    assert len(_found(_frames(6, evidence, times=1, ones=0.1, thefts=30))) == 1


def test_a_find_less_probable_than_those_that_guests_do_not_explain_is_raised_with_them() -> None:
    thefts_of_six = _frames(8, times=1, thefts=12)
    assert len(_found(thefts_of_six)) == 1
    assert _found(_frames(6, times=1, thefts=0, ones=0.1)) == []


@pytest.mark.parametrize("evidence", [REJECTED_ROWS, MISSING_LIST])
def test_the_likelier_a_guest_on_no_list_is_the_more_products_it_takes(evidence: int) -> None:
    needed = [
        next((n for n in range(1, 20) if _found(_frames(n, evidence, hidden=hidden, times=1))), 20)
        for hidden in (0.0002, 0.002, 1.0)
    ]
    assert needed == sorted(set(needed))
    assert needed[-1] == 20


def test_where_more_is_found_than_guests_on_no_list_explain_they_are_not_so_rare() -> None:
    rare = _frames(3, REJECTED_ROWS, hidden=0.0001)
    assert len(_found(rare)) == 1
    assert _found(_frames(3, REJECTED_ROWS, hidden=0.0001, ones=0.02)) == []


def test_the_first_check_may_have_overlooked_something_and_a_guest_may_be_on_no_list() -> None:
    assert len(_found(_frames(3, AFTER_FIRST_CHECK))) == 1
    assert _found(_frames(3, AFTER_FIRST_CHECK, hidden=0.5)) == []


def test_where_departing_guests_often_take_something_it_takes_more() -> None:
    needed = [
        next((n for n in range(1, 20) if _found(_frames(n, ones=share, times=1))), 20) for share in (0, 0.02, 0.2)
    ]
    assert needed == sorted(set(needed))


def test_a_larger_budget_asks_for_less() -> None:
    for frames in (_frames(2, AFTER_FIRST_CHECK, ones=0.02), _frames(4, times=1)):
        assert _found(frames) == []
        assert len(_found(frames, Limits(budget=50))) == 1


def test_without_any_history_only_much_is_raised_and_nothing_that_a_guest_may_have_taken() -> None:
    frames = _frames(2, AFTER_FIRST_CHECK)
    alone = replace(frames, vacant=frames.vacant[frames.vacant["room_id"] == 1])
    assert _found(alone) == []
    much = alone.vacant.assign(products_found=8.0)
    assert len(_found(replace(alone, vacant=much))) == 1
    assert _found(replace(alone, vacant=much.assign(evidence=AFTER_DEPARTURE, products_found=6.0))) == []


def test_a_product_that_was_overlooked_counts_once_however_many_units_of_it_there_are() -> None:
    frames = _frames(6, AFTER_FIRST_CHECK, ones=0.02, times=1)
    one = frames.vacant["products_found"].where(frames.vacant["room_id"] != 1, 1.0)
    assert len(_found(frames)) == 1
    assert _found(replace(frames, vacant=frames.vacant.assign(products_found=one))) == []


def test_a_second_find_names_the_days_before_it() -> None:
    frames = _frames(2, CERTAIN)
    before = frames.vacant.tail(1).assign(day=frames.vacant["day"].max() - 3, units=4.0)
    twice = replace(frames, vacant=pd.concat([before, frames.vacant], ignore_index=True))
    (finding,) = _found(twice)
    day = date.fromordinal(int(before["day"].iloc[0])).isoformat()
    assert (finding.facts or {})["earlier"] == [{"on": day, "units": 4.0}]
    assert "earlier" not in (_found(frames)[0].facts or {})
