"""How many false alerts are to be expected, from held-out days whose faults nobody has marked.

What exceeds a threshold on real days is false alerts and true faults together: counted, it is an upper bound, and a
rough one, for it is a handful. The body of the scores has many more and next to no faults: the count above a level a
few nats below the threshold is carried up to it along an exponential tail (peaks over threshold with shape 0: Coles, An
Introduction to Statistical Modeling of Extreme Values, 2001, ch. 4). A score is -ln of a probability, so by theory the
tail falls with rate 1 a nat; the rate is fitted to the scores between level and threshold and shrunk to that.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.ml.contract import Detector
from minibar_ml.ml.detectors.room_consumption import first_look, told
from minibar_ml.ml.detectors.silent_room import LEAST_SCORE, runs_of
from minibar_ml.ml.evaluation.holdout import Block
from minibar_ml.ml.frames import LOOK_BACK, UNKNOWN_DAY
from minibar_ml.ml.rooms.predictive import predict
from minibar_ml.ml.rooms.visit_model import checks
from minibar_ml.ml.stats.negative_binomial import Floats

BELOW = 3.0
"""Nats below the threshold at which the body begins: there are 20 times as many ordinary scores as above."""
RATES = np.geomspace(0.4, 2.5, 43)
PSEUDO_SCORES = 20.0
"""What theory's rate of 1 counts for, in scores."""


@dataclass(frozen=True, slots=True)
class Untouched:
    """What held-out days as they were would alert on: thresholds in (low, high] raise one alert each.

    `least` is the lowest score that the detector ever alerts on; `rows` are what a forest sees; `judged` counts rows.
    """

    low: Floats
    high: Floats
    least: float
    judged: int
    rows: pd.DataFrame

    def alerts(self, threshold: float) -> int:
        """How many alerts a threshold raises on these days."""
        return int(((self.low < threshold) & (threshold <= self.high)).sum())


def expected(untouched: Untouched, threshold: float) -> float:
    """Alerts to be expected of ordinary days at a threshold."""
    level = max(threshold - BELOW, untouched.least)
    width = threshold - level
    if width <= 0:
        return float(untouched.alerts(threshold))
    between = untouched.high[(untouched.low < level) & (untouched.high >= level) & (untouched.high < threshold)] - level
    # half a score more, or what theory has if that is less, so that an empty body is not taken for a proof
    unseen = min(0.5, untouched.judged * float(np.exp(-level)))
    return (untouched.alerts(level) + unseen) * float(np.exp(-_rate(between, width) * width))


def _rate(excesses: Floats, width: float) -> float:
    """How fast the tail falls, by truncated exponential likelihood with theory's pseudo-scores."""
    count, total = len(excesses), float(excesses.sum())
    seen = count * np.log(RATES) - RATES * total - count * np.log(-np.expm1(-RATES * width))
    believed = PSEUDO_SCORES * (np.log(RATES) - RATES)
    return float(RATES[np.argmax(seen + believed)])


def untouched(detector: Detector, block: Block) -> Untouched:
    """A detector's scores of a block's days as they were."""
    if detector.name == "silent_room":
        return _runs(detector, block)
    rows = _checks(detector, block) if detector.name == "room_consumption" else _by_day(detector, block)
    due = pd.Series(block.due(detector, rows)).groupby(rows["entity_id"].to_numpy()).max()
    high = np.asarray(due[due > -np.inf], dtype=float)
    return Untouched(np.full(len(high), -np.inf), high, 0.0, len(rows), rows)


def _by_day(detector: Detector, block: Block) -> pd.DataFrame:
    frames = block.seen(detector)
    scored = [block.score(detector, frames, day) for day in block.days]
    return pd.concat([rows for rows in scored if len(rows)] or scored[:1], ignore_index=True)


def _checks(detector: Detector, block: Block) -> pd.DataFrame:
    """Every check of the block, as new and again when these guests' next one is there."""
    parameters, rooms = block.parameters(detector), block.frames.rooms
    found = checks(rooms[rooms["day"] >= block.since - LOOK_BACK["rooms"]], by_guests=parameters["by_guests"])
    evenings = block.frames.calendar.evenings()
    made = predict(found, parameters, found["day"].isin(block.days).to_numpy(), evenings)
    known = made.at(made.next_on > UNKNOWN_DAY).again()
    return pd.concat([told(made, first_look(made)), told(known, known.surprise())], ignore_index=True)


def _runs(detector: Detector, block: Block) -> Untouched:
    """Every run of empty checks: how far it had come before the block, and how far within."""
    seen = block.frames.between(block.since - LOOK_BACK["rooms"], block.until).rooms
    run = runs_of(seen, block.parameters(detector), block.frames.calendar.evenings()).assign(lower=1.0, upper=np.nan)
    within = (run["day"] >= block.since).to_numpy()
    due = run.assign(due=block.due(detector, run))
    highest = due[within].groupby(["room_id", "run"])["due"].max()
    before = due[~within].groupby(["room_id", "run"])["due"].max().reindex(highest.index).fillna(-np.inf)
    told_of = (highest > -np.inf).to_numpy()
    lows, highs = (np.asarray(found, dtype=float)[told_of] for found in (before, highest))
    return Untouched(lows, highs, LEAST_SCORE, int(within.sum()), run[within])
