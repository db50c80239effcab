"""Guests' refill requests that are kept waiting."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames

if TYPE_CHECKING:
    from pandas import DataFrame

PATIENCE_MINUTES = 30.0


class Unanswered:
    """A rule: 30 minutes of waiting, counted to the as-of instant while a request is open."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="unanswered",
        metric="request_response",
        types=("unanswered_request",),
        reasons={"waiting": None},
        reads={"requests": LOOK_BACK_DAYS},
        is_state=True,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """A rule learns nothing."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a request of the day, or of an earlier day that was still open when the day began.

        `value` is minutes waited. A request that was completed only after the as-of instant was open then. One that
        nobody closed is over when its subject is: `collect` says by what.
        """
        requests = _with_ends(frames)
        due = (requests["day"] == moment.day) | (requests["ends_at"] > moment.starts_at.timestamp())
        return self._scored(requests[due], moment)

    def _scored(self, requests: "DataFrame", moment: Moment) -> "DataFrame":
        as_of = moment.as_of.timestamp()
        found = requests[requests["at"] <= as_of]
        completed = found["ends_at"] <= as_of
        waited = (found["ends_at"].where(completed, as_of) - found["at"]) / 60
        found = found.assign(entity_id=found["room_id"], value=waited, completed=completed, score=np.nan)
        found = found.assign(expected=np.nan, lower=0.0, upper=PATIENCE_MINUTES)
        found["checked"] = found["checked"].where(found["at"] + 60 * found["checked"] <= as_of)
        columns = ["entity_id", "value", "expected", "lower", "upper", "score", "day", "at", "ends_at", "completed"]
        return found[[*columns, "ended_by", "unlisted", "checked", "decided"]]

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """The longest wait of each room and day, from half an hour on; who still waits comes before who was served.

        What a person has decided about one request says nothing of another that still waits.
        """
        late = scores[scores["value"] >= PATIENCE_MINUTES]
        decided = late["decided"].astype(bool)
        waiting = late["entity_id"][~decided & ~late["completed"].astype(bool)]
        late = late[~(decided & late["entity_id"].isin(waiting))]
        late = late.sort_values(["completed", "value", "at"], ascending=[True, False, True])
        worst = late.drop_duplicates(["entity_id", "day"]).sort_values(["at", "entity_id"])
        return [_finding(row, moment) for row in worst.to_dict("records")]


def ended_before(frames: Frames, moment: Moment, waiting: Mapping[int, str]) -> list[Finding]:
    """How requests ended that were over when the day began; `waiting`: by room, when one was made (ISO 8601).

    One that today's records show answered in time was none, and is not among them.
    """
    requests = _with_ends(frames)
    made_at = {room: datetime.fromisoformat(at).timestamp() for room, at in waiting.items()}
    is_asked = (requests["room_id"].map(made_at) - requests["at"]).abs() < 1
    over = Unanswered()._scored(requests[is_asked & (requests["ends_at"] <= moment.starts_at.timestamp())], moment)
    return [_finding(row, moment) for row in over[over["value"] >= PATIENCE_MINUTES].to_dict("records")]


def _with_ends(frames: Frames) -> "DataFrame":
    requests = frames.requests.dropna(subset="at")
    ends_at = (requests["at"] + 60 * requests["minutes"]).where(~requests["open"].astype(bool), np.inf)
    # an unknown end does not close a request
    return requests.assign(ends_at=ends_at.fillna(np.inf))


def _finding(row: Any, moment: Moment) -> Finding:
    waited = float(row["value"])
    requested_at = datetime.fromtimestamp(row["at"], tz=UTC)
    completed = bool(row["completed"])
    checked = None if completed or isnan(row["checked"]) else round(float(row["checked"]), 1)
    return Finding(
        type="unanswered_request",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="request_response",
        occurred_on=date.fromordinal(int(row["day"])),
        reason="waiting",
        # Somebody came: what is left to find out is whether the guest got what was asked for.
        severity=severity_of("unanswered_request", "waiting", waited if checked is None else 0.0),
        detector=Unanswered.spec.name,
        value=round(waited, 1),
        expected=PATIENCE_MINUTES,
        upper=PATIENCE_MINUTES,
        facts={
            "requested_at": requested_at.isoformat(),
            "completed": completed,
            **({"ended_by": row["ended_by"]} if completed and row["ended_by"] else {}),
            **({"unlisted": True} if row.get("unlisted") else {}),
            **({"checked_after": checked} if checked is not None else {}),
        },
        raised_at=min(requested_at + timedelta(minutes=PATIENCE_MINUTES), moment.as_of),
        settled_at=datetime.fromtimestamp(row["ends_at"], tz=UTC) if completed else None,
    )
