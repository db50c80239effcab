"""Stock issued from the warehouse, by product and day, and how much of it the day explains.

Attendants draw in cases, for days ahead, and on their rounds most of what they handle at once: all products' issues
are high together. What is issued of one product beyond its share of the day's common factor needs another reason.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from minibar_ml.ml.contract import TooLittle
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.once import once
from minibar_ml.ml.stats.panels import Floats, ids_of, panel, trailing_means, weighted_medians
from minibar_ml.ml.stock import excuses

if TYPE_CHECKING:
    from pandas import DataFrame

READS = dict.fromkeys(("outflow", "products", "levels", "floor", "rises"), LOOK_BACK_DAYS)
"""The frames that `read` needs, and how many days of them."""
WINDOW_DAYS = 63
USE_DAYS = 28
LEAST_DAYS = 14
LEAST_USE = 0.02
PRODUCTS_TO_COMPARE = 5
PSEUDO_DAYS = 7
WINSORISED = 1.5
HEAVY_DAY = 0.95
TOGETHER_SECONDS = 600

Habits = dict[str, Any]
"""Of each product: `products` (ids), `ratio` (units issued for one used), `case` (the smallest usual issue), `recorded`
(whether its use is on record); and `heavy`, a heavy day's common factor."""


@dataclass(frozen=True, slots=True)
class StockIssues:
    """Arrays of products x days (the last is the scored one) in units; `factor` by day, 1 on a usual day.

    `use`: mean daily use of the 28 days before. `expected`: issues that the day's common factor explains. `carried`:
    what attendants hold by the ledger, issued - used - returned, counted from an arbitrary zero. `alone`: issues of the
    product with no other product's within ten minutes; rounds are handed out together. `excused`: issues beyond the
    expected that need no guest, see `excuses`. `restocked`: whether the floor store was low or new the evening before.
    """

    issued: Floats
    written_off: Floats
    use: Floats
    typical: Floats
    factor: Floats
    carried: Floats
    alone: Floats
    excused: Floats
    restocked: NDArray[np.bool_]

    @property
    def unexcused(self) -> Floats:
        """Issues without those that need no guest."""
        return np.asarray(self.issued - self.excused, dtype=float)

    @property
    def expected(self) -> Floats:
        """Issues that the day's common factor explains."""
        return self.typical * self.factor


@dataclass(frozen=True, slots=True)
class KnownIssues:
    """What a detector of issues learns from: products' habits, the past's issues, and how many days they span."""

    habits: Habits
    issues: StockIssues
    days: int


@once
def known(past: Frames) -> KnownIssues | TooLittle:
    """The habits and issues of a past of 14 days or more."""
    moved = past.outflow["day"]
    days = int(moved.max() - moved.min()) + 1 if len(moved) else 0
    if days < LEAST_DAYS:
        return TooLittle(days, LEAST_DAYS, "days of stock movements")
    habits = learn(past)
    return KnownIssues(habits, read(past, habits), days)


def learn(past: Frames) -> Habits:
    """Each product's habits from at most 63 days. Issues far above the product's usual ones count as the usual."""
    products, since, until = _span(past, None)
    issued = panel(past.outflow, "product_id", products, "issued", since, until)
    used = _used(past, products, since, until)
    recorded = used.any(axis=1)
    low, high = _usual_issues(issued)
    capped = np.minimum(issued, WINSORISED * high[:, None]).sum(axis=1)
    total = used.sum(axis=1)
    pooled = float(capped[recorded].sum()) / max(float(total[recorded].sum()), 1.0)
    pseudo = PSEUDO_DAYS * total / max(until - since, 1)
    ratio = np.where(recorded, (capped + pseudo * pooled) / np.maximum(total + pseudo, 1e-9), 1.0)
    habits = {"products": products, "ratio": np.maximum(ratio, 1e-3), "case": low, "recorded": recorded}
    heavy = float(np.quantile(_issues(past, habits, since, until).factor, HEAVY_DAY))
    return {**habits, "heavy": heavy}


def read(frames: Frames, habits: Any, day: int | None = None, complete: bool = True) -> StockIssues:
    """The issues of up to 63 days that end with `day` (default: the last on record).

    On a day that is not over, others may still draw: at least a heavy day's common factor is granted.
    """
    _, since, until = _span(frames, day)
    issues = _issues(frames, habits, since, until)
    if not complete:
        issues.factor[-1:] = np.maximum(issues.factor[-1:], habits["heavy"])
    return issues


def informative(issues: StockIssues) -> NDArray[np.bool_]:
    """Which product-days of the past a detector may learn a tail from: something issued, enough days before it."""
    seen = np.arange(issues.issued.shape[1]) >= LEAST_DAYS // 2
    return np.asarray((issues.issued > 0) & seen)


