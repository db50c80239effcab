"""Learning everything of one hotel: each detector's parameters and the forest's second opinion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd

from minibar_ml.ml import second_opinion
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.detectors.base import Detector, Moment, Parameters, TooLittle
from minibar_ml.ml.frames import Frames

OPINION_DAYS = 14
LOOK_BACK_DAYS = 60
"""Days before the judged one that detectors may look at: stays, runs of empty checks, stock in attendants' hands."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known of one hotel: by detector name, parameters or why there are none."""

    parameters: Mapping[str, Parameters | TooLittle]
    opinions: Mapping[str, Parameters | TooLittle] = field(default_factory=dict)
    tightness: Mapping[str, float] = field(default_factory=dict)


def training_days(day: int, window: int, gap: int) -> tuple[int, int]:
    """First and last (exclusive) day to learn from, for judging `day` and the `gap` days before it.

    The gap keeps every day that detect looks at again out of its own baseline.
    """
    return day - gap - window, day - gap


def learn(past: Frames, min_points: int, *, with_opinions: bool = True) -> Learnt:
    """Fit every detector to one hotel's past, and a forest wherever there is enough to look at."""
    parameters = {detector.name: detector.fit(past, min_points) for detector in ALL}
    opinions = {}
    if with_opinions:
        for detector in _first_of_metric():
            fitted = parameters[detector.name]
            opinions[detector.name] = (
                fitted if isinstance(fitted, TooLittle) else _opinion(detector, past, fitted, min_points)
            )
    return Learnt(parameters, opinions)


def learns(detector: Detector) -> bool:
    """Whether a detector learns at all; rules don't."""
    return detector.name not in RULES


_FRAME_OF = {
    "room_consumption": "rooms",
    "product_consumption": "products",
    "stock_outflow": "outflow",
    "refill_duration": "gaps",
    "custody_loss": "custody",
}


def points_of(metric: str, past: Frames) -> int:
    """How many rows of the past a metric's models are learnt from."""
    return len(getattr(past, _FRAME_OF[metric]))


RULES = frozenset({"vacant_room", "below_zero", "unanswered", "depletion", "stale"})


def _first_of_metric() -> list[Detector]:
    found: dict[str, Detector] = {}
    for detector in ALL:
        if learns(detector):
            found.setdefault(detector.metric, detector)
    return list(found.values())


def _opinion(detector: Detector, past: Frames, parameters: Parameters, min_points: int) -> Parameters | TooLittle:
    last = max((int(frame["day"].max()) for frame in (past.rooms, past.outflow, past.gaps) if len(frame)), default=0)
    scored = [
        detector.score(past.between(day - LOOK_BACK_DAYS, day + 1), parameters, _over(day))
        for day in range(last - OPINION_DAYS + 1, last + 1)
    ]
    filled = [scores for scores in scored if len(scores)]
    if not filled:
        return TooLittle(0, min_points, "scored rows")
    return second_opinion.fit(pd.concat(filled, ignore_index=True), min_points)


def _over(day: int) -> Moment:
    """A past day; its hours don't matter to a score."""
    end = datetime.fromordinal(day + 1).replace(tzinfo=UTC)
    return Moment(hotel_id=0, day=day, starts_at=end, as_of=end, is_complete=True)
