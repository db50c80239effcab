"""Custody: losses beyond what breakage and slips usually cost."""

import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary, walk

from minibar_ml.ml.detectors.custody import Custody
from minibar_ml.ml.frames import Frames

SEEDS = range(600, 620)


def counted(frames: Frames, lost: float, handed_out: float = 400.0) -> Frames:
    """The frames with one count on the last day."""
    earlier = frames.custody[frames.custody["day"] < LAST_DAY]
    row = {"hotel_id": 7, "attendant_id": 99, "day": LAST_DAY, "units": lost, "handed_out": handed_out}
    return changed(frames, custody=pd.concat([earlier, pd.DataFrame([row])], ignore_index=True))


def test_a_dozen_bottles_missing_are_found() -> None:
    for seed in SEEDS:
        (found,) = found_on(Custody(), counted(ordinary(seed), 12.0), moment())
        assert (found.entity_id, found.reason, found.value) == (99, "custody", 12.0)
        assert found.facts is not None
        assert found.facts["handed_out"] == 400.0
        assert 0 < found.facts["usual_percent"] < 1
        assert found.expected == pytest.approx(0.4, abs=0.4)


@pytest.mark.parametrize("lost", [-8.0, 0.0, 1.0, 2.0])
def test_a_bottle_or_two_are_ordinary(lost: float) -> None:
    assert [f for seed in SEEDS for f in found_on(Custody(), counted(ordinary(seed), lost), moment())] == []


def test_one_in_two_hundred_of_a_great_many_is_ordinary() -> None:
    assert found_on(Custody(), counted(ordinary(600), 15.0, handed_out=3000.0), moment()) == []


def test_where_much_is_always_lost_more_is_usual() -> None:
    frames = ordinary(601)
    careless = changed(frames, custody=frames.custody.assign(units=frames.custody["units"] * 5 + 4))
    assert found_on(Custody(), counted(careless, 12.0), moment()) == []


def test_a_theft_of_the_past_does_not_hide_the_next() -> None:
    frames = ordinary(602)
    stolen = frames.custody["units"].where(frames.custody.index != 20, 30.0)
    assert (
        len(found_on(Custody(), counted(changed(frames, custody=frames.custody.assign(units=stolen)), 15.0), moment()))
        == 1
    )


def test_an_ordinary_hotel_is_quiet() -> None:
    # 20 hotels, 20 days each: 640 counts, of which 25 miss three bottles or more by carelessness alone
    assert sum(len(walk(Custody(), ordinary(seed))) for seed in SEEDS) <= 12
