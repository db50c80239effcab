"""Rooms in which far more was found consumed than guests, room type, weekday and the stay explain."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minibar_ml.domain.alerts import AlertType, Finding, severity_of
from minibar_ml.domain.metrics import MetricType
from minibar_ml.ml.contract import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import UNKNOWN_DAY, Frames
from minibar_ml.ml.rooms import visit_model
from minibar_ml.ml.rooms.predictive import Flags, Predictive, predict
from minibar_ml.ml.stats import negative_binomial, thresholds
from minibar_ml.ml.stats.negative_binomial import Floats

if TYPE_CHECKING:
    from pandas import DataFrame

CENTRAL = 0.95
FIRST_LOOK = 1.0
"""Nats that a check must be stranger by while its guests' next check is still to come. Looking twice costs nearly
nothing so: on simulated hotels recall at one false alert was .459, against .461 had every alert waited."""
MOST_CHECKS = 200_000
"""Checks of the past that are looked at for how high scores go; more only cost time."""


class RoomConsumption:
    """Upper tail of each check's predictive; see `visit_model` and `predictive` for the model and its sources."""

    name: ClassVar[str] = "room_consumption"
    metric: ClassVar[MetricType] = "room_consumption"
    types: ClassVar[tuple[AlertType, ...]] = ("consumption_anomaly",)

    def fit(self, past: Frames, min_points: int) -> Parameters | TooLittle:
        """Learn the visit model, and how high scores went in the past."""
        learnt = visit_model.fit(past.rooms, min_points, past.calendar.evenings())
        if isinstance(learnt, TooLittle):
            return learnt
        found = visit_model.checks(some_rooms(past.rooms), by_guests=learnt["by_guests"])
        made = predict(found, learnt, evenings=past.calendar.evenings())
        scores = np.maximum(_sizeable(made, first_look(made)), _sizeable(made.again(), _second_look(made)))
        return {**learnt, "past": thresholds.history(scores[scores > 0], len(found))}

    def score(self, frames: Frames, parameters: Parameters, moment: Moment) -> "DataFrame":
        """One row a room checked on the day, and one a check before that these guests' check sheds light on."""
        import pandas as pd

        found = visit_model.checks(frames.rooms, by_guests=parameters["by_guests"])
        made = predict(found, parameters, _of_day(found, moment.day), frames.calendar.evenings())
        new = made.at((made.found["day"] == moment.day).to_numpy())
        known = made.at(made.next_on == moment.day).again()
        peers = _peers(made.found)
        looks = (told(new, first_look(new), peers), told(known, known.surprise(), peers))
        return pd.concat(looks, ignore_index=True)

    def decide(self, scores: "DataFrame", parameters: Parameters, limits: Limits, moment: Moment) -> list[Finding]:
        """Rooms beyond the budget's threshold, 40 % and 3 units over what was expected (defaults).

        More can only be found as the day goes on, so a running day needs no allowance.
        """
        threshold_multiplier = limits.threshold_multiplier.get(self.name, 1.0)
        least = thresholds.threshold(
            thresholds.SHARES[self.name], limits.budget, parameters["past"], threshold_multiplier=threshold_multiplier
        )
        over = scores["value"] - scores["expected"]
        picked = scores[
            (scores["score"] >= least)
            & (over >= limits.consumption_floor)
            & (over >= limits.consumption_deviation * scores["expected"])
        ]
        return [_finding(row, moment) for row in picked.to_dict("records")]


