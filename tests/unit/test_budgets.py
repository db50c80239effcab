"""The budget of false alerts: how it is split, and what a hotel's own past does to a threshold."""

from math import exp, log

import numpy as np
import pytest

from minibar_ml.ml.budgets import LEFT_FOR_RULES, Budgeted, split
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.detectors.base import Limits, Parameters, TooLittle
from minibar_ml.ml.evaluation import HELD_OUT_DAYS, Quality
from minibar_ml.ml.thresholds import SHARES, history, threshold

QUIET = history(np.zeros(1000), 10_000)
NOISY = history(np.full(1000, 30.0), 10_000)
PARAMETERS: dict[str, Parameters | TooLittle] = {
    detector.name: {"past": QUIET, "tests": 0.1} for detector in ALL if detector.name in SHARES
}


def _of(name: str, found: list[Budgeted]) -> Budgeted:
    return next(one for one in found if one.detector == name)


def _split(limits: Limits | None = None, **parameters: Parameters | TooLittle) -> list[Budgeted]:
    return split(1, ALL, PARAMETERS | parameters, limits or Limits(budget=2.0), {}, None)


def test_the_parts_and_what_is_left_for_rules_are_the_whole_budget() -> None:
    found = _split()
    assert {one.detector for one in found} == set(SHARES)
    expected = sum(one.expected_per_1000_rooms_day or 0.0 for one in found)
    assert expected + 2.0 * LEFT_FOR_RULES == pytest.approx(2.0)


def test_a_quiet_past_leaves_the_threshold_as_the_budget_sets_it() -> None:
    one = _of("leak", _split())
    assert one.threshold == one.nominal_threshold == pytest.approx(-log(SHARES["leak"] * 2.0 / 1000 / 0.1))
    assert one.times_stricter == 1.0


def test_a_noisy_past_tightens_it_to_what_the_detector_itself_asks() -> None:
    one = _of("leak", _split(leak={"past": NOISY, "tests": 0.1}))
    assert one.threshold == threshold("leak", 2.0, NOISY, 0.1)
    assert one.threshold is not None
    assert one.nominal_threshold is not None
    assert one.times_stricter == pytest.approx(exp(one.threshold - one.nominal_threshold))
    assert one.times_stricter > 1


def test_verdicts_move_what_is_expected_and_the_threshold_with_it() -> None:
    before, after = _of("leak", _split()), _of("leak", _split(Limits(budget=2.0, tightness={"shrinkage": 0.5})))
    assert after.expected_per_1000_rooms_day == pytest.approx((before.expected_per_1000_rooms_day or 0) / 2)
    assert after.threshold == pytest.approx((before.threshold or 0) + log(2))


def test_what_could_not_learn_has_a_share_and_nothing_is_invented_for_it() -> None:
    one = _of("custody", _split(custody=TooLittle(3, 5, "counts of custody")))
    assert one == Budgeted(hotel_id=1, detector="custody", share=SHARES["custody"])


def test_held_out_alerts_are_told_per_1000_rooms_and_day_where_rooms_are_known() -> None:
    quality = {"leak": Quality(5, 0.8, 0.6, 0.9, 3, 700)}
    rates = [_of("leak", split(1, ALL, PARAMETERS, Limits(), quality, rooms)) for rooms in (500, None)]
    assert [one.held_out_alerts for one in rates] == [3, 3]
    assert [one.held_out_per_1000_rooms_day for one in rates] == [pytest.approx(3 / 0.5 / HELD_OUT_DAYS), None]
