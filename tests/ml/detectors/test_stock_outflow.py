"""Outflow: issues and write-offs far beyond what the product's usage pattern knows."""

import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary, walk

from minibar_ml.ml.detectors.stock_outflow import StockOutflow
from minibar_ml.ml.frames import Frames

SEEDS = range(300, 320)
PRODUCT = 112


def with_outflow(frames: Frames, issued: float = 0.0, written_off: float = 0.0) -> Frames:
    """The frames with one movement of PRODUCT on the last day and none besides."""
    other = frames.outflow[(frames.outflow["product_id"] != PRODUCT) | (frames.outflow["day"] != LAST_DAY)]
    row = {"hotel_id": 7, "product_id": PRODUCT, "day": LAST_DAY, "issued": issued, "written_off": written_off}
    row |= {"units": issued + written_off, "returned": 0.0}
    return changed(frames, outflow=pd.concat([other, pd.DataFrame([row])]))


def largest_issue(frames: Frames) -> float:
    return float(frames.outflow[frames.outflow["product_id"] == PRODUCT]["issued"].max())


def test_an_issue_ten_times_the_largest_is_found() -> None:
    for seed in SEEDS:
        frames = ordinary(seed)
        found = found_on(StockOutflow(), with_outflow(frames, issued=10 * largest_issue(frames)), moment())
        assert (PRODUCT, "outflow_high", "high") in [(f.entity_id, f.reason, f.severity) for f in found]


def test_a_third_more_than_the_largest_issue_is_ordinary() -> None:
    found = [
        found_on(StockOutflow(), with_outflow(ordinary(seed), issued=1.3 * largest_issue(ordinary(seed))), moment())
        for seed in SEEDS
    ]
    assert sum(map(len, found)) <= 1


def test_a_cold_room_that_broke_down_is_found() -> None:
    found = [found_on(StockOutflow(), with_outflow(ordinary(seed), written_off=60.0), moment()) for seed in SEEDS]
    alerts = [f for findings in found for f in findings if f.entity_id == PRODUCT]
    assert len(alerts) >= 18
    assert alerts[0].value == pytest.approx(60)
    assert alerts[0].facts is not None
    assert alerts[0].facts["written_off"] == 60


def test_two_broken_bottles_are_ordinary() -> None:
    found = [found_on(StockOutflow(), with_outflow(ordinary(seed), written_off=2.0), moment()) for seed in SEEDS]
    assert [f for findings in found for f in findings if f.entity_id == PRODUCT] == []


def test_an_ordinary_hotel_is_quiet() -> None:
    # 12 hotels of 60 rooms, 20 days each
    assert sum(len(walk(StockOutflow(), ordinary(seed))) for seed in SEEDS[:12]) <= 3


def test_a_running_day_alerts_on_what_is_too_much_already() -> None:
    frames = ordinary(300)
    frames = with_outflow(frames, issued=10 * largest_issue(frames))
    assert PRODUCT in [f.entity_id for f in found_on(StockOutflow(), frames, moment(hours=11))]


def test_a_day_without_an_issue_says_nothing() -> None:
    frames = ordinary(301)
    quiet = changed(frames, outflow=frames.outflow[frames.outflow["day"] < LAST_DAY])
    assert found_on(StockOutflow(), quiet, moment()) == []
