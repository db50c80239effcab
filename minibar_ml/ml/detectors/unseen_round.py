"""Checks that were entered one after the other faster than anybody can walk, mostly without consumption."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.domain.metrics import BREAK_MINUTES
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = (
    "entity_id", "value", "expected", "lower", "upper", "score", "checks", "empty", "first", "last", "rooms",
)  # fmt: skip
FASTER = 4.0
"""How many times faster than the hotel's rooms usually are such a run is; sql/queries/collect/unseen.sql goes by it."""


class UnseenRound:
    """A rule: `collect` has found the runs (its `unseen.sql`), since what they say is no check for any metric."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="unseen_round",
        metric="refill_duration",
        types=("unseen_round",),
        reasons={"unseen": None},
        reads={"unseen": 0},
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row an attendant with such a run on the day: its longest; `value` and `expected` are minutes a room.

        `rooms` are the rooms of all the day's runs in which nothing was found.
        """
        import pandas as pd

        today = frames.unseen[frames.unseen["day"] == moment.day]
        rows = [_run(checks) for _, checks in today.groupby("attendant_id")]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every run that is over: while it goes on, what comes next may show that it was walked."""
        is_over = moment.is_complete | (scores["last"] < moment.as_of.timestamp() - 60 * BREAK_MINUTES)
        return [_finding(row, moment) for row in scores[is_over].to_dict("records")]


def _run(checks: "DataFrame") -> dict[str, Any]:
    longest = checks[checks["run"] == checks.groupby("run")["room_id"].count().idxmax()]
    first, last = float(longest["at"].min()), float(longest["at"].max())
    usual = float(longest["usual_minutes"].iloc[0])
    return {
        "entity_id": int(checks["attendant_id"].iloc[0]),
        "value": (last - first) / 60 / max(len(longest) - 1, 1),
        "expected": usual,
        "lower": usual / FASTER,
        "upper": np.nan,
        "score": np.nan,
        "checks": len(longest),
        "empty": int(longest["empty"].sum()),
        "first": first,
        "last": last,
        "rooms": sorted(checks["room_id"][checks["empty"].astype(bool)].unique().tolist()),
    }


def _finding(row: Any, moment: Moment) -> Finding:
    began_at = datetime.fromtimestamp(row["first"], tz=UTC)
    return Finding(
        type="unseen_round",
        hotel_id=moment.hotel_id,
        entity_type="attendant",
        entity_id=int(row["entity_id"]),
        metric="refill_duration",
        occurred_on=moment.date,
        reason="unseen",
        severity=severity_of("unseen_round", "unseen", float(row["checks"])),
        detector=UnseenRound.spec.name,
        value=round(float(row["value"]), 2),
        expected=round(float(row["expected"]), 1),
        lower=round(float(row["lower"]), 2),
        facts={
            "visits": int(row["checks"]),
            "empty_rooms": int(row["empty"]),
            "span_minutes": round((row["last"] - row["first"]) / 60, 1),
            "began_at": began_at.isoformat(),
            "room_ids": row["rooms"],
        },
    )
