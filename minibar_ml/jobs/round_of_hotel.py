"""The round of one hotel, from frames: expected units of every room, the choice, the order, the cart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from minibar_ml.domain.rounds import Load, Reason, Round, RoundRules, Visit
from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.rooms import round as choice
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.outlook import outlook
from minibar_ml.ml.rooms.predictive import Flags, Predictive
from minibar_ml.ml.rooms.special_days import SpecialDays

if TYPE_CHECKING:
    from pandas import DataFrame

ALWAYS: tuple[Reason, ...] = ("do_not_disturb", "departure", "not_checked", "alert")
"""Why a room is visited whatever is expected in it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the rooms: checks as in `Frames.rooms`, products used (hotel_id, room_type, product_id,
    units), rooms with a sign of the day before, open alerts by room, names of hotels and products by id, and of the
    attendant whose rooms they are (None: of all)."""

    checks: "DataFrame"
    used: "DataFrame"
    signs: frozenset[int]
    alerts: Mapping[int, int]
    hotels: Mapping[int, str]
    products: Mapping[int, str]
    attendant: str | None

    def of_hotel(self, hotel_id: int) -> "Known":
        """The same with the rows of one hotel."""
        checks, used = (frame[frame["hotel_id"] == hotel_id] for frame in (self.checks, self.used))
        return replace(self, checks=checks, used=used)


def plan_hotel(
    rooms: "DataFrame", known: Known, model: Parameters | None, day: date, rules: RoundRules, special_days: SpecialDays
) -> Round:
    """The round through `rooms` (rows of the query `rounds.rooms`, of one hotel).

    Without a model no room has a chance, and those that were checked longest ago come first.
    """
    hotel_id = int(rooms["hotel_id"].iloc[0])
    by_guests = visit_model.knows_guests(known.checks) if model is None else bool(model["by_guests"])
    open_rooms = _ahead(rooms[~rooms["is_done"].astype(bool)], known.checks, day.toordinal(), by_guests=by_guests)
    made = None if model is None else outlook(known.checks, open_rooms, model, special_days)
    judged = _with_reasons(_with_chances(open_rooms, made), known, rules)
    picked = _pick(judged, rules)
    staying = judged["is_staying"].to_numpy(dtype=bool)
    left = judged["expected"].to_numpy(dtype=float)[staying & ~picked]
    return Round(
        hotel_id=hotel_id,
        hotel_name=known.hotels.get(hotel_id, str(hotel_id)),
        day=day,
        visits=_in_walking_order(judged[picked], known),
        cart=_cart(made, judged["room_id"].to_numpy()[picked], known),
        in_house=int(staying.sum()),
        in_house_visits=int((staying & picked).sum()),
        left_out=len(left),
        left_out_units=None if made is None else round(float(np.nansum(left)), 2),
        done=int(rooms["is_done"].sum()),
        attendant=known.attendant,
    )


def _ahead(rooms: "DataFrame", checks: "DataFrame", day: int, *, by_guests: bool) -> "DataFrame":
    """The rooms as checks that are still to be made on the day, and how many days each has waited.

    A night of which nobody knows whether there was a guest counts as one with the hotel's usual number of guests.
    """
    nights = (rooms["nights"] + rooms["unknown_nights"]).to_numpy(dtype=np.int64)
    usual = _usual_guests(checks)
    checked, stay_on = (rooms[name].to_numpy(dtype=np.int64) for name in ("checked_on", "stay_on"))
    since_check = np.where(checked > UNKNOWN_DAY, day - checked, 0)
    waited = nights if by_guests else np.where(since_check <= visit_model.LONGEST_GAP, since_check, 0)
    guests = rooms["guests"].to_numpy(dtype=np.int64)
    return rooms.assign(
        day=day,
        known=True,
        waited=waited,
        guest_nights=rooms["counted_guests"].to_numpy(dtype=float) + usual * (nights - rooms["counted"].to_numpy()),
        guests_known=guests,
        guests=np.where(guests > 0, guests, round(usual)),
        nights=nights,
        arriving=0,
        stays=np.where(rooms["unknown_nights"] > 0, 0, rooms["stays"]),
        previous_on=np.where(checked > UNKNOWN_DAY, checked, np.where(stay_on > UNKNOWN_DAY, stay_on, day - 1)),
        is_departure=rooms["is_departure"].to_numpy(dtype=bool) & by_guests,
    )


def _usual_guests(checks: "DataFrame") -> float:
    """Guests of a night in this hotel; 1 where none is known."""
    known = checks[checks["known"].to_numpy(dtype=bool) & (checks["nights"] > 0).to_numpy()]
    return float(known["guest_nights"].sum() / known["nights"].sum()) if len(known) else 1.0


def _with_chances(rooms: "DataFrame", made: Predictive | None) -> "DataFrame":
    """With `chance` and `expected` units; NaN without a model, 0 for rooms in which nobody has been."""
    if made is None:
        return rooms.assign(chance=np.nan, expected=np.nan)
    place = made.found["room_id"].to_numpy()
    found = rooms.set_index("room_id", drop=False)
    found = found.assign(chance=0.0, expected=0.0)
    found.loc[place, "chance"], found.loc[place, "expected"] = 1 - made.empty(), made.mean
    return found.reset_index(drop=True)


def _with_reasons(rooms: "DataFrame", known: Known, rules: RoundRules) -> "DataFrame":
    """With a column for each reason, and `is_staying`: guests have been there and stay."""
    has_been = rooms["waited"] > 0
    # A sign that was taken off again and followed by a check that day is settled.
    knocked = rooms["room_id"].isin(known.signs) & (rooms["checked_on"] < rooms["day"] - 1)
    return rooms.assign(
        is_staying=has_been & ~rooms["is_departure"],
        departure=rooms["is_departure"],
        do_not_disturb=knocked,
        not_checked=(rooms["waited"] >= rules.every_days) & ~rooms["is_departure"],
        alert=rooms["room_id"].isin(known.alerts.keys()),
        guests_unknown=rooms["unknown_nights"] > 0,
    )


def _pick(rooms: "DataFrame", rules: RoundRules) -> Flags:
    """Which rooms are visited."""
    always = rooms[list(ALWAYS)].any(axis=1).to_numpy(dtype=bool)
    staying = rooms["is_staying"].to_numpy(dtype=bool)
    if rules.visits is None:
        count = ceil(rules.share * staying.sum() - 1e-9) - int((always & staying).sum())
    else:
        count = rules.visits - int(always.sum())
    candidates = np.flatnonzero(always | staying)
    units, checked_on = (rooms[name].to_numpy()[candidates] for name in ("expected", "checked_on"))
    picked = np.zeros(len(rooms), dtype=bool)
    picked[candidates] = choice.choose(units, checked_on, always[candidates], count)
    return picked


def _in_walking_order(rooms: "DataFrame", known: Known) -> tuple[Visit, ...]:
    """Floor by floor; on each floor first the doors that were shut the day before, then by room number."""
    visits = [_visit(row, known) for row in rooms.to_dict("records")]
    visits.sort(key=lambda one: (_natural(one.floor), "do_not_disturb" not in one.reasons, _natural(one.room)))
    return tuple(visits)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key by which 9 comes before 10, and digits before words."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.strip().casefold()) for part in parts]


def _visit(row: Mapping[Any, Any], known: Known) -> Visit:
    reasons: tuple[Reason, ...] = (*ALWAYS, "guests_unknown")
    is_known = not np.isnan(row["chance"])
    return Visit(
        hotel_id=int(row["hotel_id"]),
        room_id=int(row["room_id"]),
        room=str(row["room"]),
        floor=str(row["floor"]),
        chance=round(float(row["chance"]), 4) if is_known else None,
        units=round(float(row["expected"]), 2) if is_known else None,
        reasons=tuple(one for one in reasons if row[one]),
        checked_on=date.fromordinal(int(row["checked_on"])) if row["checked_on"] > UNKNOWN_DAY else None,
        guests=int(row["guests_known"]) or None,
        nights=int(row["nights"]) if row["nights"] else None,
        waited=int(row["waited"]),
        alert_id=known.alerts.get(int(row["room_id"])),
    )


def _cart(made: Predictive | None, picked: "np.ndarray[Any, Any]", known: Known) -> tuple[Load, ...]:
    """What the visits need, most first; products that nobody is expected to need are left out."""
    if made is None:
        return ()
    visited = made.at(made.found["room_id"].isin(picked).to_numpy(dtype=bool))
    needed = choice.products_of(visited, known.used)
    needed = needed[needed["units"] > 0].sort_values(["units", "expected"], ascending=False)
    return tuple(
        Load(
            product_id=int(row["product_id"]),
            name=known.products.get(int(row["product_id"]), str(int(row["product_id"]))),
            expected=round(float(row["expected"]), 2),
            units=int(row["units"]),
        )
        for row in needed.to_dict("records")
    )
