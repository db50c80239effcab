"""What an empty check that is not believed does to the checks and finds after it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.hotels.checked_rooms import DAY, HOTEL, rooms
from support.hotels.ordinary_life import ordinary

from minibar_ml.ml.attendants.entries import doubted_since
from minibar_ml.ml.believed import believed
from minibar_ml.ml.contract import Limits, Moment
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.frames import CERTAIN, Frames
from minibar_ml.ml.training import learn, past_day

LEAVES, OTHER, ROOM = 1, 2, 1000
CHECKS = rooms(np.random.default_rng(5), rotate=True, leaving_out={LEAVES: 0.8}, since=DAY - 20)
Check = Mapping[str, object]


def _checks(*checks: Check) -> pd.DataFrame:
    """The hotel's checks, of ROOM only these: by whom, units, nights; one a day up to DAY."""
    plain = CHECKS[CHECKS["room_id"] == ROOM].iloc[-1].to_dict()
    plain |= {"units": 0.0, "refilled": 0.0, "nights": 0, "guest_nights": 0.0, "guests": 0, "stays": 0, "stay_on": 0}
    plain |= {"staying": 0, "known": True}
    rows = []
    for back, check in enumerate(reversed(checks)):
        day = DAY - back
        row = plain | {"day": day, "previous_on": day - 1, "attendant_id": OTHER} | check
        row |= {"refilled": row["units"], "last_by": row.get("last", 0 if row["units"] else row["attendant_id"])}
        if row["nights"]:
            row |= {"guest_nights": 2.0 * row["nights"], "guests": 2, "stays": 1, "stay_on": row.get("since", day - 1)}
        rows.append({name: row[name] for name in CHECKS.columns})
    found = pd.concat([CHECKS[CHECKS["room_id"] != ROOM], pd.DataFrame(rows).astype(CHECKS.dtypes)])
    return found.sort_values(["room_id", "day"], ignore_index=True)


def _frames(found: pd.DataFrame, **find: object) -> Frames:
    """With a find of three units in ROOM on DAY, a day after the check before, or as `find` says."""
    row = {"hotel_id": HOTEL, "room_id": ROOM, "day": DAY, "units": 3.0, "products_found": 2, "previous_on": DAY - 1}
    row |= {"evidence": CERTAIN, "check_hour": -1, "hidden": 0.0, "again_by": 0} | find
    return replace(ordinary(1), rooms=found, vacant=pd.DataFrame([row]))


def _known(*checks: Check) -> pd.Series:
    """ROOM's check of DAY, as it is judged."""
    kept = believed(_frames(_checks(*checks)), DAY).rooms
    return kept[(kept["room_id"] == ROOM) & (kept["day"] == DAY)].iloc[0]


def _by(who: int, units: float = 0.0, **more: object) -> Check:
    return {"attendant_id": who, "units": units, **more}


def test_the_hotel_has_somebody_who_leaves_out() -> None:
    assert set(doubted_since(CHECKS, DAY)) == {LEAVES}


def test_where_everybody_is_believed_the_frames_are_the_same() -> None:
    frames = _frames(rooms(np.random.default_rng(5), rotate=True))
    assert believed(frames, DAY) is frames


LAST = _by(OTHER, 6.0, nights=1, since=DAY - 2)


def test_what_guests_took_since_the_last_check_that_is_believed_is_judged_together() -> None:
    check = _known(_by(OTHER), _by(LEAVES, nights=1), _by(LEAVES, nights=1, since=DAY - 2), LAST)
    assert (check["skipped"], check["nights"], check["guest_nights"], check["previous_on"]) == (2, 3, 6.0, DAY - 3)
    assert check["stays"] == 2


def test_an_entry_by_the_same_person_is_believed() -> None:
    check = _known(_by(LEAVES, 2.0, nights=1), _by(OTHER, 6.0, nights=1))
    assert (check["skipped"], check["nights"], check["previous_on"]) == (0, 1, DAY - 1)


