"""Who is to visit which room on which day, before anything is known of what they find."""

from dataclasses import dataclass

import numpy as np

from minibar_ml.simulate.arrays import Flags, Floats, Ints, group_starts, of_first, rank_in_group, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.stays import NO_STAY, Stays

VISITS_PER_SHIFT = 65


@dataclass(frozen=True)
class Roster:
    """Attendants at work: ``on_duty`` by attendant (all hotels in a row) and day."""

    on_duty: Flags
    attendant_hotel: Ints
    attendant_id: Ints


@dataclass(frozen=True)
class Schedule:
    """Visits in the order of day, hotel, attendant and round.

    ``attendant`` is an index into the roster, ``first`` marks a minibar's first filling, ``slowness`` is the
    factor on the gap before the visit.
    """

    room: Ints
    day: Ints
    attendant: Ints
    first: Flags
    slowness: Floats


def draw_roster(plan: HotelPlan, building: Building) -> Roster:
    """Two days off a week each, in turn, and now and then a sick day; somebody is always there."""
    rng = stream(plan, "roster")
    count = plan.attendants_per_hotel
    number = np.tile(np.arange(count), plan.hotels)
    first_off = (number * 2 + 1) % 7
    weekday = np.arange(plan.days) % 7
    off = (weekday[None, :] - first_off[:, None]) % 7 < 2
    off |= rng.random(off.shape) < 0.02
    off[of_first(plan), slice(*plan.crew.away)] = True
    on_duty = ~off
    nobody = ~on_duty.reshape(plan.hotels, count, plan.days).any(axis=1)
    on_duty.reshape(plan.hotels, count, plan.days)[:, 0, :] |= nobody
    return Roster(on_duty, np.repeat(np.arange(plan.hotels), count), building.attendants.ravel())


def draw_schedule(plan: HotelPlan, building: Building, stays: Stays, roster: Roster) -> Schedule:
    """Choose the visits of a usual day's pace; what does not fit into a shift is left out at random."""
    rng = stream(plan, "schedule")
    day, room = np.nonzero(_rooms_to_visit(plan, building, stays, rng).T)
    attendant = _assign(plan, building, roster, day, room)
    # in the order of attendants, as a shift is a stretch of these arrays
    in_order = np.argsort(day * len(roster.attendant_id) + attendant, kind="stable")
    day, room, attendant = day[in_order], room[in_order], attendant[in_order]
    shift = day * len(roster.attendant_id) + attendant
    first = building.opens[room] == day
    # a minibar's first filling is never left out: without it there is nothing to visit later
    fits = first | (rank_in_group(shift, rng.random(len(room))) < VISITS_PER_SHIFT)
    room, day, attendant, first = room[fits], day[fits], attendant[fits], first[fits]
    return Schedule(room, day, attendant, first, np.ones(len(room)))


def _rooms_to_visit(plan: HotelPlan, building: Building, stays: Stays, rng: np.random.Generator) -> Flags:
    """Rooms x days to be visited: stay-overs not to be left in peace, departures, some vacant rooms."""
    tonight = stays.of_night
    last_night = np.concatenate([np.full((len(tonight), 1), NO_STAY), tonight[:, :-1]], axis=1)
    staying = (tonight != NO_STAY) & (tonight == last_night)
    leaving = stays.departing != NO_STAY
    phase = rng.integers(0, plan.check_every_days, len(tonight))
    due = (np.arange(plan.days)[None, :] + phase[:, None]) % plan.check_every_days == 0
    shy = np.where(rng.random(len(stays.room)) < 0.12, 0.4, 0.06)
    disturb = rng.random(tonight.shape) >= shy[tonight]
    visit = staying & due & disturb
    cleared = leaving & (rng.random(tonight.shape) < 0.8)
    visit |= cleared
    # what was not cleared on the day of departure is the first thing the next morning
    visit[:, 1:] |= (leaving & ~cleared)[:, :-1]
    visit |= ~staying & ~leaving & (rng.random(tonight.shape) < 0.12)
    visit[:, slice(*plan.closure)] = False
    opened = np.arange(plan.days)[None, :] - building.opens[:, None]
    return np.asarray((visit & (opened > 0)) | (opened == 0))


def _assign(plan: HotelPlan, building: Building, roster: Roster, day: Ints, room: Ints) -> Ints:
    """Split each hotel's round of a day into stretches: even ones of whoever is on duty, or everybody's own."""
    count = plan.attendants_per_hotel
    duty = roster.on_duty.reshape(plan.hotels, count, plan.days)
    on_duty_first = np.argsort(~duty, axis=1, kind="stable")
    staff = duty.sum(axis=1)
    hotel = building.room_hotel[room]
    key = day * plan.hotels + hotel
    place = np.arange(len(room)) - group_starts(key)
    size = np.bincount(key, minlength=plan.days * plan.hotels)[key]
    if plan.crew.sharing == "own_floors":
        owner = room % plan.rooms * count // plan.rooms
        for_who_is_off = on_duty_first[hotel, (owner + day) % staff[hotel, day], day]
        return np.asarray(hotel * count + np.where(duty[hotel, owner, day], owner, for_who_is_off))
    nth = place * staff[hotel, day] // size
    if plan.crew.sharing == "in_turn":
        nth = (nth + day) % staff[hotel, day]
    return np.asarray(hotel * count + on_duty_first[hotel, nth, day])
