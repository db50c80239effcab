"""The share of false alerts among those that people reviewed, before and with new thresholds."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.ml.feedback import FalseShare, false_shares, threshold_multiplier, without_confirmed
from minibar_ml.ml.frames import Frames

AT = datetime(2026, 3, 1, tzinfo=UTC)


def room(score: float | None, *, false: bool) -> LabelledAlert:
    return LabelledAlert("consumption_anomaly", 1, "room_consumption", "room", 5, (7, 9), score, false, AT)


def test_a_stricter_threshold_drops_the_weak_false_ones() -> None:
    reviewed = [room(7.5, false=True), room(7.6, false=True), room(9.0, false=True), room(12.0, false=False)]
    assert false_shares(reviewed, {(1, "room_consumption"): 8.0}) == {
        "consumption_anomaly": FalseShare(4, 3, 2, 1, before=0.75, after=0.5)
    }


def test_a_rule_has_no_after() -> None:
    reviewed = [LabelledAlert("vacant_consumption", 1, "vacant_room", "room", 5, (7,), None, True, AT)]
    share = false_shares(reviewed, {})["vacant_consumption"]
    assert (share.before, share.still_raised, share.after) == (1.0, None, None)


def test_another_hotels_threshold_says_nothing() -> None:
    share = false_shares([room(7.5, false=True)], {(2, "room_consumption"): 8.0})["consumption_anomaly"]
    assert share.after is None and share.still_raised is None


def test_false_marks_tighten_the_detector_that_raised_them_and_no_other_of_the_type() -> None:
    factors = threshold_multiplier([room(7.5, false=True)] * 5)
    assert factors.keys() == {"room_consumption"}
    assert factors["room_consumption"] < 1 < threshold_multiplier([room(7.5, false=False)] * 5)["room_consumption"]


@pytest.mark.parametrize(("hotel_id", "left"), [(1, [8]), (2, [7, 8, 9])])
def test_a_confirmed_anomaly_leaves_the_baseline_on_its_days_and_in_its_hotel(hotel_id: int, left: list[int]) -> None:
    products = pd.DataFrame({"product_id": 5, "day": [7, 8, 9]})
    frames = Frames(*[pd.DataFrame()] * 2, products, *[pd.DataFrame()] * 5)
    found = LabelledAlert("consumption_anomaly", 1, "product_demand", "product", 5, (7, 9), 9.0, False, AT)
    assert without_confirmed(frames, [found], hotel_id).products["day"].tolist() == left
