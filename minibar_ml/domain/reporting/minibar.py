"""What guests consumed: units and value, by product, room type and weekday, for each occupied room; and checks.

Each figure is compared with the period before and with the same days of the year before, where their data are there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from minibar_ml.domain.hotels.found import Charged, value_of
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import COMPARABLE, LEAST_COMPARED, change_percent

Grain = Literal["product", "room", "weekday", "occupancy", "day"]
LISTED_PRODUCTS = 25
YEAR = timedelta(days=364)
"""52 weeks: the same days of the week."""


@dataclass(frozen=True, slots=True)
class Consumed:
    """What the store counted in a span: units of a product (`id`), of a room, of a weekday (1 is Monday).

    `points`: room-days checked. `charged_units` of a product were sold for `charged_amount` altogether, 0 where they
    were complimentary; of the others the price is not on record. Of occupancy, `units` is the sum of a hotel's (`id`)
    shares of occupied rooms over `points` days; of `day`, `points` are the days with any data.
    """

    span: int
    grain: Grain
    id: int
    units: float
    points: int
    charged_units: float = 0.0
    charged_amount: float = 0.0

    def worth(self, prices: "Mapping[int, Decimal]") -> float | None:
        """What a product's units brought: what they were sold for, or where that is not on record its sale price."""
        price = Price(prices[self.id], None) if self.id in prices else None
        return value_of(self.units, price, Charged(self.charged_units, self.charged_amount))


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the period, of the one before and of the same days of the year before; None where not known.

    `is_comparable`: the one before rests on enough units or checks for a change in percent.
    """

    now: float | None
    previous: float | None
    year_before: float | None
    is_comparable: bool = True

    @property
    def change_percent(self) -> float | None:
        """Against the period before; None where that was too small."""
        return change_percent(self.now, self.previous) if self.is_comparable else None


@dataclass(frozen=True, slots=True)
class ComparedShare:
    """A proportion, as `Compared`; its change is in points, since 5 % of 80 % would be read as 5 points."""

    now: float | None
    previous: float | None
    year_before: float | None

    @property
    def change_points(self) -> float | None:
        """Percentage points more or less than in the period before."""
        return None if self.now is None or self.previous is None else 100 * (self.now - self.previous)


@dataclass(frozen=True, slots=True)
class Share:
    """Units of a product, room type or weekday, and the value of a product's units."""

    key: str
    units: Compared
    value: float | None = None

    @property
    def change_percent(self) -> float | None:
        """Against the period before; None of few units."""
        return self.units.change_percent