def noise(habits: Any, expected: Floats) -> Floats:
    """Standard deviation, roughly, of issues around what is expected: case by case, like a count of cases."""
    case = habits["case"][:, None]
    return np.asarray(np.sqrt(case**2 + case * expected), dtype=float)


def _span(frames: Frames, day: int | None) -> tuple[Any, int, int]:
    products, days = ids_of(frames.outflow, "product_id"), frames.outflow["day"]
    if not len(days):
        last = day or 0
        return products, last, last + 1
    last = int(days.max()) if day is None else day
    return products, max(int(days.min()), last - WINDOW_DAYS + 1), last + 1


def _used(frames: Frames, products: Any, since: int, until: int) -> Floats:
    """Units refilled; where a product's refills are never recorded, units found consumed."""
    refilled = panel(frames.products, "product_id", products, "refilled", since, until)
    consumed = panel(frames.products, "product_id", products, "units", since, until)
    return np.where(refilled.any(axis=1, keepdims=True), refilled, consumed)


def _usual_issues(issued: Floats) -> tuple[Floats, Floats]:
    """The 10 % and 90 % points of each product's issues; the median of the other products' where it has none."""
    low, high = np.ones(len(issued)), np.ones(len(issued))
    some = (issued > 0).any(axis=1)
    if some.any():
        sizes = np.where(issued[some] > 0, issued[some], np.nan)
        low[some], high[some] = np.nanquantile(sizes, [0.1, 0.9], axis=1)
        # A slow product may not have been issued for a month; its next case is no larger than others'.
        low[~some], high[~some] = np.median(low[some]), np.median(high[some])
    return low, high


def _issues(frames: Frames, habits: Any, since: int, until: int) -> StockIssues:
    products = habits["products"]

    def of(column: str) -> Floats:
        return panel(frames.outflow, "product_id", products, column, since, until)

    issued, used = of("issued"), _used(frames, products, since, until)
    use = trailing_means(used, USE_DAYS)
    source = np.where(habits["recorded"][:, None], use, trailing_means(issued, USE_DAYS))
    typical = habits["ratio"][:, None] * np.maximum(source, LEAST_USE)
    carried = np.cumsum(issued - used - of("returned"), axis=1)
    factor = common(issued / typical, typical)
    alone = _alone(frames.levels, products, since, until)
    excused, restocked = _excused(frames, products, since, issued, typical * factor, (use, used))
    return StockIssues(issued, of("written_off"), use, typical, factor, carried, alone, excused, restocked)


def _excused(
    frames: Frames, products: Any, since: int, issued: Floats, expected: Floats, uses: tuple[Floats, Floats]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Units beyond the expected for raised setups, a floor store that is filled up, or a product that is new."""
    surplus = np.maximum(issued - expected, 0.0)
    until = since + issued.shape[1]
    for_setups = excuses.setups(frames.rises, products, since, surplus)
    filled_up, restocked = excuses.restocked(frames, products, since, *uses)
    excused = for_setups + np.minimum(surplus - for_setups, filled_up)
    new = excuses.is_new(_first_days(frames, products, until), issued, since)
    return np.where(new, surplus, excused), restocked & (issued > 0)


def _first_days(frames: Frames, products: Any, until: int) -> Any:
    """The first day on which the frames have anything of each product."""
    first = np.full(len(products), until)
    for frame in (frames.outflow, frames.products, frames.levels):
        ids, days = frame["product_id"].to_numpy(dtype=np.int64), frame["day"].to_numpy(dtype=np.int64)
        wanted = np.isin(ids, products)
        np.minimum.at(first, np.searchsorted(products, ids[wanted]), days[wanted])
    return first


def _alone(levels: "DataFrame", products: Any, since: int, until: int) -> Floats:
    days = levels["day"].to_numpy()
    is_issue = (levels["kind"].to_numpy() == "cikis") & (days >= since) & (days < until)
    at = levels["at"].to_numpy(dtype=float)[is_issue]
    ordered, alone = np.sort(at), np.zeros(len(levels))
    near = np.searchsorted(ordered, at + TOGETHER_SECONDS, "right") - np.searchsorted(ordered, at - TOGETHER_SECONDS)
    alone[is_issue] = near == 1
    return panel(levels.assign(alone=alone), "product_id", products, "alone", since, until)


def common(ratios: Floats, typical: Floats) -> Floats:
    """By day, what products have in common: the median of their ratios, the much used ones counting for more."""
    if len(ratios) < PRODUCTS_TO_COMPARE:
        return np.zeros(ratios.shape[1])
    return weighted_medians(ratios, np.sqrt(typical.mean(axis=1)))
