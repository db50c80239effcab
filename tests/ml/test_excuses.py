"""Units that leave the depot for a reason that no guest gives are no leak and no high outflow."""

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import FIRST_DAY, LAST_DAY, changed, found_on, moment, ordinary

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import Detector
from minibar_ml.ml.detectors.leak import Leak
from minibar_ml.ml.detectors.stock_outflow import StockOutflow
from minibar_ml.ml.frames import Frames

PRODUCT, NEW = 110, 131
DETECTORS: list[Detector] = [Leak(), StockOutflow()]
either = pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.spec.name)


def use_of(frames: Frames, product: int = PRODUCT) -> float:
    return float(frames.products[frames.products["product_id"] == product]["refilled"].sum()) / 60


def issued(frames: Frames, units: float, product: int = PRODUCT, day: int = LAST_DAY) -> Frames:
    """The frames with units issued besides."""
    row = {"hotel_id": 7, "product_id": product, "day": day, "units": units, "issued": units, "written_off": 0.0}
    return changed(frames, outflow=pd.concat([frames.outflow, pd.DataFrame([row | {"returned": 0.0}])]))


def of_product(detector: Detector, frames: Frames, product: int = PRODUCT) -> list[Finding]:
    return [found for found in found_on(detector, frames, moment()) if found.entity_id == product]


def raised(frames: Frames, units: float, day: int) -> Frames:
    """The frames with a setup that was raised and asks for so many units in all rooms."""
    return changed(frames, rises=pd.DataFrame([{"hotel_id": 7, "product_id": PRODUCT, "day": day, "units": units}]))


def kept(frames: Frames, evenings: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Frames:
    """The frames with a floor store that held so much of the product in the evenings up to the last day's."""
    days = np.arange(LAST_DAY + 1 - len(evenings), LAST_DAY + 1)
    return changed(frames, floor=pd.DataFrame({"hotel_id": 7, "product_id": PRODUCT, "day": days, "units": evenings}))


def spiked(seed: int = 204) -> tuple[Frames, float]:
    """An ordinary hotel with a large issue on the last day, and its units."""
    frames = ordinary(seed)
    units = round(12 * use_of(frames)) + 24.0
    return issued(frames, units), units


@either
def test_a_large_issue_without_a_reason_is_found(detector: Detector) -> None:
    assert of_product(detector, spiked()[0])


@either
def test_what_a_raised_setup_asks_for_in_all_rooms_is_excused(detector: Detector) -> None:
    frames, units = spiked()
    assert of_product(detector, raised(frames, units, LAST_DAY - 2)) == []


@either
@pytest.mark.parametrize("share", [0.1, 0.0])
def test_more_than_the_setup_asks_for_is_found(detector: Detector, share: float) -> None:
    frames, units = spiked()
    assert of_product(detector, raised(frames, share * units, LAST_DAY - 2))


@either
def test_a_setup_that_was_raised_two_months_ago_excuses_nothing(detector: Detector) -> None:
    frames, units = spiked()
    assert of_product(detector, raised(frames, units, LAST_DAY - 50))


def test_one_rise_excuses_its_units_once() -> None:
    frames, units = spiked()
    twice = issued(frames, units, day=LAST_DAY - 8)
    assert of_product(Leak(), raised(twice, units, LAST_DAY - 9))


def saw_tooth(top: float, days_of_use: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Evenings of a floor store that is filled up every 20 days; it is nearly empty the evening before the last day."""
    ago = np.arange(59, -1, -1)
    held = top * (1 - ((19 - (ago - 1) % 20) / 20))
    held[-1] = top
    return np.maximum(held, 0.5 * days_of_use)


@either
def test_a_floor_store_that_ran_low_may_be_filled_up_to_what_it_held(detector: Detector) -> None:
    frames, units = spiked()
    assert of_product(detector, kept(frames, saw_tooth(units + use_of(frames), use_of(frames)))) == []


@either
def test_more_than_the_floor_store_ever_held_is_found(detector: Detector) -> None:
    frames, units = spiked()
    assert of_product(detector, kept(frames, saw_tooth(units / 6, use_of(frames))))


@either
def test_a_floor_store_that_was_not_low_needed_nothing(detector: Detector) -> None:
    frames, units = spiked()
    assert of_product(detector, kept(frames, np.full(60, 2 * units)))


@either
@pytest.mark.parametrize(("days_ago", "is_found"), [(7, False), (6, True)])
def test_a_floor_store_no_fuller_than_a_week_before_was_only_filled_up(
    detector: Detector, days_ago: int, is_found: bool
) -> None:
    """Its book held as much up to so many days before; what never arrived would have come on top of that."""
    frames, units = spiked()
    held = np.full(60, 3 * units)
    held[-1 - days_ago] = held[-1] = 4 * units
    assert bool(of_product(detector, kept(frames, held))) is is_found


@either
def test_a_new_floor_store_is_filled_for_the_first_time(detector: Detector) -> None:
    frames, units = spiked()
    assert of_product(detector, kept(frames, np.array([0.0, units]))) == []


def test_a_small_loss_after_the_floor_store_was_filled_up_is_not_high() -> None:
    frames, units = spiked()
    (plain,) = of_product(Leak(), frames)
    (after,) = of_product(Leak(), kept(frames, saw_tooth(units / 6, use_of(frames))))
    assert (plain.reason, after.reason) == ("leak", "leak_restocked")
    order = ["low", "medium", "high", "critical"]
    assert order.index(after.severity) < order.index(plain.severity)


@either
def test_the_first_fill_of_a_new_product_is_excused(detector: Detector) -> None:
    frames = ordinary(204)
    days = np.arange(LAST_DAY - 9, LAST_DAY + 1)
    row = {"hotel_id": 7, "product_id": NEW}
    used = pd.DataFrame([row | {"day": day, "units": 4.0, "refilled": 4.0} for day in days])
    came = pd.DataFrame([row | {"day": LAST_DAY - 10, "at": 1e9, "level": 500.0, "kind": "giris"}])
    frames = changed(
        frames,
        products=pd.concat([frames.products, used]),
        levels=pd.concat([frames.levels, came]),
    )
    for day in days[:-1]:
        frames = issued(frames, 4.0, NEW, int(day))
    assert of_product(detector, issued(frames, 120.0, NEW), NEW) == []
    assert FIRST_DAY < LAST_DAY - 14
