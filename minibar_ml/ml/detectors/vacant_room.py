"""Units gone from a room in which no guest can have been: a rule, decided by the stays' own times."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minibar_ml.domain.alerts import Finding
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames

if TYPE_CHECKING:
    from pandas import DataFrame


class VacantRoom:
    """`collect` has done the reasoning (see sql/queries/collect.sql); any unit found is an alert."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="vacant_room",
        metric="vacant_consumption",
        types=("vacant_consumption",),
        reasons={"vacant": "found"},
        reads={"vacant": 0},
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule has nothing to learn."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room in which something was found; a rule has no probability, so the score is NaN."""
        vacant = frames.vacant
        found = vacant[(vacant["day"] == moment.day) & (vacant["units"] > 0)].reset_index(drop=True)
        return found.assign(
            entity_id=found["room_id"], value=found["units"], expected=0.0, lower=0.0, upper=0.0, score=np.nan
        )

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every row, critical."""
        return [
            Finding(
                type="vacant_consumption",
                hotel_id=moment.hotel_id,
                entity_type="room",
                entity_id=int(row["entity_id"]),
                metric="vacant_consumption",
                occurred_on=moment.date,
                reason="vacant",
                severity="critical",
                detector=self.spec.name,
                value=float(row["value"]),
                expected=0.0,
                lower=0.0,
                upper=0.0,
                facts={"previous_on": moment.date.fromordinal(int(row["previous_on"])).isoformat()},
            )
            for row in scores.to_dict("records")
        ]
