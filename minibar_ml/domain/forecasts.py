"""The forecast of a product's stock, as `train` makes it in the night and everybody reads it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Ahead:
    """One coming day: units expected, units left at its end (0: none), probability that the stock is gone by then."""

    day: date
    expected: float
    left: float
    empty: float


@dataclass(frozen=True, slots=True)
class StockForecast:
    """The forecast of one product; without `days` there is none, and `reason` says why.

    `days`: P50 of days left; `level` (of which `floor_units` are in the floor store) and `daily_units` in units.
    `alert_id`: its live alert of stock running out.
    `ordered_units` are on order already, the first of them due on `due_on`; `order_quantity` is what is needed besides.
    `made_at`: as of when the figures are; `ahead` is always the night's.
    """

    hotel_id: int
    product_id: int
    name: str
    level: float | None
    daily_units: float | None
    days: float | None
    p10: float | None
    p90: float | None
    empty_on: date | None
    order_quantity: int | None
    order_by: date | None
    method: str | None
    demand: str | None
    reason: str | None
    ahead: tuple[Ahead, ...] = ()
    with_stays: bool = False
    ordered_units: float | None = None
    due_on: date | None = None
    floor_units: float | None = None
    alert_id: int | None = None
    made_at: datetime | None = None

    def figures(self) -> dict[str, Any]:
        """What is stored of it besides hotel, product, days and reason: plain values for JSON."""
        known = asdict(self)
        for name in ("hotel_id", "product_id", "name", "days", "reason", "alert_id", "made_at"):
            del known[name]
        return known


_DATES = ("empty_on", "order_by", "due_on")
_FIGURES = frozenset(field.name for field in fields(StockForecast))


def from_figures(figures: Mapping[str, Any], **known: Any) -> StockForecast:
    """A forecast out of its stored figures; what they lack is unknown."""
    found: dict[str, Any] = dict.fromkeys(("level", "daily_units", "p10", "p90", "order_quantity", "method", "demand"))
    found |= {name: value for name, value in figures.items() if name in _FIGURES}
    found |= {name: date.fromisoformat(text) if (text := figures.get(name)) else None for name in _DATES}
    found["ahead"] = tuple(Ahead(**{**one, "day": date.fromisoformat(one["day"])}) for one in found.get("ahead", ()))
    return StockForecast(**found | known)
