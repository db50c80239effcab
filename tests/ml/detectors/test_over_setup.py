"""Entries that a minibar cannot hold: found whatever guests take, and not beside the alert of a room without guests."""

from typing import Any

import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import Limits
from minibar_ml.ml.detectors.over_setup import OverSetup
from minibar_ml.ml.frames import AFTER_DEPARTURE, CERTAIN, Frames

ROOM = 1000


def _entered(beyond: float, **values: Any) -> Frames:
    """An ordinary hotel in whose first room so many units too many were entered on the last day."""
    frames = ordinary(3)
    others = frames.rooms[(frames.rooms["room_id"] != ROOM) | (frames.rooms["day"] != LAST_DAY)]
    row = frames.rooms.iloc[[-1]].assign(room_id=ROOM, day=LAST_DAY, units=beyond + 2, beyond=beyond, **values)
    return changed(frames, rooms=pd.concat([others, row], ignore_index=True))


def _found(frames: Frames, limits: Limits | None = None) -> list[Finding]:
    return found_on(OverSetup(), frames, moment(), limits)


def test_it_finds_the_room_and_nothing_in_an_ordinary_hotel() -> None:
    (found,) = _found(_entered(16.0))
    assert (found.entity_id, found.value, found.expected, found.severity) == (ROOM, 18.0, None, "medium")
    assert _found(ordinary(3)) == []


@pytest.mark.parametrize(("beyond", "raised"), [(2.0, 0), (3.0, 1)])
def test_a_bottle_or_two_too_many_are_left_alone(beyond: float, raised: int) -> None:
    assert len(_found(_entered(beyond))) == raised
    assert len(_found(_entered(beyond), Limits(consumption_floor=beyond + 1))) == 0


def test_it_needs_no_history_and_no_known_guests() -> None:
    assert len(_found(_entered(16.0, known=False, nights=0, guest_nights=0.0, guests=0))) == 1


@pytest.mark.parametrize(("evidence", "raised"), [(CERTAIN, 0), (AFTER_DEPARTURE, 1)])
def test_a_room_where_nobody_was_has_the_alert_of_vacant_rooms(evidence: int, raised: int) -> None:
    frames = _entered(16.0)
    vacant = pd.DataFrame(
        {"hotel_id": [7], "room_id": [ROOM], "day": [LAST_DAY], "units": [18.0], "evidence": [evidence]}
    )
    assert len(_found(changed(frames, vacant=vacant))) == raised
