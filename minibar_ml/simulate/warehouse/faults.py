"""Faults of the warehouse: leaks, wrong entries, break-downs of cold rooms, deliveries that do not come."""

from dataclasses import dataclass

import numpy as np

from minibar_ml.simulate.arrays import Floats, Ints, stream
from minibar_ml.simulate.faults.choice import choose, how_many
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.warehouse.movements import STARVED_DAYS, Movements, days_left_at_end

REST_DAYS = 14
LOW_DAYS = 6.0


@dataclass(frozen=True)
class StockFaults:
    """What is to go wrong, by product and day.

    ``leak`` and ``breakage`` are units that go, ``wrong_entry`` units by which
    an entry is to drive the book level below zero, ``corrected`` the day on which a count repairs it;
    ``starved`` is the days of use left at the end for products whose delivery does not come, else NaN.
    """

    leak: Ints
    breakage: Ints
    wrong_entry: Ints
    corrected: Ints
    starved: Floats


def choose_stock_faults(plan: HotelPlan, moves: Movements) -> StockFaults:
    """Choose the faults, knowing issues, returns and use.

    Every product has at most one kind of fault, so that no fault hides or feigns another.
    """
    rng = stream(plan, "stock faults")
    use, shape = moves.use, moves.use.shape
    leak, breakage, wrong = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    corrected = np.full(shape, -1)
    starved = np.full(shape[0], np.nan)
    busy = [int(p) for p in np.argsort(-use.mean(axis=1), kind="stable") if use[p].mean() > 0.5]
    products = [busy[i] for i in rng.permutation(len(busy))]
    if plan.wants("stock_depletion") and plan.days > 5 * STARVED_DAYS:
        days_left = rng.uniform(1.0, 5.5, len(use))
        low = days_left_at_end(moves, days_left) < LOW_DAYS
        # of the busy ones: a slow product's last case alone is weeks of use
        candidates = [p for p in busy[: max(3, len(busy) // 2)] if low[p]]
        for product in rng.permutation(candidates)[: how_many(plan, 0, 2)].astype(int).tolist():
            starved[product] = days_left[product]
            products.remove(product)
    if plan.wants("shrinkage"):
        for product, day in _places(plan, rng, products, how_many(plan, 0.06, 2)):
            days = day + np.unique(rng.integers(0, 3, 2))
            total = max(18.0, float(use[product, day]) * rng.uniform(5, 10))
            leak[product, days] += int(np.ceil(total / len(days)))
    if plan.wants("stock_anomaly"):
        for product, day in _places(plan, rng, products, how_many(plan, 0.02, 1)):
            wrong[product, day] = int(np.ceil(use[product, day] * rng.uniform(3, 12))) + 5
            repair = day + int(rng.integers(1, 5))
            corrected[product, day] = repair if repair < plan.days else -1
        for product, day in _places(plan, rng, products, how_many(plan, 0.03, 1)):
            breakage[product, day] = int(np.ceil(use[product, day] * rng.uniform(5, 9))) + 8
    return StockFaults(leak, breakage, wrong, corrected, starved)


def _places(plan: HotelPlan, rng: np.random.Generator, products: list[int], count: int) -> list[tuple[int, int]]:
    """Products (taken off the list) and days; a product has several faults only where products are short."""
    days = choose(plan, rng, np.arange(plan.days - 3), count)
    each = -(-len(days) // max(1, len(products) // 3))
    places: list[tuple[int, int]] = []
    for start in range(0, len(days), each):
        if not products:
            break
        product, last = products.pop(), -REST_DAYS
        for day in days[start : start + each]:
            if day - last >= REST_DAYS:
                places.append((product, int(day)))
                last = int(day)
    return places
