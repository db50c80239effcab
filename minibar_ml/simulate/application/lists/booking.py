"""What the booking system's guest lists say on each day: who is in house, who comes, who goes."""

from dataclasses import dataclass

import numpy as np

from minibar_ml.simulate.arrays import Flags, Ints, stream
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.presence.stays import NO_STAY
from minibar_ml.simulate.truth import Truth

NO_HOUR = -1
FAR_AHEAD = 1_000_000


@dataclass(frozen=True)
class GuestList:
    """Rows of a list: room index, guests, days of arrival and departure, quarter hours of each or ``NO_HOUR``."""

    room: Ints
    guests: Ints
    arrive: Ints
    depart: Ints
    arrive_quarter: Ints
    depart_quarter: Ints

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.room)


class BookingSystem:
    """Knows of every stay what a hotel knows on a day: a guest who will go early or stay on is not known before."""

    def __init__(self, truth: Truth, manner: ApplicationManner) -> None:
        """Draw which stays change, and who does not come."""
        self._truth, self._manner = truth, manner
        self._rng = stream(truth.plan, "guest lists")
        self._early, self._extended, self._nights = self._changes()
        self._next_arrival = _next_arrivals(truth.stays.arriving)

    def in_house(self, hotel: int, day: int) -> GuestList:
        """Who slept there last night, those who leave today included."""
        stays = self._truth.stays
        return self._rows(np.flatnonzero((stays.arrive < day) & (stays.depart >= day) & self._of(hotel)), day)

    def arrivals(self, hotel: int, day: int) -> GuestList:
        """Who is expected today, those who will not come included; the hour where such a list has one."""
        stays = self._truth.stays
        stay = np.flatnonzero((stays.arrive == day) & self._of(hotel))
        return _together(self._rows(stay, day, arrival_hours=True), self._no_shows(hotel, day, len(stay)))

    def departures(self, hotel: int, day: int) -> GuestList:
        """Who is to leave today, one guest a room: these lists have no column of guests."""
        stays = self._truth.stays
        leaving = (stays.arrive < day) & (stays.depart >= day) & (self._planned(day) == day) & self._of(hotel)
        rows = self._rows(np.flatnonzero(leaving), day, departure_hours=True)
        return GuestList(
            rows.room, np.ones_like(rows.guests), rows.arrive, rows.depart, rows.arrive_quarter, rows.depart_quarter
        )

    def _of(self, hotel: int) -> Flags:
        return np.asarray(self._truth.building.room_hotel[self._truth.stays.room] == hotel)

    def _changes(self) -> tuple[Flags, Flags, Ints]:
        stays, rng = self._truth.stays, self._rng
        count = len(stays.room)
        draw, nights = rng.random(count), rng.integers(1, 4, count)
        share = self._manner.changed_stays
        free_after = _free_after(stays.room, stays.arrive, stays.depart)
        early = (draw < share / 2) & (free_after >= nights)
        extended = (draw >= share / 2) & (draw < share) & (stays.depart - stays.arrive > nights)
        return early, extended, nights

    def _planned(self, day: int) -> Ints:
        """The day of departure of each stay, as it is known on a day."""
        depart = self._truth.stays.depart
        not_yet = self._extended & (day <= depart - self._nights)
        return np.where(self._early, depart + self._nights, np.where(not_yet, depart - self._nights, depart))

    def _rows(self, stay: Ints, day: int, *, arrival_hours: bool = False, departure_hours: bool = False) -> GuestList:
        stays, desk = self._truth.stays, self._truth.desk
        none = np.full(len(stay), NO_HOUR)
        return GuestList(
            room=stays.room[stay],
            guests=stays.guests[stay],
            arrive=stays.arrive[stay],
            depart=self._planned(day)[stay],
            arrive_quarter=self._hours(desk.arrival.quarter, desk.arrival.unknown)[stay] if arrival_hours else none,
            depart_quarter=self._hours(desk.departure.quarter, desk.departure.unknown)[stay]
            if departure_hours
            else none,
        )

    def _hours(self, quarter: Ints, unknown: Flags) -> Ints:
        if self._manner.hours == "none" or self._manner.lists == "p4001":
            return np.full(len(quarter), NO_HOUR)
        return np.where(unknown, NO_HOUR, quarter) if self._manner.hours == "some" else quarter

    def _no_shows(self, hotel: int, day: int, arrivals: int) -> GuestList:
        """Bookings for rooms that stay empty tonight."""
        building, stays, rng = self._truth.building, self._truth.stays, self._rng
        empty = (stays.of_night[:, day] == NO_STAY) & (building.room_hotel == hotel) & (building.opens <= day)
        rooms = np.flatnonzero(empty)
        count = min(rng.binomial(arrivals, self._manner.no_shows), len(rooms))
        room = np.sort(rng.choice(rooms, count, replace=False)) if count else np.zeros(0, dtype=np.int64)
        nights = np.minimum(1 + rng.poisson(1.5, count), np.maximum(self._next_arrival[room, day] - day, 1))
        hour = self._hours(rng.integers(52, 93, count), rng.random(count) < 0.25)
        guests = rng.integers(1, 3, count)
        return GuestList(room, guests, np.full(count, day), day + nights, hour, np.full(count, NO_HOUR))


def _together(one: GuestList, other: GuestList) -> GuestList:
    parts = zip(vars(one).values(), vars(other).values(), strict=True)
    return GuestList(*(np.concatenate(part) for part in parts))


def _free_after(room: Ints, arrive: Ints, depart: Ints) -> Ints:
    """Nights from each stay's departure to the room's next arrival."""
    order = np.lexsort((arrive, room))
    free = np.full(len(room), FAR_AHEAD)
    same = room[order][1:] == room[order][:-1]
    free[order[:-1][same]] = (arrive[order][1:] - depart[order][:-1])[same]
    return free


def _next_arrivals(arriving: Ints) -> Ints:
    """By room and day, the first day after it on which somebody arrives."""
    days = np.arange(arriving.shape[1])
    on = np.where(arriving != NO_STAY, days[None, :], FAR_AHEAD)
    since = np.minimum.accumulate(on[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([since[:, 1:], np.full((len(on), 1), FAR_AHEAD)], axis=1)
