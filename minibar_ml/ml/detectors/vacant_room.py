"""Units gone from a room without guests: for certain by the stays' hours, or where something else may explain it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import (
    AFTER_DEPARTURE,
    AROUND_DEPARTURE,
    BEFORE_ARRIVAL,
    BEFORE_DEPARTURE,
    CERTAIN,
    MISSING_LIST,
    REJECTED_ROWS,
    Frames,
)
from minibar_ml.ml.rooms import one_night

if TYPE_CHECKING:
    from pandas import DataFrame, Series

PRIOR_CHECKS, PRIOR_RATE = 50.0, 0.04
RATIO_PRIOR, USUAL_RATIO, GREATEST_RATIO = 20.0, 0.15, 0.6
GUESTS_SHARE, FALSE_SHARE = 0.07, 0.1
"""Of the times in which a guest may have been there, the share in which one was, at most; and of the finds that are
raised of them, the share that such guests may explain."""
LEAST_TIMES = 150
"""As many such times as a hotel of a hundred rooms has in four weeks: a smaller or a new hotel is held to them, too."""
SPAN_HOURS = 1
PRIOR_FINDS = 2.0
GUESTS_MAY_HAVE_BEEN = (AFTER_DEPARTURE, BEFORE_ARRIVAL, AROUND_DEPARTURE)
"""Evidence against which speaks a guest of the day of departure or arrival."""
UNLISTED = (REJECTED_ROWS, MISSING_LIST)
"""Evidence against which speaks only a guest whom no list has."""
REASONS = (
    "vacant", "after_departure", "before_arrival", "around_departure", "after_first_check", "rejected_rows",
    "missing_list",
)  # fmt: skip
"""By how the vacancy is known; see frames.CERTAIN and those after it."""


class VacantRoom:
    """Certain vacancy is a rule: `collect` has done the reasoning (`metrics.sql`), any unit is an alert.

    Between a check on the departure day and the next one a guest may still have been in the room, or have stayed on
    without a list that says so, and so before an arrival of unknown hour. Such guests take what the hotel's guests take
    in one night; how many there are is learned from the hotel's own weeks, where thieves count too, and never taken for
    more than hotels have. Finds are raised together where they explain few of them.

    A guest may be on no list where rows were rejected or a list is missing; how likely that is, `collect` has worked
    out. And the first check after a guest may have overlooked what the second finds: one product, seldom two.
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

        `score` is -ln of the probability that guests took so much, NaN where nobody can have been there; `explained`,
        where guests may have been there, the share of such finds that they explain; `times`, how many times of other
        evidence there are a checked room and day.
        """
        # A guest who was there for up to an hour more is no rarity: of such finds see `room_consumption`.
        vacant = frames.vacant[frames.vacant["evidence"] != BEFORE_DEPARTURE]
        found = vacant[(vacant["day"] == moment.day) & (vacant["units"] > 0)].reset_index(drop=True)
        before = vacant[(vacant["day"] < moment.day) & (vacant["evidence"] != CERTAIN)]
        guests = frames.rooms[frames.rooms["day"] < moment.day]
        score = np.where(found["evidence"] == CERTAIN, np.nan, surprise(found, before, guests))
        return found.assign(
            entity_id=found["room_id"], value=found["units"], expected=0.0, lower=0.0, upper=0.0, score=score,
            explained=explained(found.assign(score=score), before, guests), times=_times(before, guests),
            earlier=earlier(found, vacant),
        )  # fmt: skip

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Every certain row; of the others those beyond their share of the budget, or of what guests explain."""
        if not len(scores):
            return []
        factor = limits.budget * limits.threshold_multiplier.get(self.spec.name, 1.0)
        least = -np.log(self.spec.share * factor / 1000.0 / scores["times"])
        is_rare = ~scores["evidence"].isin(GUESTS_MAY_HAVE_BEEN) & (scores["score"] >= least)
        is_seldom = scores["explained"] <= FALSE_SHARE * factor
        picked = scores[scores["score"].isna() | is_rare | is_seldom]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def surprise(found: "DataFrame", before: "DataFrame", guests: "DataFrame") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """-ln of the probability of so much or more, by the uncertain times of the days before.

    Guests are measured by units. Of what a check overlooked, units of one product count once: an attendant who
    overlooked it overlooked them all. `guests`: the hotel's room checks of these days.
    """
    takes = one_night.at_least(guests)
    tails = [_tail(row, before[before["evidence"] == row["evidence"]], takes) for row in found.to_dict("records")]
    return np.asarray(-np.log(np.clip(np.asarray(tails, dtype=float), 1e-30, 1.0)))


