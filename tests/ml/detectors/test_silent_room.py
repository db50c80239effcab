"""Silent rooms: a run of empty checks is evidence only where the minibar had something to give."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import Limits, Parameters, TooLittle
from minibar_ml.ml.detectors.silent_room import SilentRoom
from minibar_ml.ml.frames import Frames

ROOM = 1000
LIMITS = Limits(threshold_multiplier={"silent_room": 1e3})


def rooms(found: list[float], put_in: list[float] | None = None, stay_days: int = 8) -> Frames:
    """A hotel whose first room was checked every day of late, in stays of so many days; other rooms as they were."""
    frames = ordinary(3)
    others = frames.rooms[frames.rooms["room_id"] != ROOM]
    days = np.arange(LAST_DAY + 1 - len(found), LAST_DAY + 1)
    row = frames.rooms[frames.rooms["room_id"] == ROOM].iloc[-1]
    own = pd.DataFrame([row] * len(found)).assign(
        day=days, units=found, refilled=found if put_in is None else put_in, previous_on=days - 1,
        stay_on=days - (days - days[0]) % stay_days - 1,
    )  # fmt: skip
    return replace(frames, rooms=pd.concat([others, own], ignore_index=True))


def scored(frames: Frames) -> tuple[pd.DataFrame, Parameters]:
    """The scores of the last day, and what was learned from the days before these."""
    learned = SilentRoom().fit(frames.between(LAST_DAY - 59, LAST_DAY - 27), 30)
    assert not isinstance(learned, TooLittle)
    return SilentRoom().score(frames.between(LAST_DAY - 40, LAST_DAY + 1), learned, moment()), learned


def silent(frames: Frames) -> list[Finding]:
    scores, learned = scored(frames)
    found = SilentRoom().decide(scores, learned, LIMITS, moment())
    return [one for one in found if one.entity_id == ROOM]


def score_of(frames: Frames) -> float:
    scores = scored(frames)[0].set_index("entity_id")["score"]
    return float(scores[ROOM])


def test_a_room_that_is_empty_through_several_stays_is_silent() -> None:
    (found,) = silent(rooms([1.0] + [0.0] * 23))
    assert found.facts is not None
    assert (found.facts["nights"], found.facts["stays"]) == (23, 3)


def test_what_is_entered_while_it_is_not_known_who_was_in_the_room_ends_a_silence() -> None:
    frames = rooms([1.0] + [0.0] * 23)
    is_one = (frames.rooms["room_id"] == ROOM) & (frames.rooms["day"] == LAST_DAY - 10)
    unknown = frames.rooms.assign(known=frames.rooms["known"] & ~is_one)
    assert len(silent(replace(frames, rooms=unknown))) == 1, "nothing entered there: the run goes on"
    assert silent(replace(frames, rooms=unknown.assign(units=unknown["units"].where(~is_one, 4.0)))) == []


@pytest.mark.parametrize("spike", [12.0, 20.0])
def test_an_emptied_minibar_that_nobody_refilled_has_nothing_to_give(spike: float) -> None:
    assert silent(rooms([spike] + [0.0] * 23, [0.0] * 24)) == []


def test_it_counts_again_from_the_check_after_its_refill() -> None:
    put_in = [0.0] * 8 + [20.0] + [0.0] * 23
    (found,) = silent(rooms([20.0] + [0.0] * 31, put_in, stay_days=4))
    assert found.facts is not None
    assert found.facts["nights"] == 23


def test_guests_who_took_all_at_once_are_not_expected_to_go_on_with_it() -> None:
    after_spike, after_little = (score_of(rooms([first] + [0.0] * 15)) for first in (20.0, 1.0))
    assert after_spike < after_little


def test_a_hotel_that_records_no_refills_is_looked_at_as_before() -> None:
    frames = rooms([20.0] + [0.0] * 27, stay_days=4)
    without = replace(frames, rooms=frames.rooms.assign(refilled=0.0))
    assert silent(without)
