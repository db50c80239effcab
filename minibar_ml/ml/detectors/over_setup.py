"""Rooms for which more than twice what the minibar holds of a product was entered: typed wrong, or not put there."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import OVER_SETUP, severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import CERTAIN, Frames

if TYPE_CHECKING:
    from pandas import DataFrame


class OverSetup:
    """A rule: whatever guests take, a refill that the minibar has no room for was not made as it stands on record.

    `collect` knows what a room of each type holds, and leaves out setups that are not what is in the rooms (its
    `entries.sql`); extras stand beside the setup and are not compared with it.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="over_setup",
        metric="room_consumption",
        types=("consumption_anomaly",),
        reasons={OVER_SETUP: "found"},
        reads={"rooms": 0, "vacant": 0},
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room with units that it cannot hold; a room without guests has an alert of its own."""
        rooms, vacant = frames.rooms, frames.vacant
        of_day = vacant[(vacant["day"] == moment.day) & (vacant["evidence"] == CERTAIN) & (vacant["units"] > 0)]
        is_over = (rooms["day"] == moment.day) & (rooms["beyond"] > 0) & ~rooms["room_id"].isin(of_day["room_id"])
        found = rooms[is_over].reset_index(drop=True)
        return found.assign(
            entity_id=found["room_id"], value=found["units"], expected=np.nan, lower=np.nan, upper=np.nan, score=np.nan
        )

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every room with so many units too many that it is not a bottle beside the setup."""
        picked = scores[scores["beyond"] >= limits.consumption_floor]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _finding(row: Any, moment: Moment) -> Finding:
    return Finding(
        type="consumption_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="room_consumption",
        occurred_on=date.fromordinal(int(row["day"])),
        reason=OVER_SETUP,
        severity=severity_of("consumption_anomaly", OVER_SETUP, float(row["beyond"])),
        detector=OverSetup.spec.name,
        value=float(row["value"]),
        facts={"room_type": row["room_type"]},
    )
