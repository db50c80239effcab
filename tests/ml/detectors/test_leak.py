"""Leaks: what leaves the warehouse must reach the rooms, come back, or still be in somebody's hands."""

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary, walk

from minibar_ml.ml.contract import Detector, Limits, TooLittle
from minibar_ml.ml.detectors.leak import Leak
from minibar_ml.ml.detectors.stock_outflow import StockOutflow
from minibar_ml.ml.frames import Frames

SEEDS = range(200, 220)
PRODUCT = 110


def drawn(frames: Frames, days_of_use: float, day: int = LAST_DAY, product: int = PRODUCT) -> Frames:
    """The frames with units issued on the day that nobody ever puts into a room."""
    used = frames.products[frames.products["product_id"] == product]["refilled"].sum() / 60
    units = float(round(used * days_of_use)) + 24
    row = {"hotel_id": 7, "product_id": product, "day": day, "units": units, "issued": units, "written_off": 0.0}
    return changed(frames, outflow=pd.concat([frames.outflow, pd.DataFrame([row | {"returned": 0.0}])]))


def test_most_leaks_of_a_week_of_use_are_found_on_their_day() -> None:
    found = [found_on(Leak(), drawn(ordinary(seed), 7), moment()) for seed in SEEDS]
    assert sum(any(f.entity_id == PRODUCT for f in findings) for findings in found) >= 17


def test_a_leak_is_found_with_the_units_missing_and_since_when() -> None:
    (finding,) = found_on(Leak(), drawn(ordinary(200), 10), moment())
    used = ordinary(200).products.groupby("product_id")["refilled"].sum()[PRODUCT] / 60
    assert finding.value == pytest.approx(10 * used, rel=0.6)
    assert (finding.type, finding.reason, finding.metric) == ("shrinkage", "leak", "stock_outflow")
    assert finding.occurred_on == moment().date
    assert finding.facts is not None
    assert finding.facts["since"] < finding.occurred_on.isoformat()
    assert finding.score is not None
    assert finding.score > 5


def test_drawing_by_cases_and_carrying_over_is_no_leak() -> None:
    alarms = [found for seed in SEEDS[:12] for found in walk(Leak(), ordinary(seed))]
    # 12 hotels of 60 rooms, 20 days each
    assert len(alarms) <= 3


def test_the_higher_level_after_a_leak_is_the_new_normal() -> None:
    leaks = [walk(Leak(), drawn(ordinary(seed), 10, LAST_DAY - 5), LAST_DAY - 5) for seed in SEEDS]
    later = [f for found in leaks for f in found if f.entity_id == PRODUCT and f.occurred_on.toordinal() > LAST_DAY - 5]
    assert len(later) <= 1


