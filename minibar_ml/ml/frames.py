"""What detectors read: one pandas frame a subject, with plain columns and days as integers.

A `day` is a business date's proleptic ordinal (`date.toordinal()`), so that spans are subtraction; UNKNOWN_DAY marks
none. Frames are never mutated. Units are bottles, cans and bars; minutes are minutes; `at` is seconds since 1970.
"""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

from minibar_ml.domain.metrics import COMMON_STORE

UNKNOWN_DAY = 0


@dataclass(frozen=True, slots=True)
class Frames:
    """All that a detector may look at.

    rooms: hotel_id, room_id, day, units, refilled, visits, products_found, attendant_id, room_type, known, nights,
        guest_nights, guests, arriving, staying (guests who stay the coming night too), stays, stay_on, previous_on,
        occupancy (NaN: unknown); one row a room and day that it was checked. `known` says that occupancy is known
        since the room's check before.
    vacant: hotel_id, room_id, day, units, previous_on; visits with no guest since the visit before.
    products: hotel_id, product_id, day, units (found consumed), refilled.
    outflow: hotel_id, product_id, day, units, issued, written_off, returned (from custody).
    levels: hotel_id, product_id, day, at, level, kind; ledger balance after each movement, in order of `at`.
    gaps: hotel_id, attendant_id, day, minutes, items; one row a gap between two rooms in a shift.
    requests: hotel_id, room_id, day, at, minutes, open; one row a guest's refill request.
    custody: hotel_id, attendant_id, day, units (lost), handed_out.
    """

    rooms: "DataFrame"
    vacant: "DataFrame"
    products: "DataFrame"
    outflow: "DataFrame"
    levels: "DataFrame"
    gaps: "DataFrame"
    requests: "DataFrame"
    custody: "DataFrame"

    def hotels(self) -> list[int]:
        """Every hotel that has a row in any frame, in order."""
        found: set[int] = set()
        for field in fields(self):
            found |= set(getattr(self, field.name)["hotel_id"].unique().tolist())
        return sorted(found)

    def of_hotel(self, hotel_id: int) -> "Frames":
        """The rows of one hotel; the common store of a chain (0) sees what all its hotels use of each product."""
        own = self._where(lambda frame: frame[frame["hotel_id"] == hotel_id])
        if hotel_id != COMMON_STORE:
            return own
        used = self.products.groupby(["product_id", "day"], as_index=False)[["units", "refilled"]].sum()
        return replace(own, products=used.assign(hotel_id=COMMON_STORE))

    def between(self, since: int, until: int) -> "Frames":
        """The rows of the days since <= day < until."""
        return self._where(lambda frame: frame[(frame["day"] >= since) & (frame["day"] < until)])

    def _where(self, pick: "Callable[[DataFrame], DataFrame]") -> "Frames":
        frames = {field.name: getattr(self, field.name) for field in fields(self)}
        return Frames(**{name: pick(frame) if len(frame) else frame for name, frame in frames.items()})
