"""What detectors read: one pandas frame a subject, with plain columns and days as integers.

A `day` is a business date's proleptic ordinal (`date.toordinal()`), so that spans are subtraction; UNKNOWN_DAY marks
none. Frames are never mutated. Units are bottles, cans and bars; minutes are minutes; `at` is seconds since 1970.
"""

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pandas import DataFrame, Series

    from minibar_ml.ml.attendants.deviations import Deviation

from minibar_ml.domain.hotels.calendar import ORDINARY, Calendar
from minibar_ml.domain.metrics import COMMON_STORE

UNKNOWN_DAY = 0
CERTAIN, AFTER_DEPARTURE, BEFORE_ARRIVAL, AROUND_DEPARTURE = range(4)
AFTER_FIRST_CHECK, REJECTED_ROWS, MISSING_LIST, BEFORE_DEPARTURE = range(4, 8)
"""How it is known that a room was without guests: for certain; or the check before was on the departure day, or the
check is on the arrival day, and that day's hour is not on record; or the check before was within two hours after the
hour of departure on record; or it was the first since the guest left, and what it overlooked is found now; or rows were
rejected from the lists since then, and a guest may be on none; or a list between two others is missing; or the check
before was up to an hour before the hour of departure on record."""
LOOK_BACK_DAYS = 60
"""Days that a detector may look back at most: to stock in attendants' hands, or the way to a stock-out."""

RESERVATIONS = ("hotel_id", "day", "arrives_on", "departs_on", "rooms")


ORDERS = ("hotel_id", "day", "product_id", "due_on", "units")


def no_reservations() -> "DataFrame":
    """No reservations: what every run but a live one reads."""
    return _empty(RESERVATIONS)


FLOOR = ("hotel_id", "product_id", "day", "units")
UNSEEN = ("hotel_id", "attendant_id", "day", "run", "room_id", "at", "empty", "usual_minutes")
RISES = ("hotel_id", "product_id", "day", "units")


def no_floor() -> "DataFrame":
    """No floor store."""
    return _empty(FLOOR)


def no_rises() -> "DataFrame":
    """No raised setups."""
    return _empty(RISES)


def no_unseen() -> "DataFrame":
    """No round that nobody can have walked."""
    return _empty(UNSEEN)


def no_orders() -> "DataFrame":
    """No open orders: what every run but a live one reads."""
    return _empty(ORDERS)


