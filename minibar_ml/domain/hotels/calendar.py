"""Days on which a hotel is not as on others: public holidays and its own events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

SpecialKind = Literal["holiday", "event"]
LONGEST_EVENT_DAYS = 366
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a hotel: its first and last day, and its name. Raises ValueError for one that can't be."""

    starts_on: date
    ends_on: date
    name: str

    def __post_init__(self) -> None:
        """Check length and name."""
        if not 0 <= (self.ends_on - self.starts_on).days < LONGEST_EVENT_DAYS:
            raise ValueError(f"ends on {self.ends_on}")
        if not self.name or len(self.name) > LONGEST_NAME or not self.name.isprintable():
            raise ValueError(f"name is {self.name!r}")

    @property
    def days(self) -> range:
        """Its days as ordinals."""
        return range(self.starts_on.toordinal(), self.ends_on.toordinal() + 1)


Events = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """What a day is, and its name in the language of messages."""

    kind: SpecialKind
    name: str

    def after(self, earlier: "SpecialDay | None") -> "SpecialDay":
        """Both as one day; a holiday with an event stays a holiday, for its eve counts."""
        if earlier is None or earlier.name == self.name:
            return earlier or self
        return SpecialDay(earlier.kind, f"{earlier.name}, {self.name}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Special days by their ordinal (`date.toordinal()`): of every hotel, and of single hotels by id."""

    every_hotel: Mapping[int, SpecialDay] = field(default_factory=dict)
    hotels: Mapping[int, Mapping[int, SpecialDay]] = field(default_factory=dict)

    def of_hotel(self, hotel_id: int) -> "Calendar":
        """The calendar of one hotel, as the methods below need it; of a hotel's calendar it is the same again."""
        own = self.hotels.get(hotel_id, {})
        return Calendar({**self.every_hotel, **{day: one.after(self.every_hotel.get(day)) for day, one in own.items()}})

    def special_days(self) -> frozenset[int]:
        """Days whose evening is special: special days themselves, and the eve of a holiday.

        Guests take most in the evening, and New Year's Eve is not a holiday itself.
        """
        eves = (day - 1 for day, special in self.every_hotel.items() if special.kind == "holiday")
        return frozenset({*self.every_hotel, *eves})

    def special_before(self, day: int) -> SpecialDay | None:
        """The special day that may explain what was found on `day`: the day before, whose evening it was, or itself."""
        return self.every_hotel.get(day - 1) or self.every_hotel.get(day)


ORDINARY = Calendar()
"""No day is special."""
