"""Judging a hotel's days one after the other, as detect and backtest both do it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerts import STATE_TYPES, AlertType, Finding
from minibar_ml.domain.metrics import STAYS
from minibar_ml.domain.phases import History
from minibar_ml.domain.verdicts import LabelledAlert
from minibar_ml.jobs import stored_models
from minibar_ml.jobs.plan import Plan
from minibar_ml.ml import feedback, history, training
from minibar_ml.ml.detection import judge
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.impact import impact
from minibar_ml.ml.training import FittedModels
from minibar_ml.store.points import forecasts
from minibar_ml.store.points import frames as points
from minibar_ml.store.source import entities
from minibar_ml.store.source.hotels import fetch_ids

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATE_DETECTORS = frozenset({"below_zero", "depletion", "unanswered", "stale"})
"""Detectors of what holds at an instant; for a day that is over only a walk, at that day's end, may ask them."""
STATES: frozenset[AlertType] = STATE_TYPES | {"stock_anomaly"}
"""The types whose present state one day's findings hold in full."""
EVERY_DETECTOR = frozenset(detector.name for detector in ALL if training.learns(detector))
Found = list[tuple[date, list[Finding]]]
"""Findings by day, in order."""


class ModelProvider:
    """Gives what is known of a hotel on a day: stored models, or in a walk what that night would have learnt."""

    def __init__(
        self,
        plan: Plan,
        hotels: Mapping[int, Frames],
        opened: Mapping[int, stored_models.LoadedModels] | None = None,
        keys: Keys | None = None,
        verdicts: Callable[[date], Sequence[LabelledAlert]] = lambda _day: (),
    ) -> None:
        """Nothing is learnt yet. `verdicts`: those from which what judges a day learns."""
        self._verdicts = verdicts
        self._plan, self._hotels, self._opened, self._keys = plan, hotels, opened or {}, keys
        self._stored: dict[int, FittedModels] = {}
        self._recorded = {hotel_id: history.days_on_record(frames) for hotel_id, frames in hotels.items()}

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """Models that could not be trusted, by hotel and metric."""
        return {
            (hotel, metric): why for hotel, opened in self._opened.items() for metric, why in opened.refused.items()
        }

    def history(self, hotel_id: int, day: date) -> History:
        """How much history a hotel has on a day."""
        return history.before(self._recorded[hotel_id], day.toordinal(), self._plan.history_days)

    def is_on_record(self, hotel_id: int, day: date) -> bool:
        """Whether a hotel had any metric point by the end of a day."""
        recorded = self._recorded[hotel_id]
        return bool(len(recorded) and recorded[0] <= day.toordinal())

    def phases(self, day: date) -> dict[int, History]:
        """The same of every hotel."""
        return {hotel_id: self.history(hotel_id, day) for hotel_id in self._hotels}

    def learnt(self, hotel_id: int, day: date) -> FittedModels:
        """The parameters and opinions to judge a day by."""
        if self._plan.walks:
            return self._now(hotel_id, day, with_opinions=True)
        if hotel_id not in self._stored:
            opened = self._opened.get(hotel_id) or stored_models.LoadedModels()
            # What the last training found too little data for, it is no use to try again every few minutes.
            known = EVERY_DETECTOR if opened.is_whole else opened.parameters
            fallback = self._now(hotel_id, self._plan.today(), with_opinions=False, known=known)
            self._stored[hotel_id] = stored_models.as_learnt(opened, fallback, self._keys)
        return self._stored[hotel_id]

    def _now(self, hotel_id: int, day: date, *, with_opinions: bool, known: Collection[str] = ()) -> FittedModels:
        window = training.training_days(day.toordinal(), self._plan.training_days, self._plan.lookback_days)
        # Where nothing is learnt here, nothing is asked either.
        given = self._verdicts(day) if EVERY_DETECTOR - set(known) else ()
        past = feedback.without_confirmed(self._hotels[hotel_id].between(*window), given, hotel_id)
        learnt = training.learn(past, self._plan.min_points, with_opinions=with_opinions, known=known)
        return replace(learnt, threshold_multiplier=feedback.threshold_multiplier(given))


def with_names(connection: "Connection", plan: Plan, usable: Collection[str]) -> Plan:
    """The plan with what is known of products' supplies by their ids, where the file goes by names."""
    if not plan.limits.supplies.by_name:
        return plan
    supplies = plan.limits.supplies.named(forecasts.fetch_names(connection, usable))
    return replace(plan, limits=replace(plan.limits, supplies=supplies))


def read_hotels(
    connection: "Connection",
    plan: Plan,
    first: date,
    usable: Collection[str] = (),
    opened: Mapping[int, stored_models.LoadedModels] | None = None,
) -> dict[int, Frames]:
    """All that judging `first` and the days after it, and learning for them, may look at; by hotel.

    Where every hotel has stored models that can be trusted, nothing is learnt, and less is read: at 100,000 rooms a
    tenth of it.
    """
    known = fetch_ids(connection, usable) if opened else []
    learns = not opened or any(one not in opened or not opened[one].is_whole for one in [*known, *opened])
    later = {} if learns else plan.oldest_judged(first)
    frames = replace(points.fetch(connection, plan.oldest(first), plan.as_of, later), calendar=plan.calendar)
    if plan.is_live and STAYS.issubset(usable):
        frames = replace(frames, books=points.fetch_books(connection, plan.oldest(first), plan.as_of))
    return {hotel_id: frames.of_hotel(hotel_id) for hotel_id in frames.hotels()}


def judged(
    plan: Plan,
    days: Iterable[date],
    hotels: Mapping[int, Frames],
    learner: ModelProvider,
    progress: Callable[[date], None],
) -> Found:
    """What every hotel's detectors find on each day, in order; `progress` is told each day done."""
    found = []
    for day in days:
        found.append((day, _judge_day(plan, day, hotels, learner)))
        progress(day)
    return found


def _judge_day(plan: Plan, day: date, hotels: Mapping[int, Frames], learner: ModelProvider) -> list[Finding]:
    past_state = STATE_DETECTORS if not plan.walks and day != plan.today() else frozenset[str]()
    findings: list[Finding] = []
    for hotel_id, frames in hotels.items():
        known, moment = learner.history(hotel_id, day), plan.moment(hotel_id, day)
        findings += judge(frames, learner.learnt(hotel_id, day), plan.limits, moment, skip=past_state, history=known)
    return findings


def enriched(finding: Finding, known: entities.Entities, zone: ZoneInfo) -> Finding:
    """The finding with its money at stake, the products found, and hours as the hotel's clock shows them."""
    found = known.found.get((finding.metric, finding.entity_id, finding.occurred_on.isoformat()))
    facts: dict[str, Any] = dict(finding.facts or {})
    if found:
        named = [
            {"id": p, "name": known.names.get(("product", p), str(p)), "units": units} for p, units in found.items()
        ]
        facts["products"] = sorted(named, key=lambda product: (-float(str(product["units"])), str(product["name"])))
    if "requested_at" in facts:
        facts["requested_time"] = datetime.fromisoformat(facts["requested_at"]).astimezone(zone).strftime("%H:%M")
    return replace(finding, facts=facts, impact=impact(finding, found, known.prices))
