"""Held-out days: what a detector says of days that it has not learnt from.

The last 14 days of the training span are walked in two blocks of a week; each is judged by what was learnt from as many
days before it as training takes, so no day is in its own baseline, and none is judged by what came later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from minibar_ml.ml.contract import Detector, Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import LOOK_BACK_DAYS, POINTS, Frames
from minibar_ml.ml.stats.negative_binomial import Floats
from minibar_ml.ml.stats.panels import CHECKS_IF_UNKNOWN
from minibar_ml.ml.training import FittedModels, learn

if TYPE_CHECKING:
    from pandas import DataFrame

BLOCK_DAYS, BLOCKS = 7, 2
HELD_OUT_DAYS = BLOCK_DAYS * BLOCKS
READ = {
    "product_demand": ("products",),
    "leak": ("outflow", "products", "levels"),
    "stock_outflow": ("outflow", "products", "levels"),
    "custody": ("custody",),
    "refill_pace": ("gaps",),
}
"""The frames that a detector scores from: to cut the others for each day would only take time."""
UNLIMITED = 1e12
"""A budget under which only practical size decides."""


@dataclass(frozen=True, slots=True)
class Block:
    """Held-out days since <= day < until, what was learnt from the days before, and all rows that are known."""

    frames: Frames
    learnt: FittedModels
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
        return self.frames.hotels()[0]

    @property
    def room_days(self) -> int:
        """Rooms of the hotel times held-out days; a middling hotel's where no room is on record."""
        return (int(self.frames.rooms["room_id"].nunique()) or CHECKS_IF_UNKNOWN) * len(self.days)

    def parameters(self, detector: Detector) -> Parameters:
        """What a detector has learnt; raises KeyError where it could not learn."""
        found = self.learnt.parameters[detector.name]
        if isinstance(found, TooLittle):
            raise KeyError(detector.name)
        return found

    def seen(self, detector: Detector) -> Frames:
        """What a detector scores the block's days from."""
        read = READ.get(detector.name, POINTS)
        emptied: dict[str, Any] = {name: getattr(self.frames, name).iloc[:0] for name in POINTS if name not in read}
        return replace(self.frames, **emptied).between(self.since - LOOK_BACK_DAYS, self.until)

    def score(self, detector: Detector, frames: Frames, day: int) -> "DataFrame":
        """A held-out day's scores, of frames that may have been tampered with; nothing later is seen."""
        return detector.score(frames.seen_on(day), self.parameters(detector), _over(day))

    def due(self, detector: Detector, scores: "DataFrame") -> Floats:
        """The score at which each row would alert: its own, or -inf where its practical size never allows it."""
        found = np.full(len(scores), -np.inf)
        numbered = scores.assign(entity_id=np.arange(len(scores)))
        limits = replace(self.limits, budget=UNLIMITED, threshold_multiplier={})
        for finding in detector.decide(numbered, self.parameters(detector), limits, _over(self.until - 1)):
            found[finding.entity_id] = finding.score
        return found


def blocks(frames: Frames, until: int, window: int, min_points: int, limits: Limits) -> Iterator[Block]:
    """The held-out weeks before `until`, oldest first, each with what the `window` days before it teach."""
    known = frames.between(0, until)
    for back in range(BLOCKS, 0, -1):
        since = until - back * BLOCK_DAYS
        learnt = learn(frames.between(since - window, since), min_points)
        yield Block(known, learnt, limits, since, since + BLOCK_DAYS)


def _over(day: int) -> Moment:
    """A past day; its hours don't matter to a score."""
    end = datetime.fromordinal(day + 1).replace(tzinfo=UTC)
    return Moment(hotel_id=0, day=day, starts_at=end, as_of=end, is_complete=True)
