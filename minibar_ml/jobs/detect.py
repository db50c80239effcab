"""detect: from metric points to alerts, day by day, without looking ahead."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerts import STATE_TYPES, AlertType, Finding, Transitions
from minibar_ml.domain.calendar import ORDINARY, Calendar
from minibar_ml.domain.metrics import METRIC_TYPES, STAYS, EntityType
from minibar_ml.i18n import Lang
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs import stored_models
from minibar_ml.log import logger
from minibar_ml.ml import training
from minibar_ml.ml.detectors.base import Limits, Moment
from minibar_ml.ml.frames import LOOK_BACK_DAYS, Frames
from minibar_ml.ml.impact import impact
from minibar_ml.ml.judging import judge
from minibar_ml.ml.training import Learnt
from minibar_ml.store import alerts, entities, forecasts, models, runs, source
from minibar_ml.store import frames as points

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATE_DETECTORS = frozenset({"below_zero", "depletion", "unanswered", "stale"})
"""Detectors of what holds at an instant; for a day that is over only a walk, at that day's end, may ask them."""
LONGEST_PAUSE_DAYS = 31
"""Days that a run makes up for after a pause."""
STATES: frozenset[AlertType] = STATE_TYPES | {"stock_anomaly"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run looks at and how; days are business days in `zone`."""

    as_of: datetime
    zone: ZoneInfo
    limits: Limits
    lang: Lang
    lookback_days: int
    training_days: int
    min_points: int
    calendar: Calendar = ORDINARY
    since: date | None = None
    until: date | None = None
    is_live: bool = False
    """Whether as-of is now: what the books say of stays ahead is then no look-ahead."""

    @property
    def walks(self) -> bool:
        """Whether history is walked day by day, with the nightly training that each day would have had."""
        return self.since is not None

    def today(self) -> date:
        """The as-of instant's business day."""
        return self.as_of.astimezone(self.zone).date()

    def days(self, last_run: datetime | None, changed: Collection[date] = ()) -> list[date]:
        """The days to judge, in order.

        Without `since`: today, the days that have ended since the last run, and those whose points have changed
        since. A day that was judged when it ended and is still the same is left alone: judging it again with
        another night's model would only give chance more tries.
        """
        today = self.today()
        if self.since is not None:
            last = min(self.until - timedelta(days=1) if self.until else today, today)
            return _every_day(self.since, last)
        if last_run is None or last_run > self.as_of:
            return _every_day(today - timedelta(days=self.lookback_days), today)
        oldest = today - timedelta(days=LONGEST_PAUSE_DAYS)
        pause = _every_day(max(last_run.astimezone(self.zone).date(), oldest), today)
        return sorted({*pause, *(day for day in changed if oldest <= day <= today)})

    def moment(self, hotel_id: int, day: date) -> Moment:
        """A day as the run sees it: over, or still running at as-of."""
        start = datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone).astimezone(UTC)
        return Moment(hotel_id, day.toordinal(), start, min(end, self.as_of), end <= self.as_of)


@dataclass(frozen=True, slots=True)
class DetectResult:
    """What one run looked at and did: days, findings by type, alert transitions, models that were refused."""

    since: date
    until: date
    hotels: int
    findings: dict[str, int]
    transitions: Transitions
    refused: dict[str, str] = field(default_factory=dict)


def run(connection: "Connection", plan: Plan, keys: Keys | None, progress: Callable[[date], None]) -> DetectResult:
    """Judge each day, turn findings into alerts, in one transaction; `progress` is told each day done."""
    with runs.job_run(connection, "detect", plan.as_of) as job:
        last = runs.find_last(connection, "detect")
        changed = runs.fetch_changed(connection, last.started_at) if last and not plan.walks else []
        days = plan.days(last.as_of if last else None, changed)
        oldest = _oldest(plan, days[0])
        frames = replace(points.fetch(connection, oldest, plan.as_of), calendar=plan.calendar)
        usable = source.read(connection).usable
        if plan.is_live and usable >= STAYS:
            frames = replace(frames, books=points.fetch_books(connection, oldest, plan.as_of))
        if plan.limits.supplies.by_name:
            supplies = plan.limits.supplies.named(forecasts.fetch_names(connection, usable))
            plan = replace(plan, limits=replace(plan.limits, supplies=supplies))
        hotels = {hotel_id: frames.of_hotel(hotel_id) for hotel_id in frames.hotels()}
        learner = _Learner(plan, hotels, {} if plan.walks else _open(connection, keys), keys)
        found: list[tuple[date, list[Finding]]] = []
        for day in days:
            found.append((day, _judge_day(plan, day, hotels, learner)))
            progress(day)
        if learner.refused:
            found[-1][1].extend(_fallbacks(plan, learner.refused))
        known = entities.fetch(connection, [finding for _, findings in found for finding in findings], usable)
        total = Counter[str]()
        for day, findings in found:
            total.update(_apply(connection, plan, day, [_enriched(f, known, plan.zone) for f in findings], known.names))
        counts = Counter[str](finding.type for _, findings in found for finding in findings)
        job.counts.update(total, findings=sum(counts.values()))
    refused = {f"{metric}, hotel {hotel}": why for (hotel, metric), why in learner.refused.items()}
    return DetectResult(days[0], days[-1], len(hotels), dict(counts), Transitions(**total), refused)


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _oldest(plan: Plan, first: date) -> datetime:
    """The start of the first day that judging or learning may look at; neither looks past its own window."""
    days = max(LOOK_BACK_DAYS, plan.training_days + plan.lookback_days)
    return datetime.combine(first - timedelta(days=days), time.min, tzinfo=plan.zone)


