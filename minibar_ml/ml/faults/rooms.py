"""Faults put into rooms of held-out days: units that go besides what guests take, and silence."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.faults.injected import InjectedFaults, concatenate
from minibar_ml.ml.faults.untouched import Untouched, by_entity
from minibar_ml.ml.frames import UNKNOWN_DAY
from minibar_ml.ml.rooms.check_scores import first_score, score_rows
from minibar_ml.ml.rooms.empty_runs import LEAST_SCORE, runs_of
from minibar_ml.ml.rooms.predictive import Predictive, predict
from minibar_ml.ml.rooms.visit_model import checks
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import Ints

if TYPE_CHECKING:
    from pandas import DataFrame, MultiIndex

    from minibar_ml.ml.contract import Detector
    from minibar_ml.ml.evaluation.holdout import Fold

UNITS = tuple(range(4, 16))
ROOM_CHECKS = 1000
SILENT_NIGHTS, SILENT_CHECKS, LONGEST_SILENCE = (6, 8, 10, 12, 14, 17, 20), 4, 28
SILENT_ROOMS, SILENCES, SILENT_ROUNDS = 0.04, 40, 5


def grab(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """4 to 15 units more, found and refilled, at checks of occupied rooms.

    A fault's own units are no part of its own predictive, so every size is tried at every picked check, in both tests.
    """
    import pandas as pd

    parameters, rooms = fold.parameters(detector), fold.frames.rooms
    seen = rooms[rooms["day"] >= fold.since - detector.spec.reads["rooms"]]
    held = seen[(seen["day"] >= fold.since) & (seen["day"] < fold.until) & (seen["previous_on"] > UNKNOWN_DAY)]
    if parameters["by_guests"]:
        held = held[held["guest_nights"] > 0]
    picked = held.iloc[rng.permutation(len(held))[:ROOM_CHECKS]]
    found = checks(seen, by_guests=parameters["by_guests"])
    made = predict(found, parameters, _keys(found).isin(_keys(picked)), fold.frames.calendar.special_days())
    unseen = len(picked) - len(made.found)
    followed = made.next_on > UNKNOWN_DAY
    again = made.at(followed).again()
    rows, rows_again = score_rows(made, first_score(made)), score_rows(again, again.surprise())
    parts = []
    for units in UNITS:
        grabbed = _with_more(made, rows, units, first_score)
        found_at = fold.due(detector, grabbed)
        later = fold.due(detector, _with_more(again, rows_again, units, Predictive.surprise))
        found_at[followed] = np.maximum(found_at[followed], later)
        parts.append((np.full(len(grabbed), float(units)), found_at, grabbed))
    missed = (np.repeat(UNITS, unseen).astype(float), np.full(unseen * len(UNITS), -np.inf), pd.DataFrame())
    return concatenate([*parts, missed], independent=len(picked))


def _keys(rooms: "DataFrame") -> "MultiIndex":
    import pandas as pd

    return pd.MultiIndex.from_frame(rooms[["room_id", "day"]])


def _with_more(made: Predictive, rows: "DataFrame", units: int, score: Callable[[Predictive], Floats]) -> "DataFrame":
    """The checks' scored rows with so many more units found and refilled: what was expected stays as it is."""
    more = {name: rows[name] + units for name in ("units", "refilled", "value")}
    return rows.assign(**more, score=score(replace(made, found=made.found.assign(units=made.found["units"] + units))))


