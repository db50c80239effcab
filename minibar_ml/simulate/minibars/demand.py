"""How much guests want of their minibars: every stay has a taste, every night or check its mood."""

import numpy as np

from minibar_ml.simulate.arrays import Floats, Ints, in_first_stretch, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.faults.rooms import RoomFaults
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.stays import NO_STAY, Stays

MORNING_SHARE = 0.2
HEAVIEST_UNITS = 5.0
ABSTINENT, USUAL_TASTE = 0.02, -0.4
NIGHT_SHAPE, PARTY_CHANCE, PARTY_FACTOR = 1.6, 0.02, 3.0
CHECK_SHAPE = 4.0


class Guests:
    """Many take next to nothing, some a little, a few a lot.

    ``rate`` is units of each stay in a night, before its own taste: of ABSTINENT for a share of ``abstainers``, of a
    lognormal with ``spread`` around -0.4 for the others; at most HEAVIEST_UNITS together.
    """

    rate: Floats
    abstainers: float
    spread: float

    def __init__(self, plan: HotelPlan, building: Building, stays: Stays, faults: RoomFaults) -> None:
        """Draw the tastes of all stays."""
        self._rng = stream(plan, "guests")
        self._building, self._stays, self._faults = building, stays, faults
        thirst = np.where(in_first_stretch(plan, stays.room), plan.crew.thirst, 1.0)
        self._level = self._levels(plan, building.consumption_factor[building.room_type[stays.room]] * thirst)
        self.day_effect = _day_effects(plan, self._rng)

    def want(self, stay: Ints, day: int, share: float) -> tuple[Ints, Ints]:
        """Rooms and the units (room x product) that these stays want on a day; ``share`` of a usual night."""
        rng, building = self._rng, self._building
        stay = stay[stay != NO_STAY]
        usual = self._tonight(stay, day)
        room = self._stays.room[stay]
        demand = self._faults.shift[building.room_hotel[room], day] * building.taste[building.room_type[room]]
        total = demand.sum(axis=1)
        mean = usual * total * self.day_effect[day] * share
        units = rng.poisson(mean)
        some = units > 0
        return room[some], rng.multinomial(units[some], demand[some] / total[some, None])

    def visited(self, room: Ints) -> None:
        """Take note of the rooms that were checked."""

    def _levels(self, plan: HotelPlan, consumption_factor: Floats) -> Floats:
        rng, count = self._rng, len(consumption_factor)
        draw = rng.random(count)
        self.abstainers = rng.uniform(0.3, 0.48)
        self.spread = rng.uniform(0.75, 1.0)
        taste = np.where(draw < self.abstainers, ABSTINENT, rng.lognormal(USUAL_TASTE, self.spread, count))
        scale, party = rng.uniform(0.7, 1.2), self._stays.guests**0.7
        self.rate = np.asarray(scale * consumption_factor * party)
        return np.asarray(np.minimum(scale * taste * consumption_factor * party, HEAVIEST_UNITS))

    def _tonight(self, stay: Ints, day: int) -> Floats:
        """Units that each of these stays wants in a whole night."""
        mood = self._rng.gamma(NIGHT_SHAPE, 1 / NIGHT_SHAPE, len(stay))
        mood = mood * np.where(self._rng.random(len(stay)) < PARTY_CHANCE, PARTY_FACTOR, 1.0)
        return np.asarray(self._level[stay] * first_nights(day - self._stays.arrive[stay]) * mood)


class GammaGuests(Guests):
    """One multiplier a stay, Gamma with mean 1, and one mood a check, so that a check is negative binomial.

    ``rate`` is units of each stay in a night with a multiplier of 1.
    """

    def visited(self, room: Ints) -> None:
        """What is wanted until the next check is of another mood."""
        self._mood[room] = self._rng.gamma(CHECK_SHAPE, 1 / CHECK_SHAPE, len(room))

    def _levels(self, plan: HotelPlan, consumption_factor: Floats) -> Floats:
        rng, shape = self._rng, plan.consumption_shape
        self._mood = rng.gamma(CHECK_SHAPE, 1 / CHECK_SHAPE, len(self._building.room_type))
        self.rate = np.asarray(rng.uniform(0.25, 0.4) * consumption_factor * self._stays.guests)
        return np.asarray(self.rate * rng.gamma(shape, 1 / shape, len(consumption_factor)))

    def _tonight(self, stay: Ints, day: int) -> Floats:
        return np.asarray(self._level[stay] * self._mood[self._stays.room[stay]])


def welcome(plan: HotelPlan, building: Building, stays: Stays, faults: RoomFaults) -> Guests:
    """The plan's guests."""
    kind = GammaGuests if plan.guests == "gamma" else Guests
    return kind(plan, building, stays, faults)


def first_nights(night: Ints) -> Floats:
    """Guests take more in the first two nights of a stay (0 and 1) than later."""
    return np.where(night < 2, 1.2, 0.9)


def _day_effects(plan: HotelPlan, rng: np.random.Generator) -> Floats:
    """Demand by day: weekday, a slow season, and days that are hotter or duller than others."""
    weekday = rng.normal(1.0, 0.06, 7)
    weekday[(4 - plan.starts_on.weekday()) % 7] += 0.2
    weekday[(5 - plan.starts_on.weekday()) % 7] += 0.25
    index = np.arange(plan.days)
    season = 1 + 0.15 * np.sin(2 * np.pi * (index / 365 + rng.random()))
    return np.asarray(weekday[index % 7] * season * rng.lognormal(0, 0.05, plan.days))
