"""What was found consumed at a check, product by product, and what it was worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from minibar_ml.domain.hotels.prices import Price


@dataclass(frozen=True, slots=True)
class Charged:
    """Of how many units the price is on record, and what they were sold for altogether; 0 where complimentary."""

    units: float
    amount: float


@dataclass(frozen=True, slots=True)
class OverRoom:
    """A room for which more units of a product were entered than it holds."""

    room_id: int
    units: float
    holds: float


@dataclass(frozen=True, slots=True)
class FoundProducts:
    """Units by product id, what they were sold for where that is on record, and what the room holds of a product of
    which more was entered; of a product's day the rooms for which more was entered, the most first."""

    units: Mapping[int, float]
    charged: Mapping[int, Charged] = field(default_factory=dict)
    holds: Mapping[int, float] = field(default_factory=dict)
    over_rooms: tuple[OverRoom, ...] = ()

    @property
    def over_units(self) -> float:
        """Units that no room can have held."""
        return sum(one.units - one.holds for one in self.over_rooms)

    def worth(self, prices: Mapping[int, Price]) -> float | None:
        """The value of what can have been in the room; None where no price of any product is known."""
        known = [
            value_of(min(units, self.holds.get(product, units)), prices.get(product), self.charged.get(product))
            for product, units in self.units.items()
        ]
        priced = [value for value in known if value is not None]
        return sum(priced) if priced else None


def value_of(units: float, price: Price | None, charged: Charged | None) -> float | None:
    """Units at the price they were sold for, at today's where that is not on record; None: neither is known."""
    sold = min(units, charged.units) if charged else 0.0
    taken = sold * charged.amount / charged.units if charged and charged.units else 0.0
    listed = price.lost_sale if price else None
    if listed is None:
        return taken if sold else None
    return taken + (units - sold) * float(listed)
