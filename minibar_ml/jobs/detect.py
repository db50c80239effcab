"""detect: from metric points to alerts, day by day, without looking ahead."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.alerts import Finding, MovedGround, Transitions
from minibar_ml.domain.alerting.kinds import AlertType, types_where
from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.domain.hotels.phases import History, recorded
from minibar_ml.domain.metrics import EntityType
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs import fallbacks, list_watch, self_watch, stored_models
from minibar_ml.jobs.detection_run import Hotels, Models, detect_days, enriched, read_hotels, still_found
from minibar_ml.jobs.forecasting import with_names
from minibar_ml.jobs.nightly_training import NightlyTraining
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.jobs.scope import Found, Scope, changed_days
from minibar_ml.jobs.stored_models import StoredModels
from minibar_ml.log import logger
from minibar_ml.ml.detectors import shares, unanswered
from minibar_ml.ml.frames import Frames
from minibar_ml.store import models as stored
from minibar_ml.store import runs
from minibar_ml.store.alerting import alerts, grounds, mutes, verdicts
from minibar_ml.store.notifications import outbox, people
from minibar_ml.store.runs import LastRun, Since
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import entities

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class DetectResult:
    """What one run looked at and did: days, findings by type, alert transitions, models that were refused.

    `phases`: by hotel, how much history it has at the as-of instant. `muted`: findings that a mute covers.
    """

    since: date
    until: date
    hotels: int
    findings: dict[str, int]
    transitions: Transitions
    phases: dict[int, History]
    refused: dict[str, str] = field(default_factory=dict)
    muted: int = 0


def run(
    connection: "Connection", plan: DetectionPlan, keys: Keys | None, progress: Callable[[date], None]
) -> DetectResult:
    """Check each day and turn findings into alerts, in one transaction; `progress` is called with each day done."""
    with runs.job_run(connection, "detect", plan.as_of) as job:
        since = Since() if plan.walks else runs.find_last_with_changes(connection, "detect")
        scope = Scope.of(plan, since, _moved(connection, plan, since))
        days = scope.days
        usable = source.read(connection).usable
        plan = with_names(connection, plan, usable)
        loaded = {} if plan.walks else _load(connection, keys, plan.as_of)
        hotels = Hotels.of(plan, read_hotels(connection, plan, scope.first, usable, loaded))
        nightly = NightlyTraining(plan, hotels.frames, _verdicts(connection, plan))
        models: Models = nightly if plan.walks else StoredModels(loaded, keys, nightly, plan.today())
        found = scope.own(detect_days(plan, days, hotels, models, progress, scope.hotels), plan.today())
        found[-1][1].extend(_ended(connection, plan, hotels.frames))
        found[-1][1].extend(fallbacks.refused(plan, models.refused))
        if not plan.walks:
            found[-1][1].extend(fallbacks.switched_off(connection, plan, models.refused))
        if plan.is_live and not plan.walks:
            found[-1][1].extend(self_watch.findings(connection, plan))
        if plan.is_live:
            found[-1][1].extend(list(list_watch.findings(connection, plan, found[-1][1])))
        known = entities.fetch(connection, [finding for _, findings in found for finding in findings], usable)
        known.names.update(self_watch.NAMES)
        found = [
            (day, [enriched(f, known, plan.zone) for f in findings if not known.is_closed(f)])
            for day, findings in found
        ]
        total, muted, has_mutes = Counter[str](), 0, mutes.may_cover(connection, days[0])
        doubtful = scope.doubtful(found)
        still = still_found(plan, hotels, models, doubtful)
        gone = [ground for ground in doubtful if ground not in still]
        total.update(_settle(connection, plan, scope, found, gone, known.names))
        for day, today in scope.new(found):
            unmuted = _unmuted(connection, plan, day, today, known.names) if has_mutes else today
            muted += len(today) - len(unmuted)
            total.update(_apply(connection, plan, day, unmuted, known.names))
        alerts.ease(connection, plan.as_of)
        if plan.is_live:
            # What a run of another day opened is left to the next one of now: most of it is over by then.
            people.follow_source(connection, usable, plan.lang)
            outbox.enqueue(connection, plan.as_of)
        counts = Counter[str](finding.type for _, findings in found for finding in findings)
        phases = _gone(since.last, plan) | hotels.records.of_hotels(plan.today())
        noted = {str(hotel_id): asdict(history) for hotel_id, history in phases.items()}
        refused = {f"{metric}, hotel {hotel}": why for (hotel, metric), why in models.refused.items()}
        job.counts.update(total, since=days[0].isoformat(), findings=sum(counts.values()))
        job.counts.update(phases=noted, refused=refused, shares=shares(), muted=muted)
    return DetectResult(days[0], days[-1], len(phases), dict(counts), Transitions(**total), phases, refused, muted)


def _gone(last: LastRun | None, plan: DetectionPlan) -> dict[int, History]:
    """Hotels that the last run knew, without history: those whose data have come to an end long ago stay in sight."""
    if last is None or plan.walks:
        return {}
    passed = (plan.today() - last.as_of.astimezone(plan.zone).date()).days
    return {hotel: History.of(0, known.silent_days + max(passed, 0)) for hotel, known in recorded(last.counts).items()}


def _moved(connection: "Connection", plan: DetectionPlan, since: Since) -> list[MovedGround]:
    """Days of live alerts whose points have changed; none where nothing was collected since the last run looked."""
    is_known = plan.walks or (since.last is not None and since.collected_as_of is None)
    return [] if is_known else grounds.fetch_moved(connection, plan.today(), changed_days(plan, since))


def _settle(
    connection: "Connection",
    plan: DetectionPlan,
    scope: Scope,
    found: Found,
    gone: Collection[MovedGround],
    names: Mapping[tuple[EntityType, int], str],
) -> dict[str, int]:
    """Alerts and muted findings as today's records have them; `gone`: days that others' records no longer bear out."""
    moved = [*scope.of_alerts, *gone]
    if unmuted := scope.unmuted(found):
        mutes.forget(connection, unmuted)
    if not moved:
        return {}
    return asdict(grounds.settle(connection, moved, scope.again(found), names, plan.as_of, _texts(plan)))


def _ended(connection: "Connection", plan: DetectionPlan, frames: Mapping[int, Frames]) -> list[Finding]:
    """Requests of live alerts that were over before today, so that the alert says how they ended."""
    if plan.walks:
        return []
    waiting = alerts.fetch_waiting(connection)
    moments = {hotel_id: plan.moment(hotel_id, plan.today()) for hotel_id in frames}
    return [
        finding
        for hotel_id, rooms in waiting.items()
        if hotel_id in frames
        for finding in unanswered.ended_before(frames[hotel_id], moments[hotel_id], rooms)
    ]


def _verdicts(connection: "Connection", plan: DetectionPlan) -> Callable[[date], list[LabelledAlert]]:
    """The verdicts known on a day; fetched when first asked for, which is only where something is learned."""

    @cache
    def fetched() -> list[LabelledAlert]:
        return verdicts.fetch(connection)

    def known_on(day: date) -> list[LabelledAlert]:
        # A walk raises what that day's run would have raised: it knew no verdict that came later.
        return [one for one in fetched() if not plan.walks or one.at <= plan.seen_at(day)]

    return known_on


def _load(connection: "Connection", keys: Keys | None, as_of: datetime) -> dict[int, stored_models.LoadedModels]:
    """The active models; one that was trained after the as-of instant would be a look ahead."""
    known = [model for model in stored.fetch_active(connection) if model.trained_at <= as_of]
    return stored_models.load(known, keys)


def _texts(plan: DetectionPlan) -> Callable[[Finding, str], tuple[str, str]]:
    return lambda finding, name: sentences(finding, name, plan.lang)


def _unmuted(
    connection: "Connection",
    plan: DetectionPlan,
    day: date,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
) -> list[Finding]:
    """The findings of a day that no mute covers, at the instant of that day's run."""
    return mutes.take(connection, findings, names, plan.seen_at(day), _texts(plan), day)


def _evaluated(plan: DetectionPlan) -> list[AlertType]:
    """The types of which a day's findings hold every state; only a run of now looks at the installation."""
    blind = () if plan.is_live and not plan.walks else self_watch.types()
    return [name for name in types_where(lambda kind: kind.may_be_state) if name not in blind]


def _apply(
    connection: "Connection",
    plan: DetectionPlan,
    day: date,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
) -> dict[str, int]:
    """Alerts as the run of that day left them; in a walk that run is the one at the day's end."""
    is_last = day == plan.today()
    evaluated = _evaluated(plan) if plan.walks or is_last else None
    moved = alerts.upsert(
        connection,
        findings,
        names,
        plan.seen_at(day),
        _texts(plan),
        evaluated,
        day,
    )
    logger.debug("%s: %d findings, %s", day, len(findings), moved)
    return asdict(moved)