def silence(detector: "Detector", fold: "Fold", rng: np.random.Generator) -> InjectedFaults:
    """6 to 20 occupied nights over two stays or more in which nothing was found, scored at their last check.

    In a few rooms at a time, so that the hotel's factor stays what it is.
    """
    parameters = fold.parameters(detector)
    seen = fold.frames.between(fold.since - detector.spec.reads["rooms"], fold.until).rooms
    found = checks(seen, by_guests=parameters["by_guests"])
    ends = np.flatnonzero((found["day"] >= fold.since).to_numpy())
    rooms = max(int(SILENT_ROOMS * found["room_id"].nunique()), 1)
    parts = []
    for _ in range(min(-(-SILENCES // rooms), SILENT_ROUNDS)):
        picked = found.iloc[rng.permutation(ends)].drop_duplicates("room_id").index[:rooms].to_numpy()
        nights = rng.choice(SILENT_NIGHTS, len(picked))
        first = _begins(found, picked, nights)
        usable = first >= 0
        parts.append(_silenced(detector, fold, found, first[usable], picked[usable], nights[usable].astype(float)))
    return concatenate(parts)


def _begins(found: "DataFrame", last: Ints, nights: Ints) -> Ints:
    """The check after which a silence of so many nights, two stays and four checks begins; -1 where there is none."""
    room, day = found["room_id"].to_numpy(), found["day"].to_numpy()
    slept = np.cumsum(found["nights"].to_numpy(dtype=float))
    stay = np.cumsum(np.r_[1, np.diff(found["stay_on"].to_numpy()) != 0])
    by_nights = np.searchsorted(slept, slept[last] - nights, "right") - 1
    by_stays = np.searchsorted(stay, stay[last] - 1, "right") - 2
    first = np.minimum(np.minimum(by_nights, by_stays), last - SILENT_CHECKS)
    fits = (first >= 0) & (room[first] == room[last]) & (day[last] - day[first] <= LONGEST_SILENCE)
    return np.where(fits, first, -1)


def _silenced(
    detector: "Detector", fold: "Fold", found: "DataFrame", first: Ints, last: Ints, nights: Floats
) -> tuple[Floats, Floats, "DataFrame"]:
    change = np.zeros(len(found) + 1)
    np.add.at(change, first + 1, 1)
    np.add.at(change, last + 1, -1)
    units = np.where(np.cumsum(change)[:-1] > 0, 0.0, found["units"].to_numpy(dtype=float))
    ended_at = found.iloc[last][["room_id", "day"]].assign(size=nights)
    rooms, special_days = ended_at["room_id"].to_numpy(), fold.frames.calendar.special_days()
    run = runs_of(found.assign(units=units), fold.parameters(detector), special_days, of_rooms=rooms)
    rows = run.merge(ended_at, on=["room_id", "day"]).drop(columns="size")
    order = ended_at.merge(rows[["room_id", "day"]], on=["room_id", "day"])
    return order["size"].to_numpy(dtype=float), fold.due(detector, rows.assign(lower=1.0, upper=np.nan)), rows


def untouched_checks(detector: "Detector", fold: "Fold") -> Untouched:
    """Every check of a fold, scored when it is new and again once these guests' next check is there."""
    import pandas as pd

    parameters, rooms = fold.parameters(detector), fold.frames.rooms
    found = checks(rooms[rooms["day"] >= fold.since - detector.spec.reads["rooms"]], by_guests=parameters["by_guests"])
    special_days = fold.frames.calendar.special_days()
    made = predict(found, parameters, found["day"].isin(fold.days).to_numpy(), special_days)
    followed = made.at(made.next_on > UNKNOWN_DAY).again()
    scored = [score_rows(made, first_score(made)), score_rows(followed, followed.surprise())]
    return by_entity(detector, fold, pd.concat(scored, ignore_index=True))


def untouched_runs(detector: "Detector", fold: "Fold") -> Untouched:
    """Every run of empty checks: how far it had come before the fold, and how far within."""
    seen = fold.frames.between(fold.since - detector.spec.reads["rooms"], fold.until).rooms
    run = runs_of(seen, fold.parameters(detector), fold.frames.calendar.special_days()).assign(lower=1.0, upper=np.nan)
    within = (run["day"] >= fold.since).to_numpy()
    due = run.assign(due=fold.due(detector, run))
    highest = due[within].groupby(["room_id", "run"])["due"].max()
    before = due[~within].groupby(["room_id", "run"])["due"].max().reindex(highest.index).fillna(-np.inf)
    alerts = (highest > -np.inf).to_numpy()
    low, high = (np.asarray(found, dtype=float)[alerts] for found in (before, highest))
    return Untouched(low, high, LEAST_SCORE, int(within.sum()), run[within])
