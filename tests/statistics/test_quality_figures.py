"""Shares, curves and marked rows, by known answers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from minibar_ml.simulate import Fault, HotelPlan
from quality.flags import Flags, above, at_rate, mark
from quality.hotels import PARTS, Hotel, load
from quality.page.compared import Compared, factor
from quality.page.figures import Point, recall_at
from quality.page.tables import markdown
from quality.page.targets import Target, critical_share
from quality.results import Results
from quality.shares import Share, counts_interval
from quality.walk import Walk

HOTEL = Hotel("any", HotelPlan(seed=1, ends_on=date(2025, 11, 30), rooms=100), "b", 0.0, 30)


@pytest.mark.parametrize(
    ("some", "many", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I: the score method
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilson_s(some: int, many: int, low: float, high: float) -> None:
    assert Share(some, many).interval() == pytest.approx((low, high), abs=0.0001)


def test_a_share_of_nothing_is_unknown() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_recall_between_two_points_of_a_curve_lies_on_the_line() -> None:
    points = [Point(0.5, 0.2, Share(2, 10)), Point(1.0, 0.6, Share(6, 10))]
    assert recall_at(points, 0.4) == pytest.approx(0.4)
    assert recall_at(points, 0.1) is None
    assert recall_at(points, 0.7) is None


def flags(scores: list[float], fault: list[int], faults: int) -> Flags:
    return Flags(np.array(scores), np.array(fault), faults)


def test_marked_rows_are_cut_where_the_false_ones_reach_the_rate() -> None:
    rows = flags([9, 8, 7, 6, 5, 4], [0, -1, 0, -1, 1, -1], faults=3)
    once = at_rate([rows], 1.0, room_days=1.0)
    assert (once.recall, once.hits, once.false) == (Share(1, 3), 2, 1)
    twice = at_rate([rows], 2.0, room_days=1.0)
    assert (twice.recall, twice.hits, twice.false) == (Share(2, 3), 3, 2)


def test_of_equal_scores_all_or_none_are_alerts() -> None:
    rows = flags([5, 5, 5], [0, -1, -1], faults=1)
    assert at_rate([rows], 1.0, room_days=1.0).recall == Share(0, 1)


def test_an_excused_row_is_neither_hit_nor_false() -> None:
    marked = above([flags([1, 1, 1], [0, -1, -2], faults=1)], 1.0, room_days=2.0)
    assert (marked.hits, marked.false, marked.false_rate) == (1, 1, 0.5)


def test_rows_are_marked_with_the_faults_of_their_entity_and_days() -> None:
    fault = Fault("vacant_consumption", 1, "room", 4, date(2025, 11, 10), date(2025, 11, 10), 3.0, "")
    early = Fault("vacant_consumption", 1, "room", 5, date(2025, 10, 31), date(2025, 10, 31), 3.0, "")
    days = [date(2025, 11, n).toordinal() for n in (10, 11, 12, 10, 1)]
    rows = pd.DataFrame({"hotel_id": 1, "room_id": [4, 4, 4, 9, 5], "day": days, "score": 1.0})
    marked = mark(rows, "room", (fault, early), ("vacant room",), HOTEL)
    assert marked.fault.tolist() == [0, 0, -1, -1, -2]
    assert marked.faults == 1


def test_a_factor_of_nothing_to_nothing_is_one() -> None:
    assert factor(0.0, 0.0) == 1.0
    assert factor(0.3, 0.2) == pytest.approx(1.5)
    assert factor(0.3, 0.0) is None


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (4, 1.090, 10.242), (10, 4.795, 18.390)])
def test_the_interval_of_a_count_is_garwood_s(count: int, low: float, high: float) -> None:
    assert counts_interval(count) == pytest.approx((low, high), abs=0.001)


def test_an_estimate_within_the_promise_is_met_and_one_that_the_counts_allow_only_within_chance() -> None:
    near = Compared("leak", 100, 0.80, Share(75, 100), expected=9.0, false=10)
    assert (near.is_met, near.is_within_chance) == (True, True)
    few = Compared("leak", 100, 0.80, Share(19, 20), expected=3.0, false=0)
    assert (few.is_met, few.is_within_chance) == (False, True)
    assert Target("", "", few.is_met, few.is_within_chance).verdict == "met within chance"


def test_an_estimate_that_the_counts_contradict_is_not_met() -> None:
    for wrong in (
        Compared("leak", 100, 0.50, Share(75, 100), expected=10.0, false=10),
        Compared("leak", 100, 0.75, Share(75, 100), expected=30.0, false=10),
        Compared("leak", 100, 0.75, Share(75, 100), expected=4.0, false=0),
    ):
        assert not wrong.is_within_chance
        assert Target("", "", wrong.is_met, wrong.is_within_chance).verdict == "**not met**"


def test_a_table_lines_up() -> None:
    assert markdown(("a", "b"), [["long", "1"]]) == "| a    | b |\n|------|--:|\n| long | 1 |"


def test_the_sets_share_no_seed_and_have_ten_hotels_or_more_each() -> None:
    seeds = [hotel.plan.seed for part in PARTS for hotel in load(part)]
    assert len(seeds) == len(set(seeds))
    assert all(len(load(part)) >= 10 for part in PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_every_set_has_hotels_of_every_sort(part: str) -> None:
    hotels = load(next(one for one in PARTS if one == part))
    plans = [hotel.plan for hotel in hotels]
    assert min(plan.rooms for plan in plans) <= 70
    assert max(plan.rooms for plan in plans) == 3000
    assert {hotel.layout for hotel in hotels} == {"a", "b"}
    assert {plan.guests for plan in plans} == {"mixed", "gamma"}
    assert min(plan.occupancy for plan in plans) <= 0.28
    assert max(plan.occupancy for plan in plans) >= 0.93
    assert any(plan.season_swing < 0 for plan in plans)
    assert any(plan.check_every_days == 3 for plan in plans)
    assert any(plan.attendants == 1 for plan in plans)
    assert any(plan.closed_from for plan in plans)
    assert any(hotel.late for hotel in hotels)
    assert any(plan.duplicates for plan in plans)
    assert any(plan.new_rooms for plan in plans)
    assert any(plan.partial_refills > 0.1 for plan in plans)
    assert not all(plan.has_stays for plan in plans)


@pytest.mark.parametrize("part", PARTS)
def test_every_set_has_hotels_in_the_applications_manner(part: str) -> None:
    hotels = load(next(one for one in PARTS if one == part))
    manners = {hotel.name: hotel.plan.manner for hotel in hotels if hotel.plan.manner}
    assert {manner.hours for manner in manners.values()} >= {"none", "all"}
    assert {manner.paths for manner in manners.values()} == {"present", "2025"}
    assert {manner.lists for manner in manners.values()} >= {"standard", "p4001"}
    layouts = {hotel.name: hotel.layout for hotel in hotels}
    assert all((layouts[name] == "b") == (manner.paths == "present") for name, manner in manners.items())


def test_the_critical_share_is_of_the_alerts_that_were_live_on_all_evenings() -> None:
    walks = [Walk(HOTEL, (), (), {}, {}, 0.0, live) for live in ({"critical": 3, "high": 5}, {"medium": 2}, {})]
    assert critical_share(Results("tune", tuple(walks), (), 0.0)) == Share(3, 10)
    assert critical_share(Results("tune", (), (), 0.0)).value is None
