"""Faults in rooms: spikes, consumption in vacant rooms, silent rooms, shifts of a product's demand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Floats, Ints, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.faults.choice import choose, how_many
from minibar_ml.simulate.plan import Fault, FaultKind, HotelPlan
from minibar_ml.simulate.presence.schedule import Schedule
from minibar_ml.simulate.presence.stays import NO_STAY, Stays

SILENT_CHECKS = 4
LONGEST_SILENCE_DAYS = 28


@dataclass(frozen=True)
class RoomFaults:
    """Faults that consumption must obey.

    ``grabs`` are rows of visit, units and kind: units that go shortly before a visit. ``silent`` marks the
    room-nights in which nothing is taken. ``shift`` multiplies demand by hotel, day and product.
    """

    grabs: pd.DataFrame
    silent: Flags
    shift: Floats
    labels: list[Fault]


def choose_room_faults(
    plan: HotelPlan, building: Building, stays: Stays, records: pd.DataFrame, schedule: Schedule
) -> RoomFaults:
    """Choose the faults of all rooms; what a grab really takes is labelled when it is taken."""
    rng = stream(plan, "room faults")
    silent, silent_labels = _choose_silent(plan, building, stays, schedule, rng)
    shift, shift_labels = _choose_shifts(plan, building, rng)
    previous = previous_visit_day(schedule)
    has_silence = np.asarray(silent.any(axis=1))
    spared = has_silence[schedule.room] | (previous < 0)
    grabs = [pd.DataFrame({"visit": np.zeros(0, np.int64), "units": np.zeros(0, np.int64), "kind": []})]
    if plan.wants("consumption_anomaly"):
        guests = days_between(stays.of_night != NO_STAY, schedule, previous, schedule.day - 1) > 0
        visits = np.flatnonzero(guests & ~spared)
        grabs.append(_grab(plan, schedule, visits, 0.0012, 4, plan.spike_units, "consumption_anomaly", rng))
    if plan.wants("vacant_consumption") and plan.has_stays:
        present = _recorded_presence(plan, records, len(silent))
        guests = days_between(present, schedule, previous, schedule.day) > 0
        visits = np.flatnonzero(~guests & ~spared)
        grabs.append(_grab(plan, schedule, visits, 0.0005, 3, (2, 8), "vacant_consumption", rng))
    return RoomFaults(pd.concat(grabs, ignore_index=True), silent, shift, silent_labels + shift_labels)


def previous_visit_day(schedule: Schedule) -> Ints:
    """Day of the room's previous visit, for each visit; -1 where there was none."""
    order = np.lexsort((schedule.day, schedule.room))
    room, day = schedule.room[order], schedule.day[order]
    previous = np.full(len(order), -1)
    same = room[1:] == room[:-1]
    previous[order[1:][same]] = day[:-1][same]
    return previous


def days_between(marked: Flags, schedule: Schedule, since: Ints, last: Ints) -> Ints:
    """Marked days of each visit's room from ``since`` to ``last``, both included."""
    running = np.concatenate([np.zeros((len(marked), 1), np.int64), marked.cumsum(axis=1)], axis=1)
    return np.asarray(running[schedule.room, last + 1] - running[schedule.room, np.maximum(since, 0)])


def _recorded_presence(plan: HotelPlan, records: pd.DataFrame, rooms: int) -> Flags:
    """Room-days with a guest by the front desk's records, arrival and departure days included."""
    valid = records[records["durum"] == "aktif"]
    first = np.datetime64(plan.starts_on, "s")
    since = (valid["giris_tarihi"].to_numpy() - first) // np.timedelta64(1, "D")
    until = (valid["cikis_tarihi"].to_numpy() - first) // np.timedelta64(1, "D")
    room = valid["oda_id"].to_numpy() - 1
    change = np.zeros((rooms, plan.days + 1), dtype=np.int64)
    np.add.at(change, (room, np.clip(since, 0, plan.days)), 1)
    np.add.at(change, (room, np.clip(until + 1, 0, plan.days)), -1)
    return np.asarray(change.cumsum(axis=1)[:, :-1] > 0)


