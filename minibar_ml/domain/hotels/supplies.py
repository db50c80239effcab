"""How products are ordered: how long a delivery takes, in what multiples, and for how many days."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Supply:
    """One product's terms: days from order to delivery, units an order is a multiple of, least units of an order."""

    lead_time_days: int = 3
    order_multiple: int = 1
    min_order: int = 0


@dataclass(frozen=True, slots=True)
class Supplies:
    """The terms of all products: by id, by name in small letters, else the default; an order covers `cover_days`."""

    default: Supply = Supply()
    cover_days: int = 14
    by_id: Mapping[int, Supply] = field(default_factory=dict)
    by_name: Mapping[str, Supply] = field(default_factory=dict)

    def of(self, product_id: int, name: str = "") -> Supply:
        """The terms of one product; an id goes before a name."""
        return self.by_id.get(product_id) or self.by_name.get(name.casefold(), self.default)

    def named(self, names: Mapping[int, str]) -> "Supplies":
        """The same with the names of products turned into their ids."""
        found = {number: supply for number, name in names.items() if (supply := self.by_name.get(name.casefold()))}
        return Supplies(self.default, self.cover_days, {**found, **self.by_id})
