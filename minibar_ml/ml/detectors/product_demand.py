"""Products that guests suddenly take far more or far less of than their usual share of what the hotel consumes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.faults.products import surge
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats import level_shift, negative_binomial, thresholds
from minibar_ml.ml.stats.panels import panel, trailing_sums

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_DAYS = 7
LEAST_DAY_TOTAL = 20.0
SHORT_DAYS, KNOWN_DAYS = 4, 28
"""Days for which rooms are still being filled after the floor store had run out of a product; and in which it must have
held any of it for that to be said."""
TWO_DAY_PENALTY = float(np.log(1e-4 / 3e-5))
"""Nats that two-day sums have to be stranger by: they are a second test of the same days."""


class ProductDemand:
    """Negative binomial tails of a product's units given the rest of the day's units and its median weekly share.

    The rest of the day carries weekday, season, occupancy and guests; the tested product is left out of it.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="product_demand",
        metric="product_consumption",
        types=("consumption_anomaly",),
        reasons={"product_high": "sales", "product_low": "sales"},
        reads={"products": 1, "floor": KNOWN_DAYS},
        learns_from="products",
        share=0.05,
        inject=surge,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn each product's share, the spread around it, and how high scores went in the past."""
        if not len(past.rooms):
            # The common store of a chain sees its hotels' products summed up; each hotel checks its own demand.
            return TooLittle(0, min_points, "room checks")
        units = _by_day(past.products)
        days = int((units.sum(axis=1) >= LEAST_DAY_TOTAL).sum())
        if days < LEAST_DAYS:
            return TooLittle(days, LEAST_DAYS, "days with 20 units consumed")
        if units.size < min_points:
            return TooLittle(units.size, min_points, "product-days")
        usual = units.mean().to_numpy()
        ran_out = _ran_out(past.floor, units.columns.to_numpy(), units.index.to_numpy(), usual)
        units = _as_if_there(units, ran_out)
        shares = _shares_by_day(units)
        learned: dict[str, Any] = {"products": units.columns.to_numpy(), "shares": shares[-1], "usual": usual}
        counts, means = (np.where(ran_out, 0.0, cells) for cells in _counts_and_means(units.to_numpy(), shares))
        learned["dispersion"] = _dispersion(counts, means)
        scored = [self._day(counts, means, learned, row) for row in range(len(counts))]
        sizeable = np.abs(counts - means) >= Limits().product_floor
        highest = np.array([score for row, scores in enumerate(scored) for score in scores[sizeable[row]]])
        checks = len(past.rooms)
        return {**learned, "past": thresholds.history(highest, checks), "n_tests": counts.size / checks}

    def _day(self, counts: Any, means: Any, parameters: Parameters, row: int) -> Any:
        """The score of each product on one day: the stranger of the day itself and of its last two days."""
        best = _strangeness(counts[row], means[row], parameters["dispersion"])
        if row > 0:
            pair = slice(row - 1, row + 1)
            both = _strangeness(counts[pair].sum(axis=0), means[pair].sum(axis=0), parameters["dispersion"])
            best = np.maximum(best, both - TWO_DAY_PENALTY)
        return best

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a known product on a day with 20 units or more; see Detector.

        What the floor store had lately run out of has no row, and is in no other's total: nobody could refill it, and
        then all rooms were filled at once.
        """
        import pandas as pd

        # A model of before this was learned goes by what is gone altogether.
        usual = parameters.get("usual", np.zeros(len(parameters["products"])))
        parameters = _of(parameters, ~_ran_out(frames.floor, parameters["products"], [moment.day], usual)[0])
        units = panel(frames.products, "product_id", parameters["products"], "units", moment.day - 1, moment.day + 1).T
        if units[-1].sum() < LEAST_DAY_TOTAL:
            return pd.DataFrame(columns=["entity_id", "value", "expected", "lower", "upper", "score"], dtype=float)
        counts, means = _counts_and_means(units, parameters["shares"])
        size = 1.0 / np.maximum(parameters["dispersion"], 1e-6)
        return pd.DataFrame(
            {
                "entity_id": parameters["products"],
                "value": counts[-1],
                "expected": means[-1],
                "lower": negative_binomial.quantile(0.025, np.maximum(means[-1], 1e-6), size),
                "upper": negative_binomial.quantile(0.975, np.maximum(means[-1], 1e-6), size),
                "score": self._day(counts, means, parameters, len(counts) - 1),
                "share": parameters["shares"],
                "others": counts[-1].sum() - counts[-1],
            }
        )

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Products beyond the threshold, 40 % and 5 units off; below what was expected only when the day is over."""
        least = self.spec.threshold(parameters, limits)
        off = scores["value"] - scores["expected"]
        picked = scores[
            (scores["score"] >= least)
            & (off.abs() >= limits.product_floor)
            & (off.abs() >= limits.consumption_deviation * scores["expected"])
            & (scores["expected"] > 0)
            & ((off > 0) | moment.is_complete)
        ]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _ran_out(floor: "DataFrame", products: Any, days: Any, usual: Any) -> Any:
    """Days (in order) x products: what the floor store, that has held it, lacked on an evening of the days before.

    It lacks what it has less of than half of the `usual` units a day: as many its book may be wrong by.
    """
    first, last = int(days[0]) - KNOWN_DAYS, int(days[-1])
    units = panel(floor, "product_id", products, "units", first, last)
    held = ((units > 0) & (2 * units >= usual[:, None])).astype(float)
    known = np.isin(np.arange(first, last), floor["day"]).astype(float)
    days_held, days_known = trailing_sums(held, SHORT_DAYS), trailing_sums(known[None], SHORT_DAYS)
    lacked = (days_held < days_known) & (trailing_sums(held, KNOWN_DAYS) > 0)
    return lacked.T[np.asarray(days) - first - 1]


