"""Products whose stock lasts only days more, at the pace the rooms use them."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.forecasting.frames import factor_of, forecast_stock, stock_of
from minibar_ml.ml.forecasting.model import WINDOW_DAYS
from minibar_ml.ml.forecasting.orders import OnOrder, last_days, quantities, terms
from minibar_ml.ml.frames import LOOK_BACK_DAYS, UNKNOWN_DAY, Frames, no_orders
from minibar_ml.ml.stats.panels import Floats, Ints

if TYPE_CHECKING:
    from pandas import DataFrame

LOW_DAYS = 7.0
LONGEST_RUN_DAYS = 30


class Depletion:
    """The forecast's P50 of days left, with P10 and P90, what to order and by when.

    See `minibar_ml/ml/forecasting/model.py` for how the forecast is made.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="depletion",
        metric="stock_days_left",
        types=("stock_depletion",),
        reasons={"depletion": None},
        reads={
            "products": LOOK_BACK_DAYS,
            "levels": LOOK_BACK_DAYS,
            "floor": LOOK_BACK_DAYS,
            "reservations": LOOK_BACK_DAYS,
            "orders": LOOK_BACK_DAYS,
        },
        is_state=True,
        explained_by={"depletion": ("stock_negative",)},
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing; the forecast learns from the days that `score` sees."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a product whose use is known: days left (`value`), P10 and P90, and since when they are low."""
        import pandas as pd

        stock = stock_of(frames, moment.day - WINDOW_DAYS, moment.day + 1)
        # of a running day the use is not all there yet, but the level is
        factor = None if moment.is_complete else factor_of(frames, moment.day)
        made = forecast_stock(stock, moment.day, is_complete=moment.is_complete, factor=factor)
        outlook = made.outlook
        # of a past day it is not on record what was still to come then
        coming = made.on_order(frames if not moment.is_complete else replace(frames, orders=no_orders()))
        found = pd.DataFrame(
            {
                "entity_id": made.products,
                "value": outlook.days,
                "expected": np.nan,
                "lower": outlook.earliest,
                "upper": outlook.latest,
                "score": np.nan,
                "level": made.level,
                "floor": made.floor,
                "daily_units": outlook.daily,
                "dispersion": outlook.dispersion,
                "high": made.high(),
                "first": made.first,
                "ordered": coming.units,
                "due_on": coming.due_on,
                "since": moment.day + 1 - np.maximum(_run(_low(stock.known_on(moment.day).levels, outlook.after)), 1),
            }
        )
        return found[outlook.known]

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Products with seven days or fewer left, and their orders."""
        low = scores[scores["value"] <= LOW_DAYS]
        if not len(low):
            return []
        products = low["entity_id"].to_numpy(dtype=np.int64)
        level, daily, dispersion = (low[name].to_numpy(dtype=float) for name in ("level", "daily_units", "dispersion"))
        earliest, first, supplies = low["lower"].to_numpy(dtype=float), int(low["first"].iloc[0]), limits.supplies
        coming = OnOrder(low["ordered"].to_numpy(dtype=float), low["due_on"].to_numpy(dtype=np.int64))
        stock = np.maximum(level, 0.0) + coming.units
        order = quantities(products, stock, daily, dispersion, float(low["high"].iloc[0]), supplies)
        found = {
            "order": order,
            "order_by": last_days(products, earliest, first, supplies),
            "lead": terms(products, supplies)[0],
            "is_covered": coming.comes_in_time(earliest, first) & (order == 0),
        }
        rows = low.assign(**found).to_dict("records")
        return [_finding(row, moment) for row in rows]


def _low(levels: Floats, after: Floats) -> Any:
    """Days that ended with seven days' use or less; the running day is held against the rate of the day before."""
    known = levels[:, -after.shape[1] :]
    return known / np.maximum(after, 1e-9) <= LOW_DAYS


def _run(low: Any) -> Ints:
    """Days at the end of each row that are low without a break, 30 at most."""
    recent = low[:, -LONGEST_RUN_DAYS:][:, ::-1]
    return np.asarray(np.where(recent.all(axis=1), recent.shape[1], np.argmin(recent, axis=1)))


def _finding(row: Any, moment: Moment) -> Finding:
    left, first = float(row["value"]), int(row["first"])
    order = {
        "order_quantity": int(row["order"]),
        "order_by": date.fromordinal(int(row["order_by"])).isoformat(),
        "lead_days": int(row["lead"]),
    }
    return Finding(
        type="stock_depletion",
        hotel_id=moment.hotel_id,
        entity_type="product",
        entity_id=int(row["entity_id"]),
        metric="stock_days_left",
        occurred_on=date.fromordinal(int(row["since"])),
        reason="depletion",
        # A delivery that is due before the stock may be gone needs watching, not ordering.
        severity="low"
        if row["is_covered"]
        else severity_of(
            "stock_depletion",
            "depletion",
            days=round(left, 1),
            due=int(row["order_by"]) - first if row["order"] else None,
        ),
        detector=Depletion.spec.name,
        value=round(left, 1),
        lower=round(float(row["lower"]), 1),
        upper=round(float(row["upper"]), 1),
        facts={
            "level": float(row["level"]),
            "daily_units": round(float(row["daily_units"]), 1),
            "p10": round(float(row["lower"]), 1),
            "p90": round(float(row["upper"]), 1),
            "empty_on": date.fromordinal(first + int(left)).isoformat(),
            **_in_stores(row),
            **(order if order["order_quantity"] else {}),
            **_on_order(row),
        },
    )


def _in_stores(row: Any) -> dict[str, float]:
    """What of the stock is in which store, where the floor store holds some of it."""
    floor, level = float(row["floor"]), float(row["level"])
    return {"depot_units": level - floor, "floor_units": floor} if floor > 0 else {}


def _on_order(row: Any) -> dict[str, Any]:
    """Units on order and when they are due, as far as that is known."""
    if row["ordered"] <= 0:
        return {}
    due = int(row["due_on"])
    dated = {"due_on": date.fromordinal(due).isoformat()} if due != UNKNOWN_DAY else {}
    return {"ordered_units": float(row["ordered"]), **dated}
