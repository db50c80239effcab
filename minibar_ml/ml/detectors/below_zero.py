"""Products whose ledger falls below zero: what cannot be must be a wrong entry."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames

if TYPE_CHECKING:
    from pandas import DataFrame


class BelowZero:
    """A rule: the last level of the day is negative. Found every day until an entry corrects it."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="below_zero",
        metric="stock_level",
        types=("stock_anomaly",),
        reasons={"stock_negative": "goods"},
        reads={"levels": LOOK_BACK_DAYS},
        is_state=True,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a product that is below zero; `since` is the day on which it fell, `moved_on` of its last entry."""
        import pandas as pd

        levels = frames.levels.dropna(subset="level").sort_values(["product_id", "at"], kind="stable")
        place = pd.Series(range(len(levels)), index=levels.index)
        last_fine = place.where(levels["level"] >= 0, -1).groupby(levels["product_id"]).transform("max")
        since = levels[place > last_fine].groupby("product_id")["day"].min()
        last = levels.drop_duplicates("product_id", keep="last").set_index("product_id")
        found = last[last["level"] < 0].assign(since=since)
        found = found.assign(expected=0.0, lower=0.0, upper=float("nan"), score=float("nan"))
        found = found.rename(columns={"level": "value", "day": "moved_on"}).rename_axis("entity_id").reset_index()
        return found[["entity_id", "value", "expected", "lower", "upper", "score", "since", "moved_on"]]

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every one of them."""
        return [_finding(row, moment) for row in scores.to_dict("records")]


def _finding(row: Any, moment: Moment) -> Finding:
    return Finding(
        type="stock_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="product",
        entity_id=int(row["entity_id"]),
        metric="stock_level",
        occurred_on=date.fromordinal(int(row["since"])),
        reason="stock_negative",
        severity=severity_of("stock_anomaly", "stock_negative"),
        detector=BelowZero.spec.name,
        value=float(row["value"]),
        expected=0.0,
        lower=0.0,
        facts={"moved_on": date.fromordinal(int(row["moved_on"])).isoformat()},
    )
