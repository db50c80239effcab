"""Faults put into attendants' checks, and what training says it would find of them."""

import numpy as np
import pandas as pd
from support.hotels.checked_rooms import DAY, rooms

from minibar_ml.ml.evaluation import people
from minibar_ml.ml.faults.entries import with_added, with_left_out

ONE = 1


def _checks(seed: int = 3, **plan: object) -> pd.DataFrame:
    return rooms(np.random.default_rng(seed), rotate=True, **plan)  # type: ignore[arg-type]


def test_what_is_added_is_found_and_refilled_at_own_checks_of_used_rooms_alone() -> None:
    checks, since = _checks(), DAY - 14
    added = with_added(checks, ONE, since, 0.3, np.random.default_rng(1))
    more = added["units"] - checks["units"]
    mine = (checks["attendant_id"] == ONE) & (checks["day"] >= since) & (checks["nights"] > 0)
    assert not more[~mine].any()
    assert 0.2 < more[mine].mean() < 0.4
    assert (added["refilled"] - checks["refilled"] == more).all()


def test_what_is_left_out_is_found_at_the_next_check_that_enters_something() -> None:
    checks = pd.DataFrame(
        {
            "room_id": [1, 1, 1, 1, 2, 2], "day": [1, 2, 3, 4, 1, 2], "attendant_id": [9, ONE, ONE, 9, ONE, ONE],
            "units": [2.0, 1.0, 0.0, 4.0, 5.0, 6.0], "refilled": [2.0, 1.0, 0.0, 3.0, 5.0, 6.0],
        }
    ).sample(frac=1, random_state=1)  # fmt: skip
    left = with_left_out(checks, ONE, 1, 1.0, np.random.default_rng(1)).sort_values(["room_id", "day"])
    assert left["units"].tolist() == [2.0, 0.0, 0.0, 5.0, 0.0, 0.0]
    assert left["refilled"].tolist() == [2.0, 0.0, 0.0, 4.0, 0.0, 0.0]
    assert with_left_out(checks, ONE, 3, 1.0, np.random.default_rng(1))["units"].sum() == 18.0
    none = with_left_out(checks, ONE, 1, 0.0, np.random.default_rng(1))
    assert none["units"].tolist() == checks["units"].tolist()


def test_more_is_found_the_more_is_done_and_nothing_later_is_looked_at() -> None:
    checks = _checks()
    found = people.measure(checks, DAY)
    assert found is not None
    assert found.tried == 3
    assert list(found.adds) == list(people.ADDED)
    assert (found.adds[0.1], found.adds[0.6], found.leaves_out[1.0]) == (0.0, 1.0, 1.0)
    assert found.leaves_out[0.25] <= found.leaves_out[0.5]
    early = DAY - 3
    later = checks.assign(units=np.where(checks["day"] >= early, 9.0, checks["units"]))
    assert people.measure(later, early) == people.measure(checks[checks["day"] < early], early)


def test_nothing_is_said_where_nobody_was_at_work_or_everybody_is_named() -> None:
    assert people.measure(_checks().iloc[:0], DAY) is None
    alone = people.measure(_checks(attendants=1), DAY)
    assert alone is not None
    assert set(alone.adds.values()) == {0.0}
