"""What a product costs the hotel and its guests, from which the possible loss follows."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """A product's prices in the hotel's currency; either may be unknown."""

    sale: Decimal | None
    purchase: Decimal | None

    @property
    def lost_sale(self) -> Decimal | None:
        """What a unit that nobody paid for would have brought."""
        return self.sale if self.sale is not None else self.purchase

    @property
    def lost_goods(self) -> Decimal | None:
        """What a missing unit cost."""
        return self.purchase if self.purchase is not None else self.sale
