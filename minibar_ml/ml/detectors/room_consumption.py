"""Rooms in which far more was found consumed than guests, room type, weekday and the stay explain."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.ml.contract import DetectorSpec, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.detectors.vacant_room import REASONS as VACANT_REASONS
from minibar_ml.ml.faults.rooms import grab, untouched_checks
from minibar_ml.ml.frames import CERTAIN, UNKNOWN_DAY, Frames
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.check_scores import first_score, peers_of, score_rows, second_score
from minibar_ml.ml.rooms.predictive import Flags, Predictive, predict
from minibar_ml.ml.rooms.visit_model import LONGEST_STAY_DAYS
from minibar_ml.ml.stats import thresholds
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def _sizeable(scores: "DataFrame", limits: Limits) -> "Series[bool]":
    over = scores["value"] - scores["expected"]
    return (over >= limits.consumption_floor) & (over >= limits.consumption_deviation * scores["expected"])


class RoomConsumption:
    """Upper tail of each check's predictive; see `visit_model` and `predictive` for the model and its sources."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="room_consumption",
        metric="room_consumption",
        types=("consumption_anomaly", "vacant_consumption"),
        reasons={"room_high": "found", "between_guests": "found"},
        reads={"rooms": LONGEST_STAY_DAYS, "vacant": LONGEST_STAY_DAYS},
        learns_from="rooms",
        # Half of what is spent: nowhere else does one more false alert find as many more faults. No more, so that most
        # of its alerts are right.
        share=0.25,
        inject=grab,
        sizeable=_sizeable,
        explained_by={"between_guests": VACANT_REASONS},
        score_untouched=untouched_checks,
    )

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the visit model, and how high scores went in the past."""
        learned = visit_model.of_past(past, min_points)
        if isinstance(learned, TooLittle):
            return learned
        found = visit_model.checks(visit_model.some_rooms(past.rooms), by_guests=learned["by_guests"])
        made = predict(found, learned, special_days=past.calendar.special_days())
        scores = np.maximum(_of_size(made, first_score(made)), _of_size(made.again(), second_score(made)))
        return {**learned, "past": thresholds.history(scores[scores > 0], len(found))}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room checked on the day, and one a check before that these guests' check sheds light on."""
        import pandas as pd

        found = visit_model.checks(frames.rooms, by_guests=parameters["by_guests"])
        made = predict(found, parameters, _of_day(found, moment.day), frames.calendar.special_days())
        new = made.at((made.found["day"] == moment.day).to_numpy())
        known = made.at(made.next_on == moment.day).again()
        peers = peers_of(made.found)
        scored = (score_rows(new, first_score(new), peers), score_rows(known, known.surprise(), peers))
        return _with_vacancy(pd.concat(scored, ignore_index=True), frames.vacant)

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Rooms beyond the budget's threshold, 40 % and 3 units over what was expected (defaults).

        More can only be found as the day goes on, so a running day needs no allowance.
        """
        least = self.spec.threshold(parameters, limits)
        picked = scores[(scores["score"] >= least) & _sizeable(scores, limits)]
        between = _is_between_guests(picked, limits)
        return [
            _between_guests(row, moment) if is_between else _of_guests(row, moment)
            for row, is_between in zip(picked.to_dict("records"), between, strict=True)
        ]


def _of_size(made: Predictive, scores: Floats) -> Floats:
    over = made.found["units"].to_numpy(dtype=float) - made.mean
    return np.where(over >= Limits().consumption_floor, scores, 0.0)


def _of_day(found: "DataFrame", day: int) -> Flags:
    """The checks of the day, and each of these rooms' check before."""
    of_day = (found["day"] == day).to_numpy(dtype=bool)
    room = found["room_id"].to_numpy()
    before = np.zeros(len(found), dtype=bool)
    before[:-1] = of_day[1:] & (room[1:] == room[:-1])
    return np.asarray(of_day | before)


def _with_vacancy(scores: "DataFrame", vacant: "DataFrame") -> "DataFrame":
    """The rows, each with what its day's checks found missing while no guest is on record, but perhaps was there."""
    unsure = vacant.loc[vacant["evidence"] != CERTAIN, ["room_id", "day", "units", "previous_on"]]
    named = unsure.rename(columns={"units": "vacant_units", "previous_on": "vacant_since"})
    return scores.merge(named, "left", ["room_id", "day"]).fillna({"vacant_units": 0.0, "vacant_since": UNKNOWN_DAY})


def _is_between_guests(scores: "DataFrame", limits: Limits) -> "Series[bool]":
    """Whether it is what was missing without guests that is too much: the rest of the day's would be usual."""
    rest = scores["value"] - scores["vacant_units"]
    return (scores["vacant_units"] >= limits.consumption_floor) & (rest <= scores["upper"])


def _of_guests(row: Mapping[Any, Any], moment: Moment) -> Finding:
    return Finding(
        type="consumption_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="room_consumption",
        occurred_on=date.fromordinal(int(row["day"])),
        reason="room_high",
        severity=severity_of("consumption_anomaly", "room_high", row["value"] - row["expected"]),
        detector=RoomConsumption.spec.name,
        value=float(row["value"]),
        expected=round(float(row["expected"]), 2),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        score=round(float(row["score"]), 3),
        facts=_facts(row),
    )


def _between_guests(row: Mapping[Any, Any], moment: Moment) -> Finding:
    """That guests took as much is improbable even had they been there; whether they were is not certain.

    How improbable is not said: the score is of the guests who came, and not of one who had not left yet.
    """
    units = float(row["vacant_units"])
    return replace(
        _of_guests(row, moment),
        type="vacant_consumption",
        metric="vacant_consumption",
        reason="between_guests",
        severity=severity_of("vacant_consumption", "between_guests", units),
        value=units,
        score=None,
        facts={"previous_on": date.fromordinal(int(row["vacant_since"])).isoformat()},
    )


def _facts(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What the expectation comes from; what the guests took later counts only in the second test."""
    facts = {name: int(row[name]) for name in ("guests", "nights") if row[name]} | {"room_type": row["room_type"]}
    # The checks of the stay so far are part of what was expected.
    if row.get("skipped"):
        facts |= {"skipped": int(row["skipped"]), "previous_on": date.fromordinal(int(row["previous_on"])).isoformat()}
        facts["since"] = facts["previous_on"]
    elif UNKNOWN_DAY < (since := int(row["stay_on"] or row["previous_on"])) < row["day"]:
        facts["since"] = date.fromordinal(since).isoformat()
    if not row["known"] and row["previous_on"] > UNKNOWN_DAY:
        facts["gap_days"] = int(row["day"] - row["previous_on"])
    if row["stay_checks"]:
        facts |= {"stay_units": row["stay_units"], "stay_checks": int(row["stay_checks"])}
    if not np.isnan(row["next_units"]):
        facts["next_units"] = row["next_units"]
    if row["peers"]:
        facts |= {"peers": int(row["peers"]), "peers_units": round(float(row["peers_units"]), 2)}
    return facts