def _open(connection: "Connection", keys: Keys | None) -> dict[int, stored_models.Opened]:
    return stored_models.open_all(models.fetch_active(connection), keys)


class _Learner:
    """Gives what is known of a hotel on a day: stored models, or in a walk what that night would have learnt."""

    def __init__(
        self, plan: Plan, hotels: Mapping[int, Frames], opened: Mapping[int, stored_models.Opened], keys: Keys | None
    ) -> None:
        self._plan, self._hotels, self._opened, self._keys = plan, hotels, opened, keys
        self._stored: dict[int, Learnt] = {}

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """Models that could not be trusted, by hotel and metric."""
        return {
            (hotel, metric): why for hotel, opened in self._opened.items() for metric, why in opened.refused.items()
        }

    def learnt(self, hotel_id: int, day: date) -> Learnt:
        if self._plan.walks:
            return self._now(hotel_id, day, with_opinions=True)
        if hotel_id not in self._stored:
            opened = self._opened.get(hotel_id) or stored_models.Opened()
            fallback = self._now(hotel_id, self._plan.today(), with_opinions=False, known=opened.parameters)
            self._stored[hotel_id] = stored_models.as_learnt(opened, fallback, self._keys)
        return self._stored[hotel_id]

    def _now(self, hotel_id: int, day: date, *, with_opinions: bool, known: Collection[str] = ()) -> Learnt:
        window = training.training_days(day.toordinal(), self._plan.training_days, self._plan.lookback_days)
        past = self._hotels[hotel_id].between(*window)
        return training.learn(past, self._plan.min_points, with_opinions=with_opinions, known=known)


def _judge_day(plan: Plan, day: date, hotels: Mapping[int, Frames], learner: _Learner) -> list[Finding]:
    past_state = STATE_DETECTORS if not plan.walks and day != plan.today() else frozenset[str]()
    findings: list[Finding] = []
    for hotel_id, frames in hotels.items():
        moment = plan.moment(hotel_id, day)
        findings += judge(frames, learner.learnt(hotel_id, day), plan.limits, moment, skip=past_state)
    return findings


def _fallbacks(plan: Plan, refused: Mapping[tuple[int, str], str]) -> list[Finding]:
    """One finding for each hotel, naming all its metrics whose model was refused."""
    hotels: dict[int, list[str]] = {}
    for hotel_id, metric in sorted(refused):
        hotels.setdefault(hotel_id, []).append(metric)
    return [
        Finding(
            type="model_fallback",
            hotel_id=hotel_id,
            entity_type="hotel",
            entity_id=hotel_id,
            metric=next(name for name in METRIC_TYPES if name == metrics[0]),
            occurred_on=plan.today(),
            reason="model_refused",
            severity="medium",
            detector="models",
            value=float(len(metrics)),
            facts={"metrics": metrics, "why": refused[hotel_id, metrics[0]]},
        )
        for hotel_id, metrics in hotels.items()
    ]


def _enriched(finding: Finding, known: entities.Entities, zone: ZoneInfo) -> Finding:
    """The finding with its money at stake, the products found, and hours as the hotel's clock shows them."""
    found = known.found.get((finding.metric, finding.entity_id, finding.occurred_on.isoformat()))
    facts: dict[str, Any] = dict(finding.facts or {})
    if found:
        named = [{"name": known.names.get(("product", p), str(p)), "units": units} for p, units in found.items()]
        facts["products"] = sorted(named, key=lambda product: (-float(str(product["units"])), str(product["name"])))
    if "requested_at" in facts:
        facts["requested_time"] = datetime.fromisoformat(facts["requested_at"]).astimezone(zone).strftime("%H:%M")
    return replace(finding, facts=facts, impact=impact(finding, found, known.prices))


def _apply(
    connection: "Connection",
    plan: Plan,
    day: date,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
) -> dict[str, int]:
    """Alerts as the run of that day left them; in a walk that run is the one at the day's end."""
    is_last = day == plan.today()
    seen_at = plan.moment(0, day).as_of if plan.walks else plan.as_of
    evaluated = STATES if plan.walks or is_last else None
    moved = alerts.upsert(
        connection, findings, names, seen_at, lambda finding, name: sentences(finding, name, plan.lang), evaluated
    )
    logger.debug("%s: %d findings, %s", day, len(findings), moved)
    return asdict(moved)
