"""Units gone from a room without guests: for certain by the stays' hours, or where something else may explain it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import AFTER_FIRST_CHECK, CERTAIN, MISSING_LIST, REJECTED_ROWS, Frames
from minibar_ml.ml.rooms import one_night

if TYPE_CHECKING:
    from pandas import DataFrame, Series

PRIOR_CHECKS, PRIOR_RATE = 50.0, 0.01
RATIO_PRIOR, GUESTS_RATIO, OVERLOOKED_RATIO, GREATEST_RATIO = 20.0, 0.3, 0.15, 0.6
SPAN_HOURS = 1
PRIOR_FINDS = 2.0
UNLISTED = (REJECTED_ROWS, MISSING_LIST)
"""Evidence against which speaks only a guest whom no list has."""
EVER_RARER = (AFTER_FIRST_CHECK, *UNLISTED)
"""Evidence by which the more products there are, the rarer a find is, however few such times were seen."""
Tests = Mapping[int, tuple[float, float]]
"""By evidence: uncertain times a checked room and day, and the least probability of a find."""
REASONS = (
    "vacant", "after_departure", "before_arrival", "around_departure", "after_first_check", "rejected_rows",
    "missing_list",
)  # fmt: skip
"""By how the vacancy is known; see frames.CERTAIN and those after it."""


class VacantRoom:
    """Certain vacancy is a rule: `collect` has done the reasoning (its `collect.sql`), any unit is an alert.

    Between a check on the departure day and the next one a guest may still have been in the room, and so before an
    arrival of unknown hour; a guest may be on no list where rows were rejected or a list is missing; and the first
    check after a guest may have overlooked what the second finds. How often such a time leaves something missing is
    learned from the hotel's own weeks before the scored day; how much rarer more products are, from two against one:
    guests who leave late may take several, who overlooks, overlooks one. How likely a guest on no list is, `collect`
    has worked out; such a guest takes what the hotel's guests take in one night.
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

        `score` is -ln of the probability that guests took so much, NaN where nobody can have been there; `tests` says
        of each evidence how many such times there are a room and day, and how rare a find can be there at most.
        """
        vacant = frames.vacant
        found = vacant[(vacant["day"] == moment.day) & (vacant["units"] > 0)].reset_index(drop=True)
        before = vacant[(vacant["day"] < moment.day) & (vacant["evidence"] != CERTAIN)]
        guests = frames.rooms[frames.rooms["day"] < moment.day]
        score = np.where(found["evidence"] == CERTAIN, np.nan, surprise(found, before, guests))
        tests: Any = [_tests(frames, before, moment)] * len(found)
        return found.assign(
            entity_id=found["room_id"], value=found["units"], expected=0.0, lower=0.0, upper=0.0, score=score,
            tests=tests, earlier=earlier(found, vacant),
        )  # fmt: skip

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every certain row; of the others those beyond their share of the budget."""
        if not len(scores):
            return []
        allowance = self.spec.share * limits.budget * limits.threshold_multiplier.get(self.spec.name, 1.0) / 1000.0
        least = scores["evidence"].map(_thresholds(scores["tests"].iloc[0], allowance)).fillna(np.inf)
        picked = scores[scores["score"].isna() | (scores["score"] >= least)]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def _thresholds(tests: Tests, allowance: float) -> dict[int, float]:
    """By evidence, the score from which on a find is raised, so that all of them together stay within the allowance.

    Evidence by which no find is ever so rare raises nothing, and takes nothing of what the others may spend.
    """
    together, picked = 0.0, []
    for rarest, times, evidence in sorted((rarest, times, evidence) for evidence, (times, rarest) in tests.items()):
        if rarest * (together + times) > allowance:
            break
        together += times
        picked.append(evidence)
    return dict.fromkeys(picked, -float(np.log(allowance / max(together, 1e-6))))


def surprise(found: "DataFrame", before: "DataFrame", guests: "DataFrame") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """-ln of the probability of so many products or more, by the uncertain times of the days before.

    The rate of finds is that of checks of such evidence and of about that hour, shrunk to that of the other hours, and
    this to a small prior. How many products are found is geometric, but where guests may have taken them no rarer than
    the rule of succession allows (Laplace 1814): one in as many times as were seen, and two. Units of one product count
    once: an attendant who overlooked it overlooked them all. `guests`: the hotel's room checks of these days.
    """
    takes = one_night.at_least(guests)
    tails = [_tail(row, before[before["evidence"] == row["evidence"]], takes) for row in found.to_dict("records")]
    return np.asarray(-np.log(np.clip(np.asarray(tails, dtype=float), 1e-30, 1.0)))


def _tail(row: Mapping[Any, Any], alike: "DataFrame", takes: Callable[[float], float]) -> float:
    of_hidden = float(row["hidden"]) * takes(row["products_found"])
    if row["evidence"] not in UNLISTED:
        return _tail_of_known(row, alike) + of_hidden
    # Where such times leave something missing more often than guests so rare can, they are not so rare.
    finds, expected = float((alike["products_found"] > 0).sum()), float(alike["hidden"].sum()) * takes(1)
    return min(of_hidden * max((finds + PRIOR_FINDS) / (expected + PRIOR_FINDS), 1.0), 1.0)


def _tail_of_known(row: Mapping[Any, Any], alike: "DataFrame") -> float:
    """Of what the guest before or after may have taken, or the check before overlooked."""
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


def _tests(frames: Frames, before: "DataFrame", moment: Moment) -> Tests:
    """Of the days before; one a room where there were none, and one more of each than was seen."""
    rooms = frames.rooms
    checked = int((rooms["day"] < moment.day).sum()) if len(before) else 0
    times = before["evidence"].value_counts()
    found = {evidence: int(times.get(evidence, 0)) for evidence in range(1, len(REASONS))}
    return {
        evidence: ((many + 1) / checked if checked else 1.0, 0.0 if evidence in EVER_RARER else 1.0 / (many + 2))
        for evidence, many in found.items()
    }


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