def _grab(
    plan: HotelPlan,
    schedule: Schedule,
    visits: Ints,
    per_room_day: float,
    at_least: int,
    units: tuple[int, int],
    kind: FaultKind,
    rng: np.random.Generator,
) -> pd.DataFrame:
    count = how_many(plan, per_room_day * plan.rooms * plan.hotels, at_least)
    chosen = visits[choose(plan, rng, schedule.day[visits], count)]
    return pd.DataFrame({"visit": chosen, "units": rng.integers(*units, len(chosen), endpoint=True), "kind": kind})


def _choose_shifts(plan: HotelPlan, building: Building, rng: np.random.Generator) -> tuple[Floats, list[Fault]]:
    """Let a product's demand in a hotel rise 2.5 to 4.5 times for 2 to 4 nights (a group, a heat wave)."""
    products = building.setup.shape[1]
    shift = np.ones((plan.hotels, plan.days, products))
    labels: list[Fault] = []
    if not plan.wants("consumption_anomaly"):
        return shift, labels
    stocked = np.flatnonzero(building.setup[0] > 0)
    days = np.arange(plan.days - 4)
    closes, reopens = plan.closure
    for hotel in range(plan.hotels):
        for day in choose(plan, rng, days, how_many(plan, 0.04, 2)):
            product, nights = int(rng.choice(stocked)), int(rng.integers(2, 5))
            is_closed = day < reopens and day + nights > closes
            if is_closed or (shift[hotel, max(day - 10, 0) : day + 10, product] > 1).any():
                continue
            factor = float(rng.uniform(2.5, 4.5))
            shift[hotel, day : day + nights, product] = factor
            found, last = plan.date_of(int(day) + 1), plan.date_of(int(day) + nights)
            note = f"demand in the hotel times {factor:.1f} for {nights} nights"
            labels.append(Fault("consumption_anomaly", hotel + 1, "product", product + 1, found, last, factor, note))
    return shift, labels


def _choose_silent(
    plan: HotelPlan, building: Building, stays: Stays, schedule: Schedule, rng: np.random.Generator
) -> tuple[Flags, list[Fault]]:
    silent = np.zeros(stays.of_night.shape, dtype=bool)
    labels: list[Fault] = []
    if not (plan.wants("silent_room") and plan.has_stays):
        return silent, labels
    wanted = how_many(plan, 0.0001 * len(silent), 2)
    order = np.argsort(schedule.room, kind="stable")
    bounds = np.searchsorted(schedule.room[order], np.arange(len(silent) + 1))
    for room in rng.permutation(np.flatnonzero(building.opens == 0))[: wanted * 12]:
        if len(labels) == wanted:
            break
        days = schedule.day[order[bounds[room] : bounds[room + 1]]]
        label = _silence(plan, building, stays, int(room), days, silent, rng)
        labels += [label] if label else []
    return silent, labels


def _silence(
    plan: HotelPlan,
    building: Building,
    stays: Stays,
    room: int,
    visit_days: Ints,
    silent: Flags,
    rng: np.random.Generator,
) -> Fault | None:
    """Silence a room from one of its visits on until it has been empty-handed long enough to be seen."""
    starts = visit_days[choose(plan, rng, visit_days, 1)]
    if len(starts) == 0:
        return None
    start = int(starts[0])
    least, most = plan.silent_nights
    wanted = int(rng.integers(least, most, endpoint=True))
    seen_on: int | None = None
    for day in visit_days[(visit_days > start) & (visit_days <= start + LONGEST_SILENCE_DAYS)]:
        nights = stays.of_night[room, start:day]
        slept = nights[nights != NO_STAY]
        checks = ((visit_days > start) & (visit_days <= day)).sum()
        enough = len(slept) >= least and len(np.unique(slept)) > 1 and checks >= SILENT_CHECKS
        if enough and seen_on is None:
            seen_on = int(day)
        if seen_on is not None and (len(slept) >= wanted or day == visit_days[-1]):
            silent[room, start:day] = True
            hotel = int(building.room_hotel[room]) + 1
            stays_seen = len(np.unique(slept))
            note = f"nothing taken from {plan.date_of(start)} on: {stays_seen} stays, {checks} checks"
            seen, last = plan.date_of(seen_on), plan.date_of(int(day))
            return Fault("silent_room", hotel, "room", room + 1, seen, last, float(len(slept)), note)
    return None
