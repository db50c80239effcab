"""Who enters something far less often than the others at like rooms, and of whom nothing can be said."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hotels.checked_rooms import DAY, FIRST_DAY, rooms

from minibar_ml.ml.attendants.entries import WINDOWS, doubted_since

LEAVES = 1
"""The attendant who leaves out."""


def _rooms(seed: int, **plan: object) -> pd.DataFrame:
    return rooms(np.random.default_rng(seed), **plan)  # type: ignore[arg-type]


def _one_leaves_out(seed: int = 3, days: int = 14) -> pd.DataFrame:
    return _rooms(seed, rotate=True, leaving_out={LEAVES: 0.7}, since=DAY - days)


@pytest.mark.parametrize("rotate", [True, False])
@pytest.mark.parametrize(("count", "attendants"), [(60, 2), (60, 3), (160, 6)])
def test_attendants_like_the_others_are_believed(count: int, attendants: int, rotate: bool) -> None:
    """Of 4,000 people in 900 such hotels 4 were doubted on one day; here 12 hotels of each kind."""
    doubted = [
        who
        for seed in range(12)
        for who in doubted_since(_rooms(seed, count=count, attendants=attendants, rotate=rotate), DAY)
    ]
    assert len(doubted) <= 1


def test_who_leaves_out_is_doubted_within_days_and_nobody_else_is() -> None:
    found = [
        doubted_since(_rooms(seed, rotate=True, leaving_out={LEAVES: 0.7}, since=DAY - 8), DAY) for seed in range(8)
    ]
    assert sum(LEAVES in one for one in found) >= 7
    assert not any(set(one) - {LEAVES} for one in found)


def test_only_checks_of_the_window_that_shows_it_are_doubted() -> None:
    assert set(doubted_since(_one_leaves_out(days=8), DAY)) == {LEAVES}
    assert doubted_since(_one_leaves_out(days=8), DAY)[LEAVES] in {DAY - window for window in WINDOWS}
    assert doubted_since(_one_leaves_out(), DAY - 15) == {}


def test_nothing_of_the_day_itself_and_later_is_used() -> None:
    found = _one_leaves_out()
    assert doubted_since(found, DAY - 3) == doubted_since(found[found["day"] < DAY - 3], DAY - 3)


def test_extras_and_other_refills_are_entries_too() -> None:
    found = _one_leaves_out()
    assert doubted_since(found.assign(units=0.0), DAY) == doubted_since(found, DAY)


def _alone(found: pd.DataFrame) -> pd.DataFrame:
    return found[found["attendant_id"] == LEAVES]


def _all_alike(_: pd.DataFrame) -> pd.DataFrame:
    return _rooms(4, rotate=True, leaving_out={1: 0.7, 2: 0.7, 3: 0.7}, since=DAY - 28)


def _few_checks(found: pd.DataFrame) -> pd.DataFrame:
    """Began yesterday, and has found nothing in eight rooms."""
    mine = found["attendant_id"] == LEAVES
    return pd.concat([found[~mine], found[mine & (found["day"] == DAY - 1)].head(8).assign(units=0.0, refilled=0.0)])


def _few_colleagues(found: pd.DataFrame) -> pd.DataFrame:
    """Of the others only five checks are on record, each with an entry."""
    others = found[(found["attendant_id"] != LEAVES) & (found["units"] > 0) & (found["nights"] > 0)].tail(5)
    return pd.concat([found[found["attendant_id"] == LEAVES], others])


def _vacant_rooms_alone(found: pd.DataFrame) -> pd.DataFrame:
    mine = found["attendant_id"] == LEAVES
    return pd.concat([found[~mine], found[mine & (found["nights"] == 0)]])


def _unknown_guests(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(known=False)


def _unknown_people(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(attendant_id=0, last_by=0)


@pytest.mark.parametrize(
    "changed", [_alone, _all_alike, _few_checks, _few_colleagues, _vacant_rooms_alone, _unknown_guests, _unknown_people]
)
def test_of_whom_nothing_can_be_said(changed: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    found = _one_leaves_out()
    assert LEAVES in doubted_since(found, DAY)
    assert doubted_since(changed(found), DAY) == {}


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 30),
    who=st.integers(1, 3),
    more=st.lists(st.tuples(st.integers(0, 89), st.integers(1, 28), st.integers(1, 3), st.integers(1, 3)), min_size=1),
)
def test_one_more_check_without_an_entry_never_speaks_for_somebody(
    seed: int, who: int, more: list[tuple[int, int, int, int]]
) -> None:
    found = _rooms(seed, rotate=True, leaving_out={LEAVES: 0.55}, since=DAY - 10)
    added = pd.DataFrame(
        [
            {"room_id": 1000 + room, "day": DAY - back, "nights": nights, "guests": guests, "staying": guests}
            for room, back, nights, guests in more
        ]
    ).assign(
        hotel_id=7, units=0.0, refilled=0.0, visits=1, attendant_id=who, last_by=who, known=True, previous_on=FIRST_DAY
    )
    before = doubted_since(found, DAY)
    after = doubted_since(pd.concat([found, added]), DAY)
    assert who not in before or after[who] <= before[who]
