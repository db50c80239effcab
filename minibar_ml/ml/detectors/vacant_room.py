"""Units gone from a room without guests: for certain by the stays' hours, or where something else may explain it."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import AFTER_FIRST_CHECK, CERTAIN, Frames

if TYPE_CHECKING:
    from pandas import DataFrame, Series

PRIOR_CHECKS, PRIOR_RATE = 50.0, 0.01
RATIO_PRIOR, GUESTS_RATIO, OVERLOOKED_RATIO, GREATEST_RATIO = 20.0, 0.3, 0.15, 0.6
SPAN_HOURS = 1
REASONS = ("vacant", "after_departure", "before_arrival", "around_departure", "after_first_check", "rejected_rows")
"""By how the vacancy is known; see frames.CERTAIN and those after it."""


class VacantRoom:
    """Certain vacancy is a rule: `collect` has done the reasoning (sql/queries/collect.sql), any unit is an alert.

    Between a check on the departure day and the next one a guest may still have been in the room, and so before an
    arrival of unknown hour; a guest may be on no list where rows were rejected; and the first check after a guest may
    have overlooked what the second finds. How often such a time leaves something missing is learned from the hotel's
    own weeks before the scored day; how much rarer more products are, from two against one: guests who leave late may
    take several, who overlooks, overlooks one.
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
            tests=_tests(frames, before, moment), earlier=earlier(found, vacant),
        )  # fmt: skip

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every certain row; of the others those beyond their share of the budget."""
        allowance = self.spec.share * limits.budget * limits.threshold_multiplier.get(self.spec.name, 1.0) / 1000.0
        least = -np.log(allowance / np.maximum(scores["tests"], 1e-6))
        picked = scores[scores["score"].isna() | (scores["score"] >= least)]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def surprise(found: "DataFrame", before: "DataFrame") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """-ln of the probability of so many products or more, by the uncertain times of the days before.

    The rate of finds is that of checks of such evidence and of about that hour, shrunk to that of the other hours, and
    this to a small prior. How many products are found is geometric, but where guests may have taken them no rarer than
    the rule of succession allows (Laplace 1814): one in as many times as were seen, and two. Units of one product count
    once: an attendant who overlooked it overlooked them all.
    """
    tails = [_tail(row, before[before["evidence"] == row["evidence"]]) for row in found.to_dict("records")]
    return np.asarray(-np.log(np.clip(np.asarray(tails, dtype=float), 1e-30, 1.0)))


def _tail(row: Mapping[Any, Any], alike: "DataFrame") -> float:
    products, near = alike["products_found"], (alike["check_hour"] - row["check_hour"]).abs() <= SPAN_HOURS
    rate = _rate(products[near] > 0, _rate(products[~near] > 0, PRIOR_RATE))
    usual = OVERLOOKED_RATIO if row["evidence"] == AFTER_FIRST_CHECK else GUESTS_RATIO
    ones, twos = int((products == 1).sum()), int((products == 2).sum())
    ratio = min((twos + RATIO_PRIOR * usual) / (ones + RATIO_PRIOR), GREATEST_RATIO)
    tail = float(rate * ratio ** max(float(row["products_found"]) - 1, 0))
    return tail if row["evidence"] == AFTER_FIRST_CHECK else max(tail, 1.0 / (len(alike) + 2))


def _rate(finds: "Series[bool]", prior: float) -> float:
    return float((finds.sum() + PRIOR_CHECKS * prior) / (len(finds) + PRIOR_CHECKS))


def earlier(found: "DataFrame", vacant: "DataFrame") -> "Series[Any]":
    """What was certainly missing from each of these rooms on the days before, the latest first."""
    import pandas as pd

    certain = vacant[(vacant["evidence"] == CERTAIN) & (vacant["units"] > 0)].sort_values("day", ascending=False)
    listed: dict[int, list[tuple[int, float]]] = {}
    for room, day, units in zip(certain["room_id"], certain["day"], certain["units"], strict=True):
        listed.setdefault(int(room), []).append((int(day), float(units)))
    days = [
        [{"on": _iso(on), "units": units} for on, units in listed.get(int(room), ()) if on < day]
        for room, day in zip(found["room_id"], found["day"], strict=True)
    ]
    return pd.Series(days, index=found.index, dtype=object)


def _tests(frames: Frames, before: "DataFrame", moment: Moment) -> float:
    """Uncertain times a room that was checked and day, of the days before; one where there were none."""
    rooms = frames.rooms
    checked = int((rooms["day"] < moment.day).sum()) if len(before) else 0
    return len(before) / checked if checked else 1.0


def _iso(day: int) -> str:
    return date.fromordinal(int(day)).isoformat()


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    is_certain, reason = int(row["evidence"]) == CERTAIN, REASONS[int(row["evidence"])]
    facts: dict[str, Any] = {"previous_on": _iso(row["previous_on"])}
    if row["earlier"]:
        facts["earlier"] = row["earlier"]
    return Finding(
        type="vacant_consumption",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="vacant_consumption",
        occurred_on=moment.date,
        reason=reason,
        severity=severity_of("vacant_consumption", reason, float(row["units"])),
        detector=VacantRoom.spec.name,
        value=float(row["value"]),
        expected=0.0,
        lower=0.0,
        upper=0.0,
        score=None if is_certain else round(float(row["score"]), 3),
        facts=facts,
    )