def test_a_night_that_is_unknown_stays_unknown() -> None:
    assert not _known(_by(OTHER), _by(LEAVES, known=False), _by(OTHER, 6.0, nights=1))["known"]


def _is_found(*checks: Check, **find: object) -> bool:
    return bool(len(believed(_frames(_checks(*checks), **find), DAY).vacant))


FOUND = _by(OTHER, 3.0)
GUEST = _by(OTHER, nights=1)


@pytest.mark.parametrize(
    ("checks", "is_found"),
    [
        # The guest may have taken it: nobody who is believed saw the room after the guest had left.
        ((GUEST, _by(LEAVES, nights=1), FOUND), False),
        ((_by(LEAVES, nights=1), _by(LEAVES), _by(LEAVES), FOUND), False),
        ((GUEST, _by(LEAVES, known=False), FOUND), False),
        # Somebody did.
        ((_by(OTHER, nights=1), _by(OTHER), _by(LEAVES), FOUND), True),
        ((_by(LEAVES, nights=1), _by(OTHER), _by(LEAVES), _by(LEAVES), FOUND), True),
        ((_by(LEAVES, nights=1), _by(LEAVES, 1.0), _by(LEAVES), FOUND), True),
        ((_by(LEAVES, nights=1), _by(OTHER), FOUND), True),
        # The last of two checks of the day counts, and what only one of them found.
        ((GUEST, _by(OTHER, nights=1, visits=2, last=LEAVES), FOUND), False),
        ((GUEST, _by(LEAVES, nights=1, visits=2, last=OTHER), FOUND), True),
        # A check on the departure day may have been before the guest left.
        ((_by(OTHER, nights=1), _by(LEAVES), FOUND), False),
    ],
)
def test_finds_in_vacant_rooms(checks: tuple[Check, ...], is_found: bool) -> None:
    assert _is_found(*checks) is is_found


def test_a_check_before_on_the_same_day() -> None:
    find = _by(OTHER, 3.0, nights=1, visits=2)
    assert not _is_found(GUEST, find, previous_on=DAY, again_by=LEAVES)
    assert _is_found(GUEST, find, previous_on=DAY, again_by=OTHER)
    assert _is_found(GUEST, find, previous_on=DAY)


def test_a_check_that_is_no_longer_on_record_is_believed() -> None:
    assert _is_found(FOUND, previous_on=DAY - 29)


def test_finds_of_other_days_stay() -> None:
    frames = _frames(_checks(GUEST, _by(LEAVES, nights=1), FOUND))
    later = believed(frames, DAY + 1).vacant
    pd.testing.assert_frame_equal(later, frames.vacant)


def test_a_heavy_guest_of_many_nights_is_not_charged_with_one_night() -> None:
    night = _by(LEAVES, nights=1, since=DAY - 6)
    nights = (_by(OTHER, 1.0, nights=1, since=DAY - 6), *[night] * 5, _by(OTHER, 9.0, nights=1, since=DAY - 6))
    believing = (_by(OTHER, 1.0, nights=1, since=DAY - 6), *[night | {"attendant_id": 99}] * 5, nights[-1])
    scores = [_score(_frames(_checks(*one))) for one in (nights, believing)]
    assert scores[0] is None and scores[1] is not None


def _score(frames: Frames) -> float | None:
    moment: Moment = replace(past_day(DAY), hotel_id=HOTEL)
    found = detect_day(frames, learn(frames.between(0, DAY - 3), 100), Limits(), moment)
    return next((one.score for one in found if one.reason == "room_high" and one.entity_id == ROOM), None)


@pytest.mark.parametrize("units", [8.0, 12.0, 20.0])
def test_more_empty_checks_never_make_an_alert_stronger(units: float) -> None:
    checks = [_by(OTHER, 1.0, nights=1)]
    scores = []
    for _ in range(4):
        frames = _frames(_checks(*checks, _by(OTHER, units, nights=1)))
        scores.append(_score(frames) or 0.0)
        checks.append(_by(LEAVES, nights=1))
    assert scores == sorted(scores, reverse=True)
