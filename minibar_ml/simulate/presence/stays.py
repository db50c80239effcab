"""Guests' stays as they happened."""

from dataclasses import dataclass

import numpy as np

from minibar_ml.simulate.arrays import Flags, Floats, Ints, in_first_stretch, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.plan import HotelPlan

WARM_UP_DAYS = 21
BOOKED_AHEAD_DAYS = 14
NO_STAY = -1


@dataclass(frozen=True)
class Stays:
    """True stays, by index; days are day indices and may lie outside the simulated days.

    ``early`` guests came before the shift of their arrival day, ``late`` ones left after the shift of their
    departure day. ``of_night`` is the stay in a room in the night that begins on a day, or ``NO_STAY``.
    """

    room: Ints
    arrive: Ints
    depart: Ints
    guests: Ints
    early: Flags
    late: Flags
    of_night: Ints
    arriving: Ints
    departing: Ints


def book(plan: HotelPlan, building: Building) -> Stays:
    """Let guests come and go, a day at a time, following season, weekday and chance."""
    rng = stream(plan, "stays")
    rooms = len(building.room_hotel)
    hotel_rooms = np.bincount(building.room_hotel, minlength=plan.hotels)
    target = _occupancy_targets(plan, rng)
    long_share = rng.uniform(0.25, 0.55)
    free_from = np.where(building.opens >= 3, building.opens, -WARM_UP_DAYS)
    bustle = np.where(in_first_stretch(plan, np.arange(rooms)), plan.crew.bustle, 1.0)
    closes, reopens = plan.closure
    booked: list[tuple[Ints, Ints, Ints]] = []
    for step in range(target.shape[1]):
        day = step - WARM_UP_DAYS
        free = (free_from <= day) & (not closes <= day < reopens)
        free_rooms = np.bincount(building.room_hotel[free], minlength=plan.hotels)
        taken = hotel_rooms - free_rooms
        wanted = np.maximum(target[:, step] * hotel_rooms - taken, 0.0)
        chance = np.divide(wanted, free_rooms, out=np.zeros(plan.hotels), where=free_rooms > 0)
        chosen = np.flatnonzero(free & (rng.random(rooms) < chance[building.room_hotel] * bustle))
        nights = 1 + rng.poisson(np.where(rng.random(len(chosen)) < long_share, 5.5, 1.4))
        if day < closes:
            nights = np.minimum(nights, closes - day)
        booked.append((chosen, np.full(len(chosen), day), nights))
        free_from[chosen] = day + nights
    room, arrive, nights = (np.concatenate(part) for part in zip(*booked, strict=True))
    return _settle(plan, building, room, arrive, arrive + nights, rng)


def _occupancy_targets(plan: HotelPlan, rng: np.random.Generator) -> Floats:
    """Wanted share of occupied rooms by hotel and day, warm-up and bookings ahead included."""
    first = np.datetime64(plan.starts_on) - WARM_UP_DAYS
    days = first + np.arange(WARM_UP_DAYS + plan.days + BOOKED_AHEAD_DAYS)
    day_of_year = (days - days.astype("datetime64[Y]")).astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7
    weekend = np.isin(weekday, (4, 5))
    targets = np.empty((plan.hotels, len(days)))
    for hotel in range(plan.hotels):
        season = plan.season_swing * np.cos(2 * np.pi * (day_of_year - rng.normal(210, 15)) / 365)
        drift = np.cumsum(rng.normal(0, 0.012, len(days)))
        drift -= np.linspace(0, drift[-1], len(days))
        targets[hotel] = plan.occupancy + season + drift + weekend * rng.uniform(-0.04, 0.09)
    return np.clip(targets, 0.04, 0.98)


def _settle(
    plan: HotelPlan, building: Building, room: Ints, arrive: Ints, depart: Ints, rng: np.random.Generator
) -> Stays:
    rooms, count = len(building.room_hotel), len(room)
    party = rng.choice(4, size=count, p=(0.24, 0.56, 0.12, 0.08)) + 1
    of_night = np.full((rooms, plan.days), NO_STAY)
    nights = depart - arrive
    stay = np.repeat(np.arange(count), nights)
    night = arrive[stay] + np.arange(len(stay)) - np.repeat(np.cumsum(nights) - nights, nights)
    inside = (night >= 0) & (night < plan.days)
    of_night[room[stay[inside]], night[inside]] = stay[inside]
    arriving, departing = _by_day(plan, rooms, room, arrive), _by_day(plan, rooms, room, depart)
    clear_before = _lookup(departing, room, arrive) == NO_STAY
    clear_after = _lookup(arriving, room, depart) == NO_STAY
    return Stays(
        room=room,
        arrive=arrive,
        depart=depart,
        guests=np.minimum(party, building.capacity[building.room_type[room]]),
        early=(rng.random(count) < 0.05) & clear_before,
        late=(rng.random(count) < 0.07) & clear_after,
        of_night=of_night,
        arriving=arriving,
        departing=departing,
    )


def _by_day(plan: HotelPlan, rooms: int, room: Ints, day: Ints) -> Ints:
    """The stay that arrives (or departs) in a room on a day, or ``NO_STAY``."""
    table = np.full((rooms, plan.days), NO_STAY)
    inside = (day >= 0) & (day < plan.days)
    table[room[inside], day[inside]] = np.flatnonzero(inside)
    return table


def _lookup(table: Ints, room: Ints, day: Ints) -> Ints:
    inside = (day >= 0) & (day < table.shape[1])
    return np.where(inside, table[room, np.clip(day, 0, table.shape[1] - 1)], NO_STAY)
