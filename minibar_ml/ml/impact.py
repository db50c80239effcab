"""Money at stake of a finding: units x price; None where a price or the products are unknown."""

from collections.abc import Mapping

from minibar_ml.domain.alerts import Finding
from minibar_ml.domain.prices import Price


def impact(finding: Finding, found: Mapping[int, float] | None, prices: Mapping[int, Price]) -> float | None:
    """Guests' units at the sale price, missing goods at the purchase price, each falling back on the other.

    Of a room only what is beyond the expected counts, spread evenly over the products found there.
    """
    if finding.reason in ("room_high", "vacant", "after_departure", "before_departure", "before_arrival", "custody"):
        worth = _worth(found or {}, prices)
        if worth is None or finding.value <= 0:
            return None
        excess = finding.value - (finding.expected or 0.0)
        return round(worth * max(excess, 0.0) / finding.value, 2)
    price = prices.get(finding.entity_id) if finding.entity_type == "product" else None
    if price is None:
        return None
    off = abs(finding.value - (finding.expected or 0.0))
    if finding.reason in ("product_high", "product_low"):
        return _money(off, price.lost_sale)
    if finding.reason == "leak":
        return _money(finding.value, price.lost_goods)
    if finding.reason in ("outflow_high", "write_off_high", "stock_negative"):
        return _money(off, price.lost_goods)
    return None


def _money(units: float, price: object) -> float | None:
    return None if price is None else round(abs(units) * float(str(price)), 2)


def _worth(found: Mapping[int, float], prices: Mapping[int, Price]) -> float | None:
    known = [(units, prices[product].lost_sale) for product, units in found.items() if product in prices]
    priced = [(units, price) for units, price in known if price is not None]
    return sum(units * float(price) for units, price in priced) if priced else None
