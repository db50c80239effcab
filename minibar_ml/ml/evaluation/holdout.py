"""Held-out days: what a detector says of days that it has not learned from.

The last 14 days of the training span are two folds of a week; each is scored by what was learned from as many days
before it as training takes, so no day is in its own baseline, and none is scored by what came later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from minibar_ml.ml.believed import believed
from minibar_ml.ml.contract import Detector, Limits, Parameters, TooLittle
from minibar_ml.ml.frames import LOOK_BACK_DAYS, RECORDS, Frames
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import CHECKS_IF_UNKNOWN
from minibar_ml.ml.training import FittedModels, learn, past_day

if TYPE_CHECKING:
    from pandas import DataFrame

FOLD_DAYS, FOLDS = 7, 2
HELD_OUT_DAYS = FOLD_DAYS * FOLDS
UNLIMITED = 1e12
"""A budget under which only practical size decides."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Held-out days since <= day < until, what was learned from the days before, and all rows that are known."""

    frames: Frames
    fitted: FittedModels
    limits: Limits
    since: int
    until: int

    @property
    def days(self) -> range:
        """The held-out days."""
        return range(self.since, self.until)

    @property
    def hotel_id(self) -> int:
        """The hotel whose days these are."""
        frames = (getattr(self.frames, name) for name in RECORDS)
        return next(int(frame["hotel_id"].iloc[0]) for frame in frames if len(frame))

    @property
    def room_days(self) -> int:
        """Rooms of the hotel times held-out days; a middling hotel's where no room is on record."""
        return (int(self.frames.rooms["room_id"].nunique()) or CHECKS_IF_UNKNOWN) * len(self.days)

    def parameters(self, detector: Detector) -> Parameters:
        """What a detector has learned; raises KeyError where it could not learn."""
        found = self.fitted.parameters[detector.spec.name]
        if isinstance(found, TooLittle):
            raise KeyError(detector.spec.name)
        return found

    def seen(self, detector: Detector) -> Frames:
        """What a detector scores the fold's days from."""
        return self.frames.only(detector.spec.reads).between(self.since - LOOK_BACK_DAYS, self.until)

    def score(self, detector: Detector, frames: Frames, day: int) -> "DataFrame":
        """A held-out day's scores, of frames that may have been tampered with; nothing later is seen."""
        return detector.score(frames.seen_on(day, detector.spec.reads), self.parameters(detector), past_day(day))

    def due(self, detector: Detector, scores: "DataFrame") -> Floats:
        """The score at which each row would alert: its own, or -inf where its practical size never allows it."""
        if detector.spec.sizeable:
            # Rounded as in findings. Of tens of thousands of rows these would take most of a training's time.
            return np.where(detector.spec.sizeable(scores, self.limits), scores["score"].round(3), -np.inf)
        found = np.full(len(scores), -np.inf)
        numbered = scores.assign(entity_id=np.arange(len(scores)))
        limits = replace(self.limits, budget=UNLIMITED, threshold_multiplier={})
        for finding in detector.decide(numbered, self.parameters(detector), limits, past_day(self.until - 1)):
            found[finding.entity_id] = finding.score
        return found


def folds(frames: Frames, until: int, window: int, min_points: int, limits: Limits) -> Iterator[Fold]:
    """The held-out weeks before `until`, oldest first, each with what the `window` days before it teach."""
    known = believed(frames.between(0, until))
    for back in range(FOLDS, 0, -1):
        since = until - back * FOLD_DAYS
        fitted = learn(frames.between(since - window, since), min_points)
        yield Fold(known, fitted, limits, since, since + FOLD_DAYS)