def _as_if_there(units: "DataFrame", ran_out: Any) -> "DataFrame":
    """The units, with what is usual for the day's others where a product had run out and nobody could refill it."""
    counts = units.to_numpy(dtype=float)
    others = counts.sum(axis=1, keepdims=True) - counts
    usual = np.where(ran_out, 0.0, counts).sum(axis=0) / np.maximum(np.where(ran_out, 0.0, others).sum(axis=0), 1e-12)
    return units.mask(ran_out, others * usual)


def _of(parameters: Parameters, picked: Any) -> Parameters:
    """What was learned of some of the products, whose shares are of these alone."""
    if picked.all():
        return parameters
    shares = parameters["shares"][picked]
    alone = {"products": parameters["products"][picked], "shares": shares / max(float(shares.sum()), 1e-12)}
    return {**parameters, **alone, "dispersion": parameters["dispersion"][picked]}


def _by_day(products: "DataFrame") -> "DataFrame":
    """Units by day (rows, in order) and product; zero where a product was not found on a day of checks."""
    import pandas as pd

    # As pivot_table does, in a tenth of its time: training scores hundreds of days.
    days, row = np.unique(products["day"].to_numpy(), return_inverse=True)
    numbers, column = np.unique(products["product_id"].to_numpy(), return_inverse=True)
    units = products["units"].to_numpy(dtype=float)
    cells = np.bincount(
        row * len(numbers) + column, np.where(np.isnan(units), 0.0, units), minlength=len(days) * len(numbers)
    )
    return pd.DataFrame(cells.reshape(len(days), len(numbers)), index=days, columns=numbers)


def _shares(units: "DataFrame") -> Any:
    """Median over weeks of each product's share of the week's units, scaled to sum to 1; 0 where no week has enough."""
    weekly = units.groupby((units.index - units.index.min()) // 7).sum()
    weekly = weekly[weekly.sum(axis=1) >= LEAST_DAY_TOTAL]
    shares = np.nan_to_num(weekly.div(weekly.sum(axis=1), axis=0).median(axis=0).to_numpy())
    return shares / max(float(shares.sum()), 1e-12)


def _shares_by_day(units: "DataFrame") -> Any:
    """Days x products: each product's usual share; where its demand has shifted, that of before and of since."""
    shares = np.tile(_shares(units), (len(units), 1))
    counts, means = _counts_and_means(units.to_numpy(), shares)
    others = counts.sum(axis=1, keepdims=True) - counts
    change = level_shift.since(counts, others, float(np.median(_dispersion(counts, means))))
    for day in np.unique(change[change > 0]):
        changed = change == day
        shares[:day, changed] = _shares(units.iloc[:day])[changed]
        shares[day:, changed] = _shares(units.iloc[day:])[changed]
    return shares


def _counts_and_means(counts: Any, shares: Any) -> tuple[Any, Any]:
    """Units found, and expected from the others' units of the same day; both days x products."""
    share = np.clip(shares, 0.0, 0.9)
    return counts, (counts.sum(axis=1, keepdims=True) - counts) * share / (1 - share)


def _dispersion(counts: Any, means: Any) -> Any:
    """Each product's over-dispersion, shrunk half-way to the hotel's median, so that a thin product borrows it."""
    valid = (counts.sum(axis=1) >= LEAST_DAY_TOTAL)[:, None] & (means > 0)
    own = np.array(
        [
            negative_binomial.over_dispersion(counts[valid[:, p], p], means[valid[:, p], p])
            if valid[:, p].any()
            else np.nan
            for p in range(counts.shape[1])
        ]
    )
    middle = float(np.nanmedian(own)) if np.isfinite(own).any() else 0.05
    return 0.5 * np.where(np.isfinite(own), own, middle) + 0.5 * middle


def _strangeness(counts: Any, means: Any, dispersion: Any) -> Any:
    size = 1.0 / np.maximum(dispersion, 1e-6)
    means = np.maximum(means, 1e-6)
    tail = np.minimum(
        negative_binomial.upper_tail(counts, means, size), negative_binomial.lower_tail(counts, means, size)
    )
    return -np.log(np.minimum(2 * tail, 1.0))


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    reason = "product_high" if row["value"] > row["expected"] else "product_low"
    return Finding(
        type="consumption_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="product",
        entity_id=int(row["entity_id"]),
        metric="product_consumption",
        occurred_on=moment.date,
        reason=reason,
        severity=severity_of("consumption_anomaly", reason, abs(row["value"] - row["expected"])),
        detector=ProductDemand.spec.name,
        value=float(row["value"]),
        expected=round(float(row["expected"]), 1),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        score=round(float(row["score"]), 3),
        facts={"share_percent": round(100 * float(row["share"]), 1), "others_units": float(row["others"])},
    )
