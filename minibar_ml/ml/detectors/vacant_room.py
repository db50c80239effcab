"""Units gone from a room without guests: certain by the stays' own times, or likely where an hour is not on record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerts import Finding
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import CERTAIN, Frames

if TYPE_CHECKING:
    from pandas import DataFrame

PRIOR_CHECKS, PRIOR_RATE = 50.0, 0.005
RATIO_PRIOR, USUAL_RATIO, GREATEST_RATIO = 6.0, 0.4, 0.7
SPAN_HOURS = 2
REASONS = ("vacant", "after_departure", "before_arrival")
"""By how the vacancy is known; see frames.CERTAIN and those after it."""


class VacantRoom:
    """Certain vacancy is a rule: `collect` has done the reasoning (sql/queries/collect.sql), any unit is an alert.

    Between a check on the departure day and the next one a guest may still have been in the room, and so before an
    arrival of unknown hour. How often such a time leaves a unit or two missing is learned from the hotel's own weeks
    before the scored day; how much rarer more units are, from two against one: guests who leave take one, thieves take
    more, and a few thefts in the past must not teach that they are usual.
    """

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="vacant_room",
        metric="vacant_consumption",
        types=("vacant_consumption",),
        reasons=dict.fromkeys(REASONS, "found"),
        reads={"vacant": 28, "rooms": 28},
        # For what is only likely; it is part of what the detectors that learn leave for rules.
        share=0.05,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Nothing to store: what is learned comes with the frames that are scored."""
        return {}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room in which something was found.

        `score` is -ln of the probability that guests took so much, NaN where nobody can have been there; `tests` is how
        many uncertain times are tested a room and day.
        """
        vacant = frames.vacant
        found = vacant[(vacant["day"] == moment.day) & (vacant["units"] > 0)].reset_index(drop=True)
        before = vacant[(vacant["day"] < moment.day) & (vacant["evidence"] != CERTAIN)]
        score = np.where(found["evidence"] == CERTAIN, np.nan, surprise(found, before))
        return found.assign(
            entity_id=found["room_id"], value=found["units"], expected=0.0, lower=0.0, upper=0.0, score=score,
            tests=_tests(frames, before, moment),
        )  # fmt: skip

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every certain row, critical; of the others those beyond their share of the budget."""
        allowance = self.spec.share * limits.budget * limits.threshold_multiplier.get(self.spec.name, 1.0) / 1000.0
        least = -np.log(allowance / np.maximum(scores["tests"], 1e-6))
        picked = scores[scores["score"].isna() | (scores["score"] >= least)]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def surprise(found: "DataFrame", before: "DataFrame") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """-ln of the probability of so many units or more, by the uncertain times of the days before.

    The rate of one or two units is pooled by evidence and shrunk to a small prior; where checks of about that hour show
    more, it is theirs, shrunk to the pooled one. Sizes are geometric.
    """
    few = before["units"].between(1, 2)
    ones, twos = (int((before["units"] == size).sum()) for size in (1, 2))
    ratio = min((twos + RATIO_PRIOR * USUAL_RATIO) / (ones + RATIO_PRIOR), GREATEST_RATIO)
    rates = []
    for evidence, hour in zip(found["evidence"], found["check_hour"], strict=True):
        alike = before["evidence"] == evidence
        pooled = (few[alike].sum() + PRIOR_CHECKS * PRIOR_RATE) / (alike.sum() + PRIOR_CHECKS)
        near = alike & ((before["check_hour"] - hour).abs() < SPAN_HOURS)
        rates.append(max(pooled, (few[near].sum() + PRIOR_CHECKS * pooled) / (near.sum() + PRIOR_CHECKS)))
    sizes = found["units"].to_numpy(dtype=float)
    tail = np.asarray(rates, dtype=float) * ratio ** np.maximum(sizes - 1, 0)
    return np.asarray(-np.log(np.clip(tail, 1e-30, 1.0)))


def _tests(frames: Frames, before: "DataFrame", moment: Moment) -> float:
    """Uncertain times a room that was checked and day, of the days before; one where there were none."""
    rooms = frames.rooms
    checked = int((rooms["day"] < moment.day).sum()) if len(before) else 0
    return len(before) / checked if checked else 1.0


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    is_certain = int(row["evidence"]) == CERTAIN
    facts: dict[str, Any] = {"previous_on": moment.date.fromordinal(int(row["previous_on"])).isoformat()}
    return Finding(
        type="vacant_consumption",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="vacant_consumption",
        occurred_on=moment.date,
        reason=REASONS[int(row["evidence"])],
        severity="critical" if is_certain else "high",
        detector=VacantRoom.spec.name,
        value=float(row["value"]),
        expected=0.0,
        lower=0.0,
        upper=0.0,
        score=None if is_certain else round(float(row["score"]), 3),
        facts=facts,
    )
