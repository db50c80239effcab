"""The warehouse, day by day: deliveries, issues, write-offs, counts, and the level that they leave.

A day's order of events: deliveries before eight, issues until half past eight, entries and losses by day, a
count in the evening, then what attendants bring back. The storekeeper orders twice a week, and at once when
it gets tight.
"""

import numpy as np

from minibar_ml.simulate.arrays import Flags, Floats, Ints, stream
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.warehouse.faults import StockFaults
from minibar_ml.simulate.warehouse.movements import STARVED_DAYS, Movements, units_to_the_end

ORDER_WEEKDAYS = (0, 3)
REORDER_DAYS, ORDER_UP_TO_DAYS = 21, 32
TIGHT_DAYS, RELIEF_DAYS = 11, 18
SCARCE_DAYS = 7
LOW_BEFORE_DAYS = 35
CARTON_UNITS = 12


def run_warehouse(plan: HotelPlan, moves: Movements, faults: StockFaults) -> Movements:
    """Run the days; fills in ``moves`` and returns it."""
    rng = stream(plan, "warehouse")
    products = len(moves.opening)
    stocked = moves.use.any(axis=1)
    shelf = moves.opening.copy()  # what is really there: the book level but for wrong entries
    book_error = np.zeros(products, dtype=np.int64)
    arriving = np.zeros((products, plan.days + 30), dtype=np.int64)
    hungry = ~np.isnan(faults.starved)
    stop = plan.days - STARVED_DAYS
    to_the_end = units_to_the_end(moves, np.nan_to_num(faults.starved))
    for day in range(plan.days):
        use = moves.use[:, day]
        cut_off = hungry & (day >= stop)
        last_delivery = np.maximum(to_the_end - shelf, 0) * (day == stop)
        moves.delivered[:, day] = np.where(cut_off, last_delivery, arriving[:, day])
        shelf += moves.delivered[:, day]
        # what is about to be starved is kept low beforehand, so that it gets scarce within the starved days
        waiting = hungry & (day >= stop - LOW_BEFORE_DAYS)
        losses = faults.leak[:, day] + faults.breakage[:, day]
        tight = shelf - moves.issued[:, day] - losses < TIGHT_DAYS * use
        cover = np.where(waiting, TIGHT_DAYS + 1, RELIEF_DAYS) * use
        relief = _cartons(moves.issued[:, day] + losses + cover - shelf)
        moves.urgent[:, day] = np.where(tight & stocked & ~cut_off, relief, 0)
        shelf += moves.urgent[:, day] - moves.issued[:, day]
        _lose(plan, moves, faults, shelf, day, ~hungry, rng)
        _mistake(moves, faults, shelf, book_error, day)
        if plan.date_of(day).day == 1:
            moves.count[:, day] = _count(shelf, stocked & ~hungry & (book_error == 0), rng)
            shelf += moves.count[:, day]
        shelf += moves.returned[:, day]
        moves.level[:, day] = shelf - book_error
        if plan.date_of(day).weekday() in ORDER_WEEKDAYS:
            due = shelf + arriving[:, day + 1 :].sum(axis=1)
            order = np.where(due < REORDER_DAYS * use, _cartons(ORDER_UP_TO_DAYS * use - due), 0)
            lead = rng.integers(2, 5, products) + (rng.random(products) < 0.1) * rng.integers(2, 7, products)
            arriving[np.arange(products), day + lead] += np.where(waiting | ~stocked, 0, order)
    return moves


def _cartons(units: Floats) -> Ints:
    """Units rounded up to whole cartons; none for a negative number."""
    return np.asarray(np.ceil(np.maximum(units, 0) / CARTON_UNITS) * CARTON_UNITS, dtype=np.int64)


def _lose(
    plan: HotelPlan,
    moves: Movements,
    faults: StockFaults,
    shelf: Ints,
    day: int,
    may_break: Flags,
    rng: np.random.Generator,
) -> None:
    """Leaks, break-downs and the odd broken bottle."""
    moves.leaked[:, day], moves.broken[:, day] = faults.leak[:, day], faults.breakage[:, day]
    shelf -= moves.leaked[:, day] + moves.broken[:, day]
    odd = (rng.random(len(shelf)) < 0.02) & may_break & (moves.use[:, day] > 0)
    moves.written_off[:, day] = np.where(odd, np.minimum(rng.integers(1, 4, len(shelf)), shelf // 20), 0)
    shelf -= moves.written_off[:, day]


def _mistake(moves: Movements, faults: StockFaults, shelf: Ints, book_error: Ints, day: int) -> None:
    """Book an issue that never was, below zero; or repair one by a count."""
    wanted = faults.wrong_entry[:, day]
    moves.wrong[:, day] = np.where(wanted > 0, shelf + wanted, 0)
    book_error += moves.wrong[:, day]
    for product in np.flatnonzero((faults.corrected == day).any(axis=1)):
        moves.repair[product, day] = book_error[product]
        book_error[product] = 0


def _count(shelf: Ints, counted: Flags, rng: np.random.Generator) -> Ints:
    """The monthly count's small corrections."""
    error = rng.binomial(2, 0.3, len(shelf)) * rng.choice([-1, 1], len(shelf), p=(0.7, 0.3))
    return np.asarray(np.where(counted & (shelf > 50), error, 0), dtype=np.int64)
