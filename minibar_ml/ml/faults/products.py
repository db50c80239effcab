"""Faults put into products' held-out days: surges of demand, leaks from the warehouse, write-offs."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from minibar_ml.ml.faults.injected import InjectedFaults, concatenate, oddest_day
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import Ints, panel

if TYPE_CHECKING:
    from pandas import DataFrame

    from minibar_ml.ml.contract import Detector
    from minibar_ml.ml.evaluation.holdout import Fold

EPOCH = date(1970, 1, 1).toordinal()
FACTORS = (2.5, 3.0, 3.5, 4.0, 4.5)
SURGES, SURGE_NIGHTS = 30, 4
LEAKS, LEAK_DAYS, LEAST_LEAK, ONE_LEAK_IN = 24, (5, 6, 7, 8, 9, 10), 18.0, 12
WRITTEN_OFF_DAYS, WRITTEN_OFF_BESIDES = (5, 6, 7, 8, 9), 8.0
USE_DAYS, LEAST_USE = 28, 0.5


def surge(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """A product's own demand times 2.5 to 4.5 for 2 to 4 nights, one product at a time."""
    import pandas as pd

    frames = fold.seen(detector)
    products = fold.parameters(detector)["products"]
    usual = _per_day(frames.products, products, "units", fold.since)
    in_use = np.intersect1d(frames.products["day"].to_numpy(), np.array(fold.days[:-SURGE_NIGHTS]))
    parts = []
    for number in range(SURGES if len(in_use) else 0):
        product, nights = int(rng.choice(products)), int(rng.integers(2, SURGE_NIGHTS + 1))
        days = int(rng.choice(in_use)) + np.arange(nights)
        factor = FACTORS[number % len(FACTORS)]
        more = rng.poisson((factor - 1) * usual[products == product][0], nights).astype(float)
        added = pd.DataFrame(
            {"hotel_id": fold.hotel_id, "product_id": product, "day": days, "units": more, "refilled": more}
        )
        tampered = replace(frames, products=pd.concat([frames.products, added], ignore_index=True))
        parts.append(oddest_day(detector, fold, tampered, range(days[0], days[-1] + 2), {product: factor}))
    return concatenate(parts)


def leaked_issues(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """18 units or 5 to 10 days' use issued and never used, in one or two entries of their own within 3 days."""
    frames = fold.seen(detector)
    products, use = _in_use(detector, fold, frames)
    parts = []
    for _ in range(-(-LEAKS // max(len(products) // ONE_LEAK_IN, 1)) if len(products) else 0):
        picked = rng.permutation(len(products))[: max(len(products) // ONE_LEAK_IN, 1)]
        days = int(rng.integers(fold.since, fold.until - 2)) + np.unique(rng.integers(0, 3, 2))
        size = rng.choice(LEAK_DAYS, len(picked)).astype(float)
        units = np.ceil(np.maximum(LEAST_LEAK, size * use[picked]) / len(days))
        tampered = _issued(frames, fold.hotel_id, products[picked], days, units)
        sizes = dict(zip(products[picked].tolist(), size.tolist(), strict=True))
        parts.append(oddest_day(detector, fold, tampered, days.tolist(), sizes))
    return concatenate(parts)


def _issued(frames: Frames, hotel_id: int, products: Ints, days: Ints, units: Floats) -> Frames:
    """The frames with an entry of its own for each product and day, an hour after the day's last one."""
    import pandas as pd

    keys = {"product_id": np.repeat(products, len(days)), "day": np.tile(days, len(products))}
    last = frames.levels.groupby("day")["at"].max().reindex(days)
    at = last.fillna(pd.Series((days - EPOCH) * 86400.0 + 43200.0, index=days)).to_numpy() + 3600.0
    more = np.repeat(units, len(days))
    entries = pd.DataFrame({"hotel_id": hotel_id, **keys, "units": more, "issued": more}).reindex(
        columns=frames.outflow.columns, fill_value=0.0
    )
    # each product an hour later than the one before: an entry of its own has no other near it
    apart = np.tile(at, len(products)) + 3600.0 * np.repeat(np.arange(len(products)), len(days))
    levels = pd.DataFrame({"hotel_id": hotel_id, **keys, "at": apart, "level": 0.0, "kind": "cikis"})
    return replace(
        frames,
        outflow=pd.concat([frames.outflow, entries], ignore_index=True),
        levels=pd.concat([frames.levels, levels], ignore_index=True),
        floor=_booked(frames.floor, products, days, units),
    )


def _booked(floor: "DataFrame", products: Ints, days: Ints, units: Floats) -> "DataFrame":
    """The floor store's book with so many units more of each product from each of the days on."""
    entries = (floor["day"].to_numpy()[:, None] >= days).sum(axis=1)
    of_each = floor["product_id"].map(dict(zip(products.tolist(), units.tolist(), strict=True))).fillna(0.0)
    return floor.assign(units=floor["units"] + entries * of_each)


def write_off(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """5 to 9 days' use and 8 units written off at once, every product on every day."""
    import pandas as pd

    frames = fold.seen(detector)
    products, use = _in_use(detector, fold, frames)
    parts = []
    for day in fold.days if len(products) else ():
        size = rng.choice(WRITTEN_OFF_DAYS, len(products)).astype(float)
        units = np.ceil(size * use + WRITTEN_OFF_BESIDES)
        entries = pd.DataFrame(
            {"hotel_id": fold.hotel_id, "product_id": products, "day": day, "units": units, "written_off": units}
        ).reindex(columns=frames.outflow.columns, fill_value=0.0)
        tampered = replace(frames, outflow=pd.concat([frames.outflow, entries], ignore_index=True))
        parts.append(
            oddest_day(detector, fold, tampered, [day], dict(zip(products.tolist(), size.tolist(), strict=True)))
        )
    return concatenate(parts)


def _in_use(detector: "Detector", fold: "Fold", frames: Frames) -> tuple[Ints, Floats]:
    """The products that are used every other day or more, and their use a day."""
    products = fold.parameters(detector)["products"]
    use = np.maximum(*(_per_day(frames.products, products, column, fold.since) for column in ("refilled", "units")))
    return products[use >= LEAST_USE], use[use >= LEAST_USE]


def _per_day(frame: "DataFrame", ids: Any, column: str, until: int) -> Floats:
    """Mean units a day of each product in the four weeks before `until`."""
    return np.asarray(panel(frame, "product_id", ids, column, until - USE_DAYS, until).mean(axis=1))