def _in_larger_cases(frames: Frames, since: int, factor: int) -> Frames:
    """The frames with PRODUCT drawn in cases `factor` times as large, and as much more seldom."""
    outflow = frames.outflow
    rows = outflow[(outflow["product_id"] == PRODUCT) & (outflow["day"] >= since) & (outflow["issued"] > 0)]
    place = pd.Series(range(len(rows)), index=rows.sort_values("day").index)
    drawn_at_once = rows["issued"].groupby(place // factor).transform("sum").where(place % factor == 0, 0.0)
    issued = drawn_at_once.reindex(outflow.index).fillna(outflow["issued"])
    return changed(frames, outflow=outflow.assign(issued=issued, units=issued + outflow["written_off"]))


@pytest.mark.parametrize("detector", [Leak(), StockOutflow()], ids=lambda detector: detector.spec.name)
def test_a_larger_case_is_found_twice_at_most_and_is_then_the_usual(detector: Detector) -> None:
    begin = LAST_DAY - 24
    for seed in SEEDS[:4]:
        alerts = [
            f for f in walk(detector, _in_larger_cases(ordinary(seed), begin, 4), begin) if f.entity_id == PRODUCT
        ]
        assert len(alerts) <= 2
        assert [found for found in alerts if found.occurred_on.toordinal() >= begin + 14] == []


def _filled_up_when_low(seed: int) -> Frames:
    """The frames with each product issued by itself, one or two cases of 24, when little of it is left to put in."""
    frames, chance = ordinary(seed), np.random.default_rng(seed)
    used = frames.products.pivot_table(index="day", columns="product_id", values="refilled", aggfunc="sum").fillna(0)
    rows = []
    for product, units in used.items():
        left = 24.0
        for day, taken in units.items():
            issued = 24.0 * chance.integers(1, 3) if left < 2 * taken + 6 else 0.0
            left += issued - taken
            rows.append({"hotel_id": 7, "product_id": product, "day": day, "units": issued, "issued": issued})
    return changed(frames, outflow=pd.DataFrame(rows).assign(written_off=0.0, returned=0.0))


def test_an_issue_that_leaves_hardly_more_in_store_than_ever_is_no_leak() -> None:
    """What may be missing is what is there beyond the most that ever was, and not the whole issue."""
    alarms = [found for seed in SEEDS[:12] for found in walk(Leak(), _filled_up_when_low(seed))]
    assert len(alarms) <= 2


def test_of_an_issue_of_which_a_part_is_lost_only_that_part_is_missing() -> None:
    found = []
    for seed in SEEDS[:12]:
        frames = _filled_up_when_low(seed)
        lost = pd.DataFrame([{"hotel_id": 7, "product_id": PRODUCT, "day": LAST_DAY, "units": 96.0, "issued": 96.0}])
        outflow = pd.concat([frames.outflow, lost.assign(written_off=0.0, returned=0.0)])
        found += [f for f in found_on(Leak(), changed(frames, outflow=outflow), moment()) if f.entity_id == PRODUCT]
    assert len(found) >= 9
    issued = 96.0 + 48.0
    assert all(40 <= one.value <= issued for one in found), "what rooms use of it is not missing"
    assert sum(one.value <= 96.0 for one in found) >= len(found) - 2


def test_what_comes_back_out_of_custody_is_not_missing() -> None:
    alarms = []
    for seed in SEEDS[:6]:
        frames = ordinary(seed)
        back = frames.outflow["issued"]
        both = frames.outflow.assign(issued=2 * back, units=frames.outflow["units"] + back, returned=back)
        alarms += walk(Leak(), changed(frames, outflow=both))
    assert len(alarms) <= 2


def test_verdicts_can_make_it_stricter() -> None:
    frames = drawn(ordinary(200), 10)
    assert found_on(Leak(), frames, moment(), Limits(threshold_multiplier={"leak": 1e-30})) == []


def test_a_day_of_rounds_is_no_leak() -> None:
    frames = ordinary(205)
    today = frames.outflow["day"] == LAST_DAY
    products = frames.outflow["product_id"].unique()
    used = frames.products.groupby("product_id")["refilled"].sum() / 60
    rows = pd.DataFrame({"hotel_id": 7, "product_id": products, "day": LAST_DAY, "issued": 9 * used[products].array})
    rows = rows.assign(units=rows["issued"], written_off=0.0, returned=0.0)
    frames = changed(frames, outflow=pd.concat([frames.outflow[~today], rows]))
    assert found_on(Leak(), frames, moment()) == []


def test_an_issue_alone_counts_where_products_are_drawn_together() -> None:
    """The same units, drawn with the others or by itself: the odder it is, the higher the score."""
    frames = drawn(ordinary(201), 4)
    at = frames.levels["at"] - 37.0 * frames.levels["product_id"]
    together = frames.levels.assign(at=at + frames.levels["product_id"])
    today = together[together["day"] == LAST_DAY].tail(1).assign(product_id=PRODUCT)
    scores = []
    for seconds in (1.0, 7200.0):
        with_issue = changed(frames, levels=pd.concat([together, today.assign(at=today["at"] + seconds)]))
        parameters = Leak().fit(with_issue.between(0, LAST_DAY), 30)
        assert not isinstance(parameters, TooLittle)
        rows = Leak().score(with_issue, parameters, moment()).set_index("entity_id")
        scores.append(rows["score"][PRODUCT])
    assert scores[1] > scores[0] + 2


def test_a_week_of_history_is_too_little() -> None:
    learned = Leak().fit(ordinary(1).between(LAST_DAY - 6, LAST_DAY + 1), 30)
    assert isinstance(learned, TooLittle)
    assert learned.need == 14


def _of_products(frames: Frames, count: int, each_nth_day: int = 1) -> Frames:
    """Only so many products, issued on each n-th day alone."""
    few = sorted(frames.outflow["product_id"].unique())[:count]
    outflow = frames.outflow[frames.outflow["product_id"].isin(few)]
    seldom = outflow["day"] % each_nth_day == 0
    return changed(
        frames,
        products=frames.products[frames.products["product_id"].isin(few)],
        outflow=outflow.assign(issued=outflow["issued"].where(seldom, 0.0)),
    )


def test_the_days_between_rare_issues_count_as_seen_but_a_handful_of_issues_is_too_little() -> None:
    small = _of_products(ordinary(1), 4)
    assert 30 <= (small.outflow["issued"] > 0).sum() < 100
    assert not isinstance(Leak().fit(small, 100), TooLittle)
    learned = Leak().fit(_of_products(ordinary(1), 4, each_nth_day=4), 100)
    assert isinstance(learned, TooLittle)
    assert (learned.need, learned.unit) == (30, "days of issues of a product")
