"""Walking forward over a hotel's last days: every day judged with what that night's training would have learnt."""

import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from minibar_ml.domain.alerts import Finding
from minibar_ml.jobs.detect import Plan
from minibar_ml.ml import training
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.detectors.base import Limits, Moment, TooLittle
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.judging import judge
from minibar_ml.ml.training import LOOK_BACK_DAYS, Learnt
from minibar_ml.settings import Settings
from minibar_ml.simulate import Fault
from quality import points
from quality.cache import cached, source_hash
from quality.hotels import ZONE, Hotel
from quality.raised import Alerts, Raised

MADE_BY = (*points.MADE_BY, "minibar_ml/ml", "minibar_ml/domain", "quality/walk.py", "quality/raised.py")
SWEPT = ("room_consumption", "silent_room")
BUDGETS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Budgets of false alerts at which the swept detectors decide once more, each by itself."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What cron would have raised on a hotel, and what was there to be raised.

    `swept` holds the alerts of single detectors by name and budget; `seconds` is CPU time of learning and judging.
    """

    hotel: Hotel
    faults: tuple[Fault, ...]
    alerts: tuple[Raised, ...]
    swept: Mapping[str, Mapping[float, tuple[Raised, ...]]]
    seconds: float


def walk(hotel: Hotel) -> Walk:
    """The walk over a hotel, from the cache where nothing has changed."""
    return cached("walk", hotel.name, (hotel, source_hash(*MADE_BY)), lambda: make(hotel, points.fetch(hotel)))


def make(hotel: Hotel, known: points.Points) -> Walk:
    """Judge every day from the hotel's first judged one on."""
    started = clock.process_time()
    plan = _plan(hotel)
    hotels = {hotel_id: known.frames.of_hotel(hotel_id) for hotel_id in known.frames.hotels()}
    alerts, swept = Alerts(), {name: {budget: Alerts() for budget in BUDGETS} for name in SWEPT}
    for day in judged_days(hotel):
        found: list[Finding] = []
        once_more: dict[tuple[str, float], list[Finding]] = {(n, b): [] for n in SWEPT for b in BUDGETS}
        for hotel_id, frames in hotels.items():
            moment = plan.moment(hotel_id, day)
            learnt = _learn(plan, frames, day)
            found += judge(frames, learnt, plan.limits, moment)
            for name in SWEPT:
                for budget, findings in _decide_again(name, frames, learnt, plan.limits, moment):
                    once_more[name, budget] += findings
        alerts.apply(found, day)
        for (name, budget), findings in once_more.items():
            swept[name][budget].apply(findings, day)
    return Walk(
        hotel,
        known.faults,
        tuple(alerts.raised),
        {name: {budget: tuple(one.raised) for budget, one in curve.items()} for name, curve in swept.items()},
        clock.process_time() - started,
    )


def judged_days(hotel: Hotel) -> list[date]:
    """The days that are judged, in order."""
    return [hotel.first_judged + timedelta(days=n) for n in range(hotel.judged_days)]


def _plan(hotel: Hotel) -> Plan:
    """What detect is told where nothing is set."""
    settings, zone = Settings(), ZoneInfo(ZONE)
    return Plan(
        as_of=datetime.combine(hotel.plan.ends_on + timedelta(days=1), time.min, zone),
        zone=zone,
        limits=Limits(
            budget=settings.alert_budget,
            stock_deviation=settings.stock_deviation,
            consumption_deviation=settings.consumption_deviation,
            refill_deviation=settings.refill_deviation,
            consumption_floor=settings.consumption_floor,
            product_floor=settings.product_floor,
        ),
        lang="en",
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        since=hotel.first_judged,
    )


def _learn(plan: Plan, frames: Frames, day: date) -> Learnt:
    window = training.training_days(day.toordinal(), plan.training_days, plan.lookback_days)
    return training.learn(frames.between(*window), plan.min_points)


def _decide_again(
    name: str, frames: Frames, learnt: Learnt, limits: Limits, moment: Moment
) -> Iterable[tuple[float, list[Finding]]]:
    detector = next(one for one in ALL if one.name == name)
    parameters = learnt.parameters[name]
    if isinstance(parameters, TooLittle):
        return
    scores = detector.score(frames.between(moment.day - LOOK_BACK_DAYS, moment.day + 1), parameters, moment)
    for budget in BUDGETS if len(scores) else ():
        yield budget, detector.decide(scores, parameters, replace(limits, budget=budget), moment)
