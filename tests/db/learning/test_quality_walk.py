"""The harness behind docs/quality.md, from a plan to a page, on a small hotel; and that it walks as detect does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from support.hotels.simulated import AS_OF, LAST_DAY, PLAN, ZONE, alerts, done

from minibar_ml.simulate import HotelPlan, Layout, SourceData
from minibar_ml.store.engine import make_engine
from minibar_ml.store.points import frames
from quality import points, rounds, walk
from quality.hotels import Hotel
from quality.page import report
from quality.results import Results, Yardsticks
from quality.yardsticks import bound, forecasts, naive, self_estimate, silent_bound

DAYS = 5
TINY = HotelPlan(
    seed=5,
    ends_on=date(2025, 11, 16),
    rooms=60,
    days=60,
    guests="gamma",
    duplicates=0.02,
    fault_rate=2.0,
    timezone=ZONE,
)


@pytest.fixture(scope="module")
def tiny() -> tuple[Hotel, points.Points]:
    """A hotel of 60 rooms some of whose visits come late."""
    hotel = Hotel("tiny", TINY, "a", late=0.05, scored_days=DAYS)
    return hotel, points.make(hotel)


def test_late_and_double_rows_leave_the_points_as_they_would_have_been(tiny: tuple[Hotel, points.Points]) -> None:
    hotel, known = tiny
    clean = points.make(replace(hotel, plan=replace(TINY, duplicates=0.0), late=0.0))
    columns = ["room_id", "day", "units", "refilled"]
    assert known.frames.rooms[columns].equals(clean.frames.rooms[columns])
    assert known.faults == clean.faults


def test_a_test_that_knows_the_guests_expects_as_many_empty_checks_as_there_are(
    tiny: tuple[Hotel, points.Points],
) -> None:
    hotel, known = tiny
    checks = known.frames.rooms.dropna(subset="units").sort_values(["room_id", "day"], ignore_index=True)
    quiet = silent_bound.quiet(hotel.plan, checks)
    slept_in, empty = quiet > 0, (checks["units"] == 0).to_numpy()
    for likely in (False, True):
        picked = slept_in & ((np.exp(-quiet) > 0.6) == likely)
        assert picked.sum() > 300
        assert np.exp(-quiet[picked]).mean() == pytest.approx(empty[picked].mean(), abs=0.04)


def test_a_small_hotel_goes_all_the_way_to_the_page(tiny: tuple[Hotel, points.Points]) -> None:
    hotel, known = tiny
    longer = replace(hotel, scored_days=30)
    yardsticks = Yardsticks(
        naive.make(hotel, known),
        {"room spike": bound.make(hotel, known), "silent room": silent_bound.make(hotel, known)},
        self_estimate.make(hotel, known),
        forecasts.make(longer, known),
        rounds.make(hotel, known),
    )
    page = report.text(Results("held_out", (walk.make(hotel, known),), (yardsticks,), 60.0))
    assert "| vacant room: recall >= 0.97 at <= 0.05 false alerts " in page
    assert "nobody sleeps there tonight" in page
    assert "The goal is 90 % of the units on the same day" in page
    assert "| tiny " in page
    assert all(len(set(map(len, table))) == 1 for table in _tables(page))


def _tables(page: str) -> list[list[str]]:
    blocks = [block.splitlines() for block in page.split("\n\n")]
    return [block for block in blocks if block[0].startswith("|")]


@pytest.mark.parametrize("guests", ["gamma", "mixed"])
def test_the_bound_is_surprised_by_large_spikes_and_seldom_by_guests(guests: Literal["gamma", "mixed"]) -> None:
    hotel = Hotel("other", replace(TINY, guests=guests, duplicates=0.0), "b", 0.0, scored_days=30)
    flags = bound.make(hotel, points.make(hotel))
    ordinary = flags.score[flags.fault == -1]
    assert 0.002 < (ordinary > -np.log(0.01)).mean() < 0.02
    assert flags.faults > 3
    assert flags.score[flags.fault >= 0].mean() > ordinary.mean() + 2


def test_a_walk_raises_what_detect_raises_walking_the_same_days(
    make_database: Callable[..., str], hotel_points: dict[Layout, str], hotel: SourceData
) -> None:
    url = make_database(hotel_points["a"])
    since = LAST_DAY - timedelta(days=DAYS * 2 - 1)
    done(url, "detect", "--since", since.isoformat(), "--until", AS_OF, "--as-of", AS_OF, "--quiet")
    stored = alerts(url, columns="type, entity_type, entity_id, last_occurred_on")
    start, end = (datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(ZONE)) for d in (PLAN.starts_on, date(2025, 11, 17)))
    with make_engine(url, ZONE).connect() as connection:
        known = points.Points(frames.fetch(connection, start, end), hotel.faults)
    walked = walk.make(Hotel("walked", PLAN, "a", 0.0, DAYS * 2), known)
    raised = [(*_about(alert.first), max(alert.days)) for alert in walked.alerts]
    assert len(raised) > 3
    assert sorted(raised) == sorted(stored)


def _about(finding: Any) -> tuple[str, str, int]:
    return finding.type, finding.entity_type, finding.entity_id
