"""What guests take and attendants find and refill: the days of all minibars, one after the other.

A minibar is units by product. Guests take from what is there: mostly in the evening, some on the morning they
leave, a few on an early morning they come or a late evening they leave.
A visit finds what has gone since the last.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Ints, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.faults.rooms import RoomFaults
from minibar_ml.simulate.minibars.demand import MORNING_SHARE, welcome
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.schedule import Schedule
from minibar_ml.simulate.presence.stays import NO_STAY, Stays

EXTRA_UNITS = 0.004


@dataclass(frozen=True)
class Findings:
    """Lines of visits (visit and product index): units before, found consumed, refilled, of it extra."""

    visit: Ints
    product: Ints
    before: Ints
    found: Ints
    refilled: Ints
    extra: Ints
    setup: Ints
    labels: list[Fault]


class Minibars:
    """All minibars (room x product): ``stock`` units there, ``gone`` units since the last visit."""

    def __init__(self, building: Building) -> None:
        """Start with empty minibars: the first visit fills them."""
        self.full = building.setup[building.room_type]
        self.stock = np.zeros_like(self.full)
        self.gone = np.zeros_like(self.full)

    def take(self, room: Ints, wanted: Ints) -> Ints:
        """Take what is there of what is wanted; returns the units taken."""
        taken = np.minimum(wanted, self.stock[room])
        self.stock[room] -= taken
        self.gone[room] += taken
        return taken


def live(
    plan: HotelPlan,
    building: Building,
    stays: Stays,
    schedule: Schedule,
    faults: RoomFaults,
    unentered: Flags,
    added: Ints,
) -> Findings:
    """Run the days; returns the lines of all visits and the labels of grabs as they really were.

    In visits that are ``unentered`` nothing is found: what has gone is found by the next one. ``added`` is the units of
    each visit that are entered as found and refilled and were neither.
    """
    rng, at_will = stream(plan, "visits"), stream(plan, "added units")
    guests, bars = welcome(plan, building, stays, faults), Minibars(building)
    awake = np.concatenate([np.ones((len(bars.stock), 1), bool), ~faults.silent], axis=1)
    grab_day = schedule.day[faults.grabs["visit"].to_numpy(dtype=np.int64)]
    bounds = np.searchsorted(schedule.day, np.arange(plan.days + 1))
    lines: list[Ints] = []
    labels = list(faults.labels)
    for day in range(plan.days):
        leaving, coming = stays.departing[:, day], stays.arriving[:, day]
        before_shift = np.concatenate([leaving[awake[:, day]], _only(coming[awake[:, day]], stays.early)])
        bars.take(*guests.want(before_shift, day, MORNING_SHARE))
        labels += _grab(plan, building, bars, schedule, faults.grabs[grab_day == day], rng)
        visits = np.arange(bounds[day], bounds[day + 1])
        room = schedule.room[visits]
        made_up = _make_up(bars, room, added[visits], at_will)
        lines.append(_visit(plan, bars, visits, room, schedule.first[visits], unentered[visits], made_up, rng))
        guests.visited(schedule.room[visits[~unentered[visits]]])
        after_shift = np.concatenate(
            [stays.of_night[awake[:, day + 1], day], _only(leaving[awake[:, day + 1]], stays.late)]
        )
        bars.take(*guests.want(after_shift, day, 1.0))
    visit, product, before, found, refilled, extra, setup = np.concatenate(lines, axis=1)
    return Findings(visit, product, before, found, refilled, extra, setup, labels)


def _only(stay: Ints, flag: Flags) -> Ints:
    stay = stay[stay != NO_STAY]
    return stay[flag[stay]]


def _make_up(bars: Minibars, room: Ints, added: Ints, rng: np.random.Generator) -> Ints:
    """By room and product, units that are there and will be entered as found and refilled."""
    made_up = np.zeros_like(bars.full[room])
    for place in np.flatnonzero(added):
        stock = bars.stock[room[place]]
        made_up[place] = rng.multivariate_hypergeometric(stock, min(int(added[place]), int(stock.sum())))
    return made_up


def _visit(
    plan: HotelPlan,
    bars: Minibars,
    visits: Ints,
    room: Ints,
    first: Flags,
    unentered: Flags,
    made_up: Ints,
    rng: np.random.Generator,
) -> Ints:
    """Find, refill and note down; returns the columns of the visits' lines."""
    found, stock, full = bars.gone[room], bars.stock[room], bars.full[room]
    refill = np.maximum(full - stock, 0)
    partial = (rng.random(len(room)) < plan.partial_refills) & ~first
    refill[partial] = rng.binomial(refill[partial], 0.5)
    found[unentered], refill[unentered] = 0, 0
    before = stock + found
    found = found + made_up
    nothing = ~(found.any(axis=1) | refill.any(axis=1) | unentered)
    extra = np.zeros_like(refill)
    gift = np.flatnonzero(nothing & (rng.random(len(room)) < EXTRA_UNITS))
    pick = rng.random(full.shape).argsort(axis=1)[:, -1] if len(room) else np.zeros(0, np.int64)
    stocked = full[np.arange(len(room)), pick] > 0
    gift = gift[stocked[gift]]
    extra[gift, pick[gift]] = rng.integers(1, 3, len(gift))
    listed = (found > 0) | (refill > 0) | (extra > 0)
    zero = np.flatnonzero(nothing & stocked & (rng.random(len(room)) < 0.2))
    listed[zero, pick[zero]] = True
    row, product = np.nonzero(listed)
    refill += extra
    bars.stock[room] = stock + refill
    refill = refill + made_up
    bars.gone[room[~unentered]] = 0
    cell = (row, product)
    return np.stack([visits[row], product, before[cell], found[cell], refill[cell], extra[cell], full[cell]])


def _grab(
    plan: HotelPlan,
    building: Building,
    bars: Minibars,
    schedule: Schedule,
    grabs: pd.DataFrame,
    rng: np.random.Generator,
) -> list[Fault]:
    """Take units at random from some minibars; label what was really there to be taken."""
    labels = []
    for visit, units, kind in grabs.itertuples(index=False):
        room = schedule.room[visit]
        stock = bars.stock[room]
        if stock.sum() < units:
            continue
        taken = rng.multivariate_hypergeometric(stock, int(units))
        bars.take(np.array([room]), taken[None, :])
        found_on, hotel = plan.date_of(int(schedule.day[visit])), int(building.room_hotel[room]) + 1
        what = "gone with no guest" if kind == "vacant_consumption" else "beyond what the guests took"
        note = f"{units} units {what}"
        labels.append(Fault(kind, hotel, "room", int(room) + 1, found_on, found_on, float(units), note))
    return labels