@dataclass(frozen=True, slots=True)
class Minibar:
    """Consumption of a period; of one that still runs, of its days that are over.

    `per_night`: units for each occupied room and night. `checks`: of a hundred occupied rooms and nights, how many
    room-days were checked. `products` are sorted by units.
    """

    units: Compared
    value: Compared
    occupancy: ComparedShare
    per_night: Compared
    checks: Compared
    products: tuple[Share, ...]
    room_types: tuple[Share, ...]
    weekdays: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Names and prices of products, types of rooms, and how many rooms a hotel has, as the hotel application says."""

    products: Mapping[int, str]
    prices: Mapping[int, Decimal]
    room_types: Mapping[int, str | None]
    rooms_of: Mapping[int, int]


def spans(period: Period, today: date) -> tuple[Period, ...]:
    """The period, the one before, and the same days of the year before; of all as many days as are over."""
    over, before = period.over(today), period.before()
    if period.is_running(today):
        before = over.first_days_of(before)
    return (over, before, Period(over.since - YEAR, over.until - YEAR))


def minibar(rows: Iterable[Consumed], known: Range, asked: Sequence[Period]) -> Minibar | None:
    """The figures of a period and of those that it is compared with (`spans`); None where nothing was counted in it."""
    counted: dict[tuple[int, Grain], list[Consumed]] = defaultdict(list)
    for row in rows:
        counted[row.span, row.grain].append(row)
    if not counted[1, "product"] and not counted[1, "room"]:
        return None
    whole = [_is_whole(counted[n, "day"], span) or n == 1 for n, span in enumerate(asked, 1)]

    def known_of(figure: "Mapping[int, float | None]") -> tuple[float | None, float | None, float | None]:
        now, before, year_before = (figure[n] if is_whole else None for n, is_whole in enumerate(whole, 1))
        return now, before, year_before

    def compared(figure: "Mapping[int, float | None]", of: Mapping[int, float]) -> Compared:
        return Compared(*known_of(figure), of[2] >= LEAST_COMPARED)

    nights = {n: _nights(counted[n, "occupancy"], known.rooms_of) for n in (1, 2, 3)}
    units = {n: _sum(counted[n, "product"]) for n in (1, 2, 3)}
    checks = {n: float(sum(row.points for row in counted[n, "room"])) for n in (1, 2, 3)}
    shares = {n: _occupancy(counted[n, "occupancy"]) for n in (1, 2, 3)}
    return Minibar(
        units=compared(units, units),
        value=compared({n: _value(counted[n, "product"], known.prices) for n in (1, 2, 3)}, units),
        occupancy=ComparedShare(*known_of(shares)),
        per_night=compared({n: units[n] / night if (night := nights[n]) else None for n in (1, 2, 3)}, units),
        checks=compared({n: checks[n] / night if (night := nights[n]) else None for n in (1, 2, 3)}, checks),
        products=_products(counted, known, whole),
        room_types=_by(counted, "room", {room: kind or "" for room, kind in known.room_types.items()}, whole, of=units),
        weekdays=_by(counted, "weekday", {n: str(n) for n in range(1, 8)}, whole, is_sorted=True),
    )


def _is_whole(rows: Iterable[Consumed], span: Period) -> bool:
    return sum(row.points for row in rows) >= COMPARABLE * len(span.days())


def _sum(rows: Iterable[Consumed]) -> float:
    return sum(row.units for row in rows)


def _value(rows: Iterable[Consumed], prices: Mapping[int, Decimal]) -> float | None:
    priced = [worth for row in rows if (worth := row.worth(prices)) is not None]
    return round(sum(priced), 2) if priced else None


def _nights(rows: Iterable[Consumed], rooms_of: Mapping[int, int]) -> float:
    """Occupied rooms, added up over the days of which the occupancy is known."""
    return sum(row.units * rooms_of.get(row.id, 0) for row in rows)


def _occupancy(rows: Iterable[Consumed]) -> float | None:
    rows = tuple(rows)
    points = sum(row.points for row in rows)
    return _sum(rows) / points if points else None


def _products(
    counted: Mapping[tuple[int, Grain], list[Consumed]], known: Range, whole: list[bool]
) -> tuple[Share, ...]:
    found: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for n in (1, 2, 3):
        for row in counted.get((n, "product"), ()):
            found[row.id][n - 1] += row.units
    now = {row.id: _value([row], known.prices) for row in counted.get((1, "product"), ())}
    shares = [
        Share(
            known.products.get(product, f"#{product}"),
            _of(units, whole),
            now.get(product),
        )
        for product, units in found.items()
        if units[0] or (units[1] and whole[1])
    ]
    return tuple(sorted(shares, key=lambda one: (-(one.units.now or 0), one.key)))


def _by(
    counted: Mapping[tuple[int, Grain], list[Consumed]],
    grain: Grain,
    names: Mapping[int, str],
    whole: list[bool],
    *,
    is_sorted: bool = False,
    of: Mapping[int, float] | None = None,
) -> tuple[Share, ...]:
    """Units by name; what of a whole, `of`, no row has counts as unknown."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for n in (1, 2, 3):
        rows = counted.get((n, grain), ())
        for row in rows:
            found[names.get(row.id, "")][n - 1] += row.units
        if of is not None:
            found[""][n - 1] += max(round(of[n] - _sum(rows), 6), 0.0)
    shares = [Share(name, _of(units, whole)) for name, units in found.items() if name or any(units)]
    return tuple(sorted(shares, key=lambda one: (0.0 if is_sorted else -(one.units.now or 0.0), one.key)))


def _of(units: list[float], whole: list[bool]) -> Compared:
    now, before, year_before = (one if known else None for one, known in zip(units, whole, strict=True))
    return Compared(now, before, year_before, before is not None and before >= LEAST_COMPARED)