def some_rooms(rooms: "DataFrame") -> "DataFrame":
    """All rooms, or as many as make 200,000 checks; whole rooms, so that runs and stays stay whole."""
    every = -(-len(rooms) // MOST_CHECKS)
    return rooms[rooms["room_id"] % every == 0] if every > 1 else rooms


def first_look(made: Predictive) -> Floats:
    """Surprise at each new check; less a nat where its guests stay on and their next check is to come."""
    return np.maximum(made.surprise() - FIRST_LOOK * (made.found["staying"].to_numpy() > 0), 0.0)


def _second_look(made: Predictive) -> Floats:
    return np.where(made.next_on > UNKNOWN_DAY, made.again().surprise(), 0.0)


def _sizeable(made: Predictive, scores: Floats) -> Floats:
    over = made.found["units"].to_numpy(dtype=float) - made.mean
    return np.where(over >= Limits().consumption_floor, scores, 0.0)


def _of_day(found: "DataFrame", day: int) -> Flags:
    """The checks of the day, and each of these rooms' check before."""
    of_day = (found["day"] == day).to_numpy(dtype=bool)
    room = found["room_id"].to_numpy()
    before = np.zeros(len(found), dtype=bool)
    before[:-1] = of_day[1:] & (room[1:] == room[:-1])
    return np.asarray(of_day | before)


def _peers(found: "DataFrame") -> "DataFrame":
    """Units and number of checks of each day and room type, of rooms that were, or may have been, slept in."""
    slept_in = found[(found["nights"] > 0) | ~found["known"]]
    return slept_in.groupby(["day", "room_type"], observed=True)["units"].agg(["sum", "size"]).reset_index()


def told(made: Predictive, scores: Floats, peers: "DataFrame | None" = None) -> "DataFrame":
    """One row a check, as `score` gives them; `peers` (by default the checks' own) is what others are told from."""
    peers = _peers(made.found) if peers is None else peers
    edges = ((1 - CENTRAL) / 2, (1 + CENTRAL) / 2)
    lower, upper = (negative_binomial.quantile(edge, made.mean, made.spread) for edge in edges)
    alike = made.found[["day", "room_type"]].merge(peers, "left", ["day", "room_type"])
    counted = ((made.found["nights"] > 0) | ~made.found["known"]).to_numpy()
    others = alike["size"].fillna(0).to_numpy() - counted
    their_units = alike["sum"].fillna(0).to_numpy() - np.where(counted, made.found["units"], 0.0)
    return made.found.assign(
        entity_id=made.found["room_id"],
        value=made.found["units"].to_numpy(dtype=float),
        expected=made.mean,
        score=scores,
        lower=lower,
        upper=upper,
        stay_units=made.stay.units,
        stay_checks=made.stay.checks,
        next_units=made.stay.next_units,
        peers=others,
        peers_units=their_units / np.maximum(others, 1),
        x_refill_gap=made.found["refilled"] - made.found["units"],
        x_products=made.found["products_found"],
        x_visits=made.found["visits"],
    )


def _finding(row: Mapping[Any, Any], moment: Moment) -> Finding:
    return Finding(
        type="consumption_anomaly",
        hotel_id=moment.hotel_id,
        entity_type="room",
        entity_id=int(row["entity_id"]),
        metric="room_consumption",
        occurred_on=date.fromordinal(int(row["day"])),
        reason="room_high",
        severity=severity_of(100 * (row["value"] - row["expected"]) / row["expected"]),
        detector=RoomConsumption.name,
        value=float(row["value"]),
        expected=round(float(row["expected"]), 2),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        score=round(float(row["score"]), 3),
        facts=_facts(row),
    )


def _facts(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What the expectation comes from, for people; what the guests took later counts only at the second look."""
    facts = {name: int(row[name]) for name in ("guests", "nights") if row[name]} | {"room_type": row["room_type"]}
    if not row["known"] and row["previous_on"] > UNKNOWN_DAY:
        facts["gap_days"] = int(row["day"] - row["previous_on"])
    if row["stay_checks"]:
        facts |= {"stay_units": row["stay_units"], "stay_checks": int(row["stay_checks"])}
    if not np.isnan(row["next_units"]):
        facts["next_units"] = row["next_units"]
    if row["peers"]:
        facts |= {"peers": int(row["peers"]), "peers_units": round(float(row["peers_units"]), 2)}
    return facts
