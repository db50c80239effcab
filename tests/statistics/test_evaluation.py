"""Self-evaluation: faults in held-out days are found the more the larger they are, and nothing later is looked at."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import HOTEL, LAST_DAY, ordinary

from minibar_ml.ml.contract import Limits
from minibar_ml.ml.detectors import shares
from minibar_ml.ml.evaluation import allocation
from minibar_ml.ml.evaluation import quality as evaluation
from minibar_ml.ml.evaluation.quality import Evaluation
from minibar_ml.ml.frames import POINTS, Frames

WINDOW, MIN_POINTS = 40, 100
NIGHTS = 5


def stays(seed: int, rooms: int = 120, days: int = 60) -> pd.DataFrame:
    """Stays of five nights, checked daily; most guests take little, a few a lot."""
    rng = np.random.default_rng(seed)
    room, day = np.divmod(np.arange(rooms * days), days)
    number = (day + room) // NIGHTS
    multiplier = rng.gamma(0.9, 1 / 0.9, (rooms, days))[room, number]
    units = rng.negative_binomial(4, 4 / (4 + multiplier)).astype(float)
    day, night = day + LAST_DAY - days + 1, (day + room) % NIGHTS
    return pd.DataFrame(
        {
            "hotel_id": HOTEL, "room_id": room + 1, "day": day, "units": units, "refilled": units, "visits": 1,
            "products_found": 1, "attendant_id": 1, "room_type": "STANDARD", "known": True, "nights": 1,
            "guest_nights": 2.0, "guests": 2, "arriving": 0, "staying": np.where(night < NIGHTS - 1, 2, 0), "stays": 1,
            "stay_on": day - night - 1, "previous_on": day - 1, "occupancy": 1.0,
        }
    )  # fmt: skip


FRAMES = replace(ordinary(1), rooms=stays(5))


def evaluated(frames: Frames, until: int = LAST_DAY + 1, limits: Limits | None = None) -> Evaluation:
    return evaluation.evaluate(frames, until, WINDOW, MIN_POINTS, limits or Limits(), with_forests=False)


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluated(FRAMES)


def test_every_learning_detector_is_measured(found: Evaluation) -> None:
    assert set(found.detectors) == set(shares())
    assert all(measured.faults > 0 for measured in found.detectors.values())


@pytest.mark.parametrize("name", ["room_consumption", "refill_pace"])
def test_recall_rises_with_size(found: Evaluation, name: str) -> None:
    recalls = list(found.detectors[name].curve(shares()[name], 1.0).values())
    assert np.diff(recalls).min() >= -0.05
    assert recalls[-1] > recalls[0]


def test_large_thefts_from_rooms_are_found_and_small_ones_are_not(found: Evaluation) -> None:
    curve = found.detectors["room_consumption"].curve(shares()["room_consumption"], 1.0)
    assert list(curve) == [float(units) for units in range(4, 16)]
    assert curve[4.0] < 0.3 < 0.6 < curve[15.0]


def test_a_larger_budget_finds_more_and_is_wrong_more_often(found: Evaluation) -> None:
    measured = found.detectors["room_consumption"]
    assert measured.recall(0.7, 4.0) > measured.recall(0.7, 1.0)
    assert measured.false_alerts(0.7, 4.0) > measured.false_alerts(0.7, 1.0)


def test_ordinary_days_raise_about_what_the_budget_allows(found: Evaluation) -> None:
    assert 0.2 < found.detectors["room_consumption"].false_alerts(0.7, 1.0) < 2.0


def test_the_same_days_give_the_same_figures_and_stay_as_they_are(found: Evaluation) -> None:
    copy = {name: getattr(FRAMES, name).copy() for name in ("rooms", "products", "gaps", "custody", "outflow")}
    again = evaluated(FRAMES)
    for name, measured in found.detectors.items():
        assert evaluation.quality(measured, shares()[name], 1.0, 0.85) == evaluation.quality(
            again.detectors[name], shares()[name], 1.0, 0.85
        )
    for name, frame in copy.items():
        pd.testing.assert_frame_equal(frame, getattr(FRAMES, name))


def test_days_after_the_span_change_nothing() -> None:
    until = LAST_DAY - 2
    # Rooms alone: what else is known takes most of the time and is cut off in the same place.
    emptied = {name: getattr(FRAMES, name).iloc[:0] for name in POINTS if name != "rooms"}
    rooms = replace(FRAMES, **emptied)
    later = replace(rooms, rooms=rooms.rooms.assign(units=rooms.rooms["units"].where(rooms.rooms["day"] < until, 99)))
    before, after = (evaluated(frames, until).detectors["room_consumption"] for frames in (rooms, later))
    assert before.curve(0.7, 1.0) == after.curve(0.7, 1.0)
    assert before.false_alerts(0.7, 1.0) == after.false_alerts(0.7, 1.0)


def test_too_short_a_history_measures_nothing() -> None:
    assert evaluated(FRAMES.between(LAST_DAY - 8, LAST_DAY + 1)).detectors == {}


def test_what_is_out_of_reach_is_said(found: Evaluation) -> None:
    measured = found.detectors["room_consumption"]
    easy, strict = (evaluation.quality(measured, 0.7, 1.0, wanted) for wanted in (0.55, 0.999))
    assert easy.reachable_from is not None and easy.budget_needed == 1.0
    assert strict.reachable_from is None and strict.budget_needed is None


def test_a_search_never_spends_more_than_the_whole(found: Evaluation) -> None:
    search = allocation.tune(found.detectors, 1.0, 0.85)
    assert sum(search.shares.values()) <= sum(shares().values()) + 1e-9
    assert search == allocation.tune(found.detectors, 1.0, 0.85)
    for name, before in search.before.items():
        if before.accuracy is not None and before.accuracy >= 0.85:
            assert (search.after[name].recall or 0) >= (before.recall or 0)


def test_where_nothing_was_measured_the_usual_shares_stay() -> None:
    search = allocation.tune({}, 1.0, 0.85)
    assert search.shares == shares() and not search.moved


def test_where_all_are_accurate_enough_nothing_moves(found: Evaluation) -> None:
    assert not allocation.tune(found.detectors, 1.0, 0.1).moved
