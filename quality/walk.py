"""Walking forward over a hotel's last days: every day checked with what that night's training would have learned."""

import time as clock
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from pandas import DataFrame
from sqlalchemy import Connection

from minibar_ml.cli import plans
from minibar_ml.config.facts import House
from minibar_ml.config.settings import Settings
from minibar_ml.domain.alerting.alerts import Finding, Severity
from minibar_ml.jobs.detection.detection_run import Hotels
from minibar_ml.jobs.detection.nightly_training import NightlyTraining
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.believed import believed
from minibar_ml.ml.contract import Limits, Moment, TooLittle
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.detectors import ALL, LOOK_BACK
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import observed
from minibar_ml.ml.training import FittedModels
from minibar_ml.simulate import Fault
from quality import points
from quality.cache import cached, source_hash
from quality.flags import Flags, mark
from quality.forest import ASKED, DETECTORS, oddness
from quality.hotels import ZONE, Hotel
from quality.raised import Raised, raised, store

MADE_BY = (
    *points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "minibar_ml/jobs/detection/detection_run.py",
    "minibar_ml/jobs/detection/nightly_training.py",
    "minibar_ml/jobs/plans.py", "minibar_ml/config/settings.py", "minibar_ml/cli/plans.py", "quality/walk.py",
    "quality/raised.py", "quality/forest.py", "quality/flags.py", "quality/truth.py",
)  # fmt: skip
SWEPT = ("room_consumption", "silent_room")
BUDGETS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Budgets of false alerts at which the swept detectors decide once more, each by itself."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What cron would have raised on a hotel, and what was there to be raised.

    `swept` holds the alerts of single detectors by name and budget, `forest` how Isolation Forest alone ranks rows, by
    metric; `seconds` is CPU time of learning and detection. `live`: by severity, alerts that were live on an evening,
    summed over the evenings.
    """

    hotel: Hotel
    faults: tuple[Fault, ...]
    alerts: tuple[Raised, ...]
    swept: Mapping[str, Mapping[float, tuple[Raised, ...]]]
    forest: Mapping[str, Flags]
    seconds: float
    live: Mapping[Severity, int]


def walk(hotel: Hotel) -> Walk:
    """The walk over a hotel, from the cache where nothing has changed."""
    return cached("walk", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Walk:
    """Check every day from the hotel's first scored one on, as `detect --since` does."""
    plan, seconds = default_plan(hotel), 0.0
    hotels = Hotels.of(plan, {hotel_id: known.frames.of_hotel(hotel_id) for hotel_id in known.frames.hotels()})
    models, sweep = NightlyTraining(plan, hotels.frames), _Sweep()
    walked: list[tuple[datetime, list[Finding]]] = []
    for day in scored_days(hotel):
        found: list[Finding] = []
        for hotel_id, frames in hotels.frames.items():
            started = clock.process_time()
            fitted, moment = models.fitted(hotel_id, day), plan.moment(hotel_id, day)
            history = hotels.records.history(hotel_id, day)
            found += detect_day(frames, fitted, plan.limits, moment, history=history)
            seconds += clock.process_time() - started
            if history.phase != "learning":
                sweep.run(frames, fitted, plan.limits, moment)
        walked.append((plan.seen_at(day), found))
        sweep.close(plan.seen_at(day))
    forest = {
        metric: mark(rows, ASKED[metric][0], known.faults, ASKED[metric][1], hotel)
        for metric, rows in sweep.forests().items()
    }
    with store(observed(known.frames)) as connection:
        live = Counter[Severity]()
        alerts, swept = raised(connection, walked, live), sweep.swept(connection)
    return Walk(hotel, known.faults, alerts, swept, forest, seconds, live)


class _Sweep:
    """Single detectors and forests, run once more by themselves."""

    def __init__(self) -> None:
        keys = [(name, budget) for name in SWEPT for budget in BUDGETS]
        self._walked: dict[tuple[str, float], list[tuple[datetime, list[Finding]]]] = {key: [] for key in keys}
        self._today: dict[tuple[str, float], list[Finding]] = {key: [] for key in keys}
        self._odd: dict[str, list[DataFrame]] = {}

    def run(self, frames: Frames, fitted: FittedModels, limits: Limits, moment: Moment) -> None:
        """One hotel's day."""
        seen = believed(frames.seen_on(moment.day, LOOK_BACK), moment.day)
        for detector in ALL:
            parameters = fitted.parameters.get(detector.spec.name)
            if (
                detector.spec.name not in {*SWEPT, *DETECTORS}
                or parameters is None
                or isinstance(parameters, TooLittle)
            ):
                continue
            scores = detector.score(seen, parameters, moment)
            if not len(scores):
                continue
            for budget in BUDGETS if detector.spec.name in SWEPT else ():
                findings = detector.decide(scores, parameters, replace(limits, budget=budget), moment)
                self._today[detector.spec.name, budget] += findings
            forest = fitted.forests.get(detector.spec.name)
            if forest is not None and not isinstance(forest, TooLittle):
                odd = oddness(scores, forest, moment.hotel_id, moment.day)
                self._odd.setdefault(DETECTORS[detector.spec.name], []).append(odd)

    def close(self, seen_at: datetime) -> None:
        """All hotels of a day are done."""
        for key, findings in self._today.items():
            self._walked[key].append((seen_at, list(findings)))
            findings.clear()

    def swept(self, connection: Connection) -> dict[str, dict[float, tuple[Raised, ...]]]:
        """Alerts by detector and budget."""
        return {name: {budget: raised(connection, self._walked[name, budget]) for budget in BUDGETS} for name in SWEPT}

    def forests(self) -> dict[str, DataFrame]:
        """By metric, every row that its forest ranked."""
        import pandas as pd

        every = {metric: pd.concat(rows) for metric, rows in self._odd.items()}
        return {metric: rows.rename(columns={"entity_id": f"{ASKED[metric][0]}_id"}) for metric, rows in every.items()}


def scored_days(hotel: Hotel) -> list[date]:
    """The days that are scored, in order."""
    return [hotel.first_scored + timedelta(days=n) for n in range(hotel.scored_days)]


def default_plan(hotel: Hotel) -> DetectionPlan:
    """The plan of detect with the default settings."""
    settings = Settings(timezone=ZONE)
    as_of = datetime.combine(hotel.plan.ends_on + timedelta(days=1), time.min, settings.zone())
    return plans.detection(House(settings), as_of, since=hotel.first_scored)
