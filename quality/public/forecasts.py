"""A week's units of every product, forecast each week by the product's own code and by statsforecast's models.

The product sees its window of days, as in a hotel; the others see every day from the first on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.ml.forecasting.accuracy import PINBALLS, WEEK
from minibar_ml.ml.forecasting.demand import Flags, classify
from minibar_ml.ml.forecasting.frames import Stock, forecast_stock
from minibar_ml.ml.forecasting.orders import high_demand
from minibar_ml.ml.stats.panels import Floats
from quality.public.sales import EVERYWHERE, FIRST, HALF_DAYS, UNTIL, Sales

FIRST_ORIGIN = 10 * WEEK
"""The first day that is forecast; errors of weeks before `HALF_DAYS` only teach the others their quantiles."""
ORIGINS = range(FIRST_ORIGIN, UNTIL - FIRST - WEEK + 1, WEEK)
SCORED = slice((HALF_DAYS - FIRST_ORIGIN) // WEEK, None)
PLENTY = 1e6
OURS = "minibar-ml"
OTHERS = ("CrostonSBA", "TSB", "CrostonOptimized", "SeasonalNaive")


@dataclass(frozen=True, slots=True)
class Weeks:
    """One method's forecasts: means (series x origins) and quantiles of `PINBALLS` (series x origins x 3), units."""

    mean: Floats
    quantiles: Floats


@dataclass(frozen=True, slots=True)
class Public:
    """Scored weeks of all series, by method; `known`: where the product makes a forecast at all.

    `change` and `squared`: how much a week's units differ from those of the week before in the first half, absolutely
    and squared: the scales (one a series). `is_chain`: of all stores together.
    """

    is_chain: Flags
    classes: NDArray[np.str_]
    change: Floats
    squared: Floats
    actual: Floats
    known: Flags
    methods: dict[str, Weeks]


def measure(stores: list[Sales]) -> Public:
    """Everything of all stores."""
    units = np.concatenate([one.units for one in stores])
    forecasts = [ours(one) for one in stores]
    first_half = np.lib.stride_tricks.sliding_window_view(units[:, :HALF_DAYS], WEEK, axis=1).sum(axis=2)
    change = first_half[:, WEEK:] - first_half[:, :-WEEK]
    actual = np.column_stack([units[:, day : day + WEEK].sum(axis=1) for day in ORIGINS])
    own = Weeks(*(np.concatenate([getattr(one, field.name) for _, one in forecasts]) for field in fields(Weeks)))
    means = {OURS: own, **{name: with_past_errors(mean, actual) for name, mean in theirs(units).items()}}
    return Public(
        is_chain=np.concatenate([np.full(len(one.products), one.store == EVERYWHERE) for one in stores]),
        classes=classify(units[:, :HALF_DAYS]),
        change=np.abs(change).mean(axis=1),
        squared=(change**2).mean(axis=1),
        actual=actual[:, SCORED],
        known=np.concatenate([known for known, _ in forecasts])[:, SCORED],
        methods={name: Weeks(one.mean[:, SCORED], one.quantiles[:, SCORED]) for name, one in means.items()},
    )


def ours(sales: Sales) -> tuple[Flags, Weeks]:
    """Which forecasts the product makes, and what they are: as if it never ran short of anything."""
    none = np.zeros_like(sales.units)
    first = np.where(sales.units.any(axis=1), np.argmax(sales.units > 0, axis=1), UNTIL - FIRST)
    stock = Stock(sales.products, FIRST, sales.units, none, none + PLENTY, none, FIRST + first)
    known, mean, quantiles = [], [], []
    for day in ORIGINS:
        made = forecast_stock(stock, FIRST + day - 1, is_complete=True)
        later, earlier = made.outlook.widths.probabilities()[::-1]
        daily, spread, days = made.outlook.daily, made.outlook.dispersion, np.full(len(sales.products), WEEK)
        shares = (1 - later, 0.5, 1 - earlier)
        known.append(made.outlook.known)
        mean.append(WEEK * daily)
        quantiles.append(np.column_stack([high_demand(daily, spread, days, share) for share in shares]))
    return np.column_stack(known), Weeks(np.column_stack(mean), np.stack(quantiles, axis=1))


def theirs(units: Floats) -> dict[str, Floats]:
    """Mean of a week's units (series x origins) by each of the others, refitted at every origin."""
    from statsforecast import StatsForecast
    from statsforecast.models import TSB, CrostonOptimized, CrostonSBA, SeasonalNaive

    count, days = units.shape
    long = pd.DataFrame({
        "unique_id": np.repeat(np.arange(count), days), "ds": np.tile(np.arange(days), count), "y": units.ravel(),
    })  # fmt: skip
    models = [CrostonSBA(), TSB(alpha_d=0.1, alpha_p=0.1), CrostonOptimized(), SeasonalNaive(season_length=WEEK)]
    run = StatsForecast(models, freq=1)
    known = long[long["ds"] < ORIGINS[-1] + WEEK]
    made = run.cross_validation(h=WEEK, df=known, step_size=WEEK, n_windows=len(ORIGINS))
    weeks = made.groupby(["unique_id", "cutoff"], as_index=False)[list(OTHERS)].sum()
    found = {name: weeks.pivot(index="unique_id", columns="cutoff", values=name).to_numpy(float) for name in OTHERS}
    require_past(found, units)
    return found


def require_past(found: Mapping[str, Floats], units: Floats) -> None:
    """Raise PreconditionFailed where seasonal naive is not the week before: any may have seen its own week then."""
    before = np.stack([units[:, day - WEEK : day].sum(axis=1) for day in ORIGINS], axis=1)
    if not np.allclose(found["SeasonalNaive"], before):
        raise PreconditionFailed(
            "statsforecast's seasonal naive forecast is not the week before; see its release notes."
        )


def with_past_errors(mean: Floats, actual: Floats) -> Weeks:
    """A method without quantiles of its own gets them from its errors on all earlier weeks of the same series."""
    errors = actual - mean
    quantiles = np.zeros((*mean.shape, len(PINBALLS)))
    for place in range(1, mean.shape[1]):
        of_errors = np.quantile(errors[:, :place], PINBALLS, axis=1).T
        quantiles[:, place] = np.maximum(mean[:, place, None] + of_errors, 0.0)
    return Weeks(mean, quantiles)
