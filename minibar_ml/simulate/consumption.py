"""What guests take and attendants find and refill: the days of all minibars, one after the other.

A minibar is units by product. Guests take from what is there: mostly in the evening, some on the morning they
leave, a few on an early morning they come or a late evening they leave.
A visit finds what has gone since the last.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Floats, Ints, stream
from minibar_ml.simulate.building import Building
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.room_faults import RoomFaults
from minibar_ml.simulate.schedule import Schedule
from minibar_ml.simulate.stays import NO_STAY, Stays

MORNING_SHARE = 0.2
PARTIAL_REFILLS = 0.05
EXTRA_UNITS = 0.004
HEAVIEST_UNITS = 5.0


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


class Guests:
    """How much guests want: every stay has a taste, every night its mood."""

    def __init__(self, plan: HotelPlan, building: Building, stays: Stays, faults: RoomFaults) -> None:
        """Draw the tastes of all stays: many take next to nothing, some a little, a few a lot."""
        self._rng = stream(plan, "guests")
        rng = self._rng
        count = len(stays.room)
        abstainer = rng.random(count) < rng.uniform(0.3, 0.48)
        taste = rng.lognormal(-0.4, rng.uniform(0.75, 1.0), count)
        appetite = building.appetite[building.room_type[stays.room]]
        level = rng.uniform(0.7, 1.2) * np.where(abstainer, 0.02, taste) * appetite * stays.guests**0.7
        self._level = np.minimum(level, HEAVIEST_UNITS)
        self._building, self._stays, self._faults = building, stays, faults
        self._day_effect = _day_effects(plan, rng)

    def want(self, stay: Ints, day: int, share: float) -> tuple[Ints, Ints]:
        """Rooms and the units (room x product) that these stays want on a day; ``share`` of a usual night."""
        rng, building = self._rng, self._building
        stay = stay[stay != NO_STAY]
        first_nights = np.where(day - self._stays.arrive[stay] < 2, 1.2, 0.9)
        mood = rng.gamma(1.6, 1 / 1.6, len(stay)) * np.where(rng.random(len(stay)) < 0.02, 3.0, 1.0)
        room = self._stays.room[stay]
        demand = self._faults.shift[building.room_hotel[room], day] * building.taste[building.room_type[room]]
        total = demand.sum(axis=1)
        mean = self._level[stay] * first_nights * mood * total * self._day_effect[day] * share
        units = rng.poisson(mean)
        some = units > 0
        return room[some], rng.multinomial(units[some], demand[some] / total[some, None])


def _day_effects(plan: HotelPlan, rng: np.random.Generator) -> Floats:
    """Demand by day: weekday, a slow season, and days that are hotter or duller than others."""
    weekday = rng.normal(1.0, 0.06, 7)
    weekday[(4 - plan.starts_on.weekday()) % 7] += 0.2
    weekday[(5 - plan.starts_on.weekday()) % 7] += 0.25
    index = np.arange(plan.days)
    season = 1 + 0.15 * np.sin(2 * np.pi * (index / 365 + rng.random()))
    return np.asarray(weekday[index % 7] * season * rng.lognormal(0, 0.05, plan.days))


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


def live(plan: HotelPlan, building: Building, stays: Stays, schedule: Schedule, faults: RoomFaults) -> Findings:
    """Run the days; returns the lines of all visits and the labels of grabs as they really were."""
    rng = stream(plan, "visits")
    guests, bars = Guests(plan, building, stays, faults), Minibars(building)
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
        lines.append(_visit(bars, visits, schedule.room[visits], schedule.first[visits], rng))
        after_shift = np.concatenate(
            [stays.of_night[awake[:, day + 1], day], _only(leaving[awake[:, day + 1]], stays.late)]
        )
        bars.take(*guests.want(after_shift, day, 1.0))
    visit, product, before, found, refilled, extra, setup = np.concatenate(lines, axis=1)
    return Findings(visit, product, before, found, refilled, extra, setup, labels)


def _only(stay: Ints, flag: Flags) -> Ints:
    stay = stay[stay != NO_STAY]
    return stay[flag[stay]]


def _visit(bars: Minibars, visits: Ints, room: Ints, first: Flags, rng: np.random.Generator) -> Ints:
    """Find, refill and note down; returns the columns of the visits' lines."""
    found, stock, full = bars.gone[room], bars.stock[room], bars.full[room]
    refill = np.maximum(full - stock, 0)
    partial = (rng.random(len(room)) < PARTIAL_REFILLS) & ~first
    refill[partial] = rng.binomial(refill[partial], 0.5)
    nothing = ~(found.any(axis=1) | refill.any(axis=1))
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
    bars.gone[room] = 0
    cell = (row, product)
    return np.stack([visits[row], product, (stock + found)[cell], found[cell], refill[cell], extra[cell], full[cell]])


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
