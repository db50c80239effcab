"""A hotel whose visits have stopped coming in: without data, no alert would mean nothing."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames

if TYPE_CHECKING:
    from pandas import DataFrame

WATCHED_DAYS, LEAST_DAYS = 28, 20
SILENT_DAYS = 2


class Stale:
    """A rule: a hotel with checks on 20 of 28 days before has had none for two whole days.

    As a silence goes on past a month, fewer of the days before it are looked at; the share that must have had checks
    stays. An alert that was raised ends with data, not with the days that are looked at.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="stale",
        metric="room_consumption",
        types=("data_stale",),
        reasons={"stale": None},
        reads={"rooms": LOOK_BACK_DAYS},
        is_state=True,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule has nothing to learn."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row for a hotel that used to be checked: days without a check, today not counted."""
        import pandas as pd

        days = np.unique(frames.rooms["day"].to_numpy(dtype=int))
        last = int(days.max()) if len(days) else moment.day
        watched = min(WATCHED_DAYS, LOOK_BACK_DAYS - (moment.day - last))
        before = int(np.sum((days <= last) & (days > last - watched)))
        is_watched = len(days) > 0 and WATCHED_DAYS * before >= LEAST_DAYS * watched > 0
        silent = moment.day - last - (0 if moment.is_complete else 1)
        row = {"entity_id": moment.hotel_id, "value": silent, "expected": 0.0, "lower": 0.0, "upper": 1.0}
        return pd.DataFrame(
            [row | {"score": np.nan, "last": last}] if is_watched else [], columns=[*row, "score", "last"]
        )

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Two whole days or more; occurred on the first day without a check, so that one silence is one alert."""
        return [
            Finding(
                type="data_stale",
                hotel_id=moment.hotel_id,
                entity_type="hotel",
                entity_id=moment.hotel_id,
                metric="room_consumption",
                occurred_on=moment.date.fromordinal(int(row["last"]) + 1),
                reason="stale",
                severity=severity_of("data_stale", "stale"),
                detector=self.spec.name,
                value=24.0 * int(row["value"]),
                upper=24.0 * SILENT_DAYS,
                facts={"last_at": moment.date.fromordinal(int(row["last"])).isoformat()},
            )
            for row in scores[scores["value"] >= SILENT_DAYS].to_dict("records")
        ]
