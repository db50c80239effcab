"""Attendants who enter at far fewer, or far more, checks than others would: who is named, and who never is."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from support.hotels.checked_rooms import DAY, rooms
from support.hotels.ordinary_life import changed, found_on, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.attendants.deviations import WINDOWS, deviations
from minibar_ml.ml.believed import believed
from minibar_ml.ml.contract import Limits
from minibar_ml.ml.detectors.attendant_entries import AttendantEntries

LEAVES, ADDS = 1, 2


def of(checks: pd.DataFrame, day: int = DAY - 1) -> list[Finding]:
    """What is found on the day, by its checks and those before it."""
    frames = changed(ordinary(200), rooms=checks[checks["day"] <= day])
    at, rule = replace(moment(), day=day, hotel_id=7), AttendantEntries()
    return rule.decide(rule.score(believed(frames, day), {}, at), {}, Limits(), at)


def with_inventions(checks: pd.DataFrame, share: float, since: int, seed: int = 5) -> pd.DataFrame:
    """The checks of which ADDS fills in a unit at a share of those in used rooms that found nothing."""
    empty = (
        (checks["attendant_id"] == ADDS) & (checks["units"] == 0) & (checks["nights"] > 0) & (checks["day"] >= since)
    )
    invented = empty & (np.random.default_rng(seed).random(len(checks)) < share)
    return checks.assign(units=np.where(invented, 1.0, checks["units"]))


def plain(seed: int, **plan: object) -> pd.DataFrame:
    return rooms(np.random.default_rng(seed), rotate=True, **plan)  # type: ignore[arg-type]


def test_who_leaves_out_is_named_with_the_figures_of_the_comparison() -> None:
    (found,) = of(plain(3, leaving_out={LEAVES: 0.7}, since=DAY - 14))
    assert (found.type, found.reason, found.entity_type) == ("attendant_silence", "few_entries", "attendant")
    assert (found.entity_id, found.severity, found.impact) == (LEAVES, "medium", None)
    assert found.facts is not None
    assert found.expected is not None
    assert found.value == found.facts["entries"] < 0.8 * found.expected
    assert found.facts["visits"] > found.expected
    assert found.facts["compared_since"] in {date.fromordinal(DAY - 1 - days).isoformat() for days in WINDOWS}


def test_who_adds_three_units_at_ten_checks_is_named_within_ten_days_in_most_hotels() -> None:
    named = [of(with_inventions(plain(seed), 0.3, DAY - 10)) for seed in range(20)]
    assert sum({one.entity_id for one in found} == {ADDS} for found in named) >= 14
    assert all(one.type == "attendant_excess" for found in named for one in found if one.entity_id == ADDS)


def test_nobody_is_said_to_add_because_somebody_else_leaves_out() -> None:
    """Neither with fewer standard deviations than are asked of who leaves out: a colleague finds what is left out."""
    found = [
        one
        for seed in range(500, 510)
        for attendants, count in ((3, 90), (4, 100))
        for share, days in ((0.5, 14), (0.8, 10), (0.8, 14))
        for one in deviations(
            plain(seed, leaving_out={LEAVES: share}, since=DAY - days, attendants=attendants, count=count), DAY
        )
    ]
    assert {one.attendant_id for one in found} == {LEAVES}
    assert all(one.is_low for one in found)


def test_hotels_whose_attendants_merely_differ_name_hardly_anybody() -> None:
    """60 to 160 rooms, on floors of their own or rotating, looked at on four days: 36 hotels, 130 people."""
    named = [
        (seed, one.entity_id)
        for seed in range(12)
        for count, attendants in ((60, 2), (90, 3), (160, 6))
        for day in (DAY - 1, DAY - 4)
        for one in of(rooms(np.random.default_rng(seed), count=count, attendants=attendants, rotate=seed % 2 == 0), day)
    ]
    assert len(set(named)) <= 1


def test_who_was_not_at_work_is_not_named_that_day() -> None:
    checks = plain(3, leaving_out={LEAVES: 0.7}, since=DAY - 14)
    assert of(checks[~((checks["attendant_id"] == LEAVES) & (checks["day"] == DAY - 1))]) == []


def test_a_hotel_of_one_attendant_has_nobody_to_compare_with() -> None:
    checks = plain(3, leaving_out={LEAVES: 0.7}, since=DAY - 14)
    assert deviations(checks[checks["attendant_id"] == LEAVES], DAY) == []


def test_an_ordinary_hotel_names_nobody() -> None:
    assert found_on(AttendantEntries(), ordinary(200), moment()) == []


def with_days_off(seed: int) -> pd.DataFrame:
    """Checks on floors of one's own, of which a colleague takes one's place every third day."""
    checks = rooms(np.random.default_rng(seed))
    is_off = (checks["day"] % 3 == 0).to_numpy()
    return checks.assign(attendant_id=np.where(is_off, checks["attendant_id"] % 3 + 1, checks["attendant_id"]))


def test_a_floor_whose_guests_take_much_names_nobody_but_who_adds_there() -> None:
    """What colleagues find on the same floor shows whose it is."""
    for seed in range(6):
        checks = with_days_off(seed)
        of_floor = (checks["room_id"] >= 1030) & (checks["room_id"] < 1060) & (checks["nights"] > 0)
        taken = of_floor & (checks["units"] == 0) & (np.random.default_rng(seed).random(len(checks)) < 0.6)
        assert of(checks.assign(units=np.where(taken, 1.0, checks["units"]))) == []
        assert {one.entity_id for one in of(with_inventions(checks, 0.8, DAY - 20))} == {ADDS}


def test_where_nobody_else_goes_nobody_is_told_apart_from_the_floor() -> None:
    checks = rooms(np.random.default_rng(4))
    assert of(with_inventions(checks, 0.8, DAY - 20)) == []
    assert of(rooms(np.random.default_rng(4), leaving_out={LEAVES: 1.0}, since=DAY - 20)) == []
