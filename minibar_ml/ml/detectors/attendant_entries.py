"""Attendants who enter something at far fewer, or far more, checks of used rooms than is usual in the hotel."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import AlertType, severity_of
from minibar_ml.ml.attendants.deviations import WINDOWS
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = ("entity_id", "value", "expected", "lower", "upper", "score", "since", "checks", "is_low")


class AttendantEntries:
    """A rule: `believed` has compared the checks, before it left out those that are not believed."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="attendant_entries",
        metric="refill_duration",
        types=("attendant_silence", "attendant_excess"),
        reasons={"few_entries": None, "many_entries": None},
        reads={"rooms": max(WINDOWS)},
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row an attendant who deviates and was at work; `value` and `expected` are checks with an entry."""
        import numpy as np
        import pandas as pd

        rows = [
            (one.attendant_id, one.entries, one.expected, np.nan, np.nan, np.nan, one.since, one.checks, one.is_low)
            for one in frames.deviations
            if one.attendant_id in frames.present
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """All of them."""
        return [_finding(row, moment) for row in scores.to_dict("records")]


def _finding(row: Any, moment: Moment) -> Finding:
    entries, expected = int(row["value"]), float(row["expected"])
    kind: AlertType = "attendant_silence" if row["is_low"] else "attendant_excess"
    reason = "few_entries" if row["is_low"] else "many_entries"
    return Finding(
        type=kind,
        hotel_id=moment.hotel_id,
        entity_type="attendant",
        entity_id=int(row["entity_id"]),
        metric="refill_duration",
        occurred_on=moment.date,
        reason=reason,
        severity=severity_of(kind, reason),
        detector=AttendantEntries.spec.name,
        value=float(entries),
        expected=round(expected, 1),
        facts={
            "compared_since": date.fromordinal(int(row["since"])).isoformat(),
            "visits": int(row["checks"]),
            "entries": entries,
            "expected_entries": round(expected),
        },
    )