def _empty(columns: tuple[str, ...]) -> "DataFrame":
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype="int64") for name in columns})


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Frames:
    """All that a detector may read.

    rooms: hotel_id, room_id, day, units, refilled, visits, products_found, attendant_id, last_by (who made the day's
        last check, if it found nothing; else 0), room_type, known, nights, guest_nights, guests, arriving, staying
        (guests who stay the coming night too), stays, stay_on, previous_on, occupancy (NaN: unknown), beyond (units
        that the room cannot hold, of products of which more than twice what it holds was entered); one row a room and
        day that it was checked. `known` says that occupancy is known since the room's check before.
    vacant: hotel_id, room_id, day, units, products_found, previous_on, evidence (see CERTAIN), check_hour (of the check
        that a guest may have been there at: the one before, or this one before an arrival; -1: neither), hidden (the
        probability of a guest whom no list has), again_by (who made the check before, if it was on the same day and
        found nothing; else 0); visits with no guest known since the visit before. Certain ones that found nothing are
        left out.
    products: hotel_id, product_id, day, units (found consumed), refilled.
    outflow: hotel_id, product_id, day, units, issued, written_off, returned (from custody).
    levels: hotel_id, product_id, day, at, level, kind; ledger balance after each movement, in order of `at`.
    gaps: hotel_id, attendant_id, day, in_room, minutes, items; one row a gap between two rooms in a shift, and
        (in_room) one a room whose minutes the attendant's own record has.
    requests: hotel_id, room_id, day, at, minutes, open, ended_by (refill, later_request, departure, check, age: by what
        a request ended that nobody closed), unlisted (no guest on record), checked (of one that is open, minutes until
        the room was checked and nothing put in), decided (a person has closed its alert); one row a guest's refill
        request.
    custody: hotel_id, attendant_id, day, units (lost), handed_out.
    unseen: hotel_id, attendant_id, day, run, room_id, at, empty, usual_minutes; checks that were entered one after the
        other faster than anybody can walk, by runs; those that found nothing are in no other frame. `usual_minutes` is
        what the hotel's rooms took in the 28 days before.
    reservations: hotel_id, day, arrives_on, departs_on, rooms; stays that touch the last weeks or are booked, for live
        runs only. `day` is when a run could know of them: the arrival, or the run's own day for what lies ahead of it.
    floor: hotel_id, product_id, day, units; what the hotel's floor store held at the day's end. No row: nothing, where
        the store has a row of that day at all.
    rises: hotel_id, product_id, day, units; what a raised setup asks for in all its rooms, from that day on.
    orders: hotel_id, day, product_id, due_on (UNKNOWN_DAY: no date), units (still to come); open orders at suppliers,
        for live runs only: what was still to come on a past day is not on record.

    calendar: public holidays and events; no table, and not cut to any days.
    deviations, present: of a scored day of one hotel, see `believed`: attendants whose entries deviate from the
        others', and, if there are any, who was at work.
    """

    rooms: "DataFrame"
    vacant: "DataFrame"
    products: "DataFrame"
    outflow: "DataFrame"
    levels: "DataFrame"
    gaps: "DataFrame"
    requests: "DataFrame"
    custody: "DataFrame"
    floor: "DataFrame" = field(default_factory=no_floor)
    rises: "DataFrame" = field(default_factory=no_rises)
    unseen: "DataFrame" = field(default_factory=no_unseen)
    reservations: "DataFrame" = field(default_factory=no_reservations)
    orders: "DataFrame" = field(default_factory=no_orders)
    calendar: Calendar = ORDINARY
    deviations: "tuple[Deviation, ...]" = ()
    present: frozenset[int] = frozenset()

    def hotels(self) -> list[int]:
        """Every hotel that has a point in any frame that records what happened, in order."""
        found: set[int] = set()
        for name in RECORDS:
            found |= set(getattr(self, name)["hotel_id"].unique().tolist())
        return sorted(found)

    def of_hotel(self, hotel_id: int) -> "Frames":
        """The rows of one hotel; the common store of a chain (0) sees what all its hotels use of each product."""
        own = self._where(lambda _, frame: frame["hotel_id"] == hotel_id)
        own = replace(own, calendar=self.calendar.of_hotel(hotel_id))
        if hotel_id != COMMON_STORE:
            return own
        used = self.products.groupby(["product_id", "day"], as_index=False)[["units", "refilled"]].sum()
        held = self.floor.groupby(["product_id", "day"], as_index=False)[["units"]].sum()
        return replace(
            own,
            products=used.assign(hotel_id=COMMON_STORE),
            floor=held.assign(hotel_id=COMMON_STORE),
            rises=self.rises.assign(hotel_id=COMMON_STORE),
            reservations=self.reservations.assign(hotel_id=COMMON_STORE),
            orders=self.orders.assign(hotel_id=COMMON_STORE),
        )

    def in_range(self, retired: "Collection[int]") -> "Frames":
        """Without the levels of products that are taken out of the range, whose stock may end."""
        return replace(self, levels=self.levels[~self.levels["product_id"].isin(list(retired))]) if retired else self

    def only(self, names: "Collection[str]") -> "Frames":
        """The frames of these names; the others, which a reader would cut to no purpose, without rows."""
        emptied: dict[str, Any] = {name: getattr(self, name).iloc[:0] for name in TABLES if name not in names}
        return replace(self, **emptied)

    def between(self, since: int, until: int) -> "Frames":
        """The rows of the days since <= day < until."""
        return self._where(lambda _, frame: _within(frame["day"].to_numpy(), since, until - 1))

    def seen_on(self, day: int, look_back: "Mapping[str, int]") -> "Frames":
        """The rows that a day is scored from: none after it, and of each frame `look_back` days (default: 60)."""
        return self._where(
            lambda name, frame: _within(frame["day"].to_numpy(), day - look_back.get(name, LOOK_BACK_DAYS), day)
        )

    def _where(self, rows: "Callable[[str, DataFrame], Series[bool]]") -> "Frames":
        picked: dict[str, Any] = {name: _only(getattr(self, name), rows, name) for name in TABLES}
        return replace(self, **picked)


TABLES = tuple(one.name for one in fields(Frames) if one.name not in ("calendar", "deviations", "present"))
POINTS = tuple(name for name in TABLES if name not in ("reservations", "orders"))
"""The names of the frames, and of those that are made of what the store has."""
SHARED = ("products", "floor", "rises", "reservations", "orders")
"""Those of which a chain's common store sees the rows of all hotels."""
RECORDS = tuple(name for name in POINTS if name not in ("floor", "rises"))
"""Those whose points show that a hotel recorded something: a floor store holds what it holds on idle days too."""


def _within(days: Any, first: int, last: int) -> Any:
    # On plain arrays: training cuts frames thousands of times, and pandas would look for an index to align each time.
    return (days >= first) & (days <= last)


def _only(frame: "DataFrame", rows: "Callable[[str, DataFrame], Series[bool]]", name: str) -> "DataFrame":
    """The wanted rows; where all are, the frame itself, for a large hotel's copy would take a lot of memory."""
    if not len(frame):
        return frame
    wanted = rows(name, frame)
    return frame if wanted.all() else frame[wanted]
