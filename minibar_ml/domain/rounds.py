"""A round: which minibars to check on a day, why, and what to take along."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Reason = Literal["departure", "do_not_disturb", "not_checked", "alert", "guests_unknown"]
"""Why a room is visited whatever its chance; without one it is its expected units. `guests_unknown` is no such reason:
it says how little the chance rests on."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One room of a round.

    `chance`: that something is to be refilled; `units`: expected ones; both None where nothing is learned yet.
    `checked_on`: last check before the day, None: none in four weeks. `guests` and `nights` since then, None: unknown.
    `waited`: the nights since then, or the days in a hotel that does not know its guests.
    """

    hotel_id: int
    room_id: int
    room: str
    floor: str
    chance: float | None
    units: float | None
    reasons: tuple[Reason, ...]
    checked_on: date | None
    guests: int | None
    nights: int | None
    waited: int
    alert_id: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """One product on the cart: expected units, and those that are enough in 8 rounds of 10."""

    product_id: int
    name: str
    expected: float
    units: int


@dataclass(frozen=True, slots=True)
class Round:
    """The round of one hotel, in walking order.

    `in_house` rooms had guests who stay, of which `in_house_visits` are visited; `done` were checked on the day
    already; `left_out_units` are expected in the rooms that are not visited. `attendant`: whose rooms they are
    (None: all).
    """

    hotel_id: int
    hotel_name: str
    day: date
    visits: tuple[Visit, ...]
    cart: tuple[Load, ...]
    in_house: int
    in_house_visits: int
    left_out: int
    left_out_units: float | None
    done: int
    attendant: str | None

    @property
    def departures(self) -> int:
        """Rooms whose guests leave on the day or have left since their last check."""
        return sum("departure" in one.reasons for one in self.visits)

    @property
    def others(self) -> int:
        """Visits of rooms where nobody leaves or stays, such as vacant ones with an alert."""
        return len(self.visits) - self.departures - self.in_house_visits

    @property
    def units(self) -> float | None:
        """Expected units of all visits; None where nothing is learned yet."""
        known = [one.units for one in self.visits if one.units is not None]
        return round(sum(known), 2) if known or not self.visits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRules:
    """How many rooms are visited.

    `share` of the rooms in house, or `visits` in all (None: by share); both leave out no room that is always visited.
    `every_days`: no room in house goes unchecked for longer.
    """

    share: float
    visits: int | None
    every_days: int