def explained(found: "DataFrame", before: "DataFrame", guests: "DataFrame") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Of finds as improbable as each or less so, the least share that guests explain; inf for other evidence.

    All times of the days before are tests, together with the day's own finds (Benjamini & Hochberg 1995).
    """
    import pandas as pd

    past = before[before["evidence"].isin(GUESTS_MAY_HAVE_BEEN)]
    mine = np.asarray(found["evidence"].isin(GUESTS_MAY_HAVE_BEEN), dtype=bool)
    both = pd.concat([past[past["products_found"] > 0], found[mine]])
    kinds = both.groupby(["evidence", "check_hour", "units"], as_index=False).size().assign(hidden=0.0)
    seen = np.sort(np.repeat(surprise(kinds, before, guests), kinds["size"]))
    tests = max(len(past) + int(mine.sum()), LEAST_TIMES)
    as_rare = len(seen) - np.searchsorted(seen, seen - 1e-9)
    # What is less probable than finds that guests do not explain, they do not explain either.
    share = np.minimum.accumulate(tests * np.exp(-seen) / as_rare)
    place = np.searchsorted(seen, found["score"].to_numpy(dtype=float)[mine] - 1e-9)
    result = np.full(len(found), np.inf)
    result[mine] = share[place]
    return result


def _tail(row: Mapping[Any, Any], alike: "DataFrame", takes: Callable[[float], float]) -> float:
    of_hidden = float(row["hidden"]) * takes(row["units"])
    if row["evidence"] in GUESTS_MAY_HAVE_BEEN:
        products, near = alike["products_found"], (alike["check_hour"] - row["check_hour"]).abs() <= SPAN_HOURS
        rate = _rate(products[near] > 0, _rate(products[~near] > 0, GUESTS_SHARE * takes(1)))
        return min(rate / takes(1), GUESTS_SHARE) * takes(row["units"])
    if row["evidence"] not in UNLISTED:
        return _overlooked(row, alike) + of_hidden
    # Where such times leave something missing more often than guests so rare can, they are not so rare.
    finds, expected = float((alike["products_found"] > 0).sum()), float(alike["hidden"].sum()) * takes(1)
    return min(of_hidden * max((finds + PRIOR_FINDS) / (expected + PRIOR_FINDS), 1.0), 1.0)


def _overlooked(row: Mapping[Any, Any], alike: "DataFrame") -> float:
    """Of what the check before left: geometric in the number of products, by the times of the days before."""
    products = alike["products_found"]
    ones, twos = int((products == 1).sum()), int((products == 2).sum())
    ratio = min((twos + RATIO_PRIOR * USUAL_RATIO) / (ones + RATIO_PRIOR), GREATEST_RATIO)
    return float(_rate(products > 0, PRIOR_RATE) * ratio ** max(float(row["products_found"]) - 1, 0))


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


def _times(before: "DataFrame", guests: "DataFrame") -> float:
    """A checked room and day: times of evidence that is held to the budget. One more of each than was seen."""
    others = [kind for kind in range(1, len(REASONS)) if kind not in GUESTS_MAY_HAVE_BEEN]
    seen = int(before["evidence"].isin(others).sum())
    return (seen + len(others)) / len(guests) if len(before) and len(guests) else float(len(others))


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
