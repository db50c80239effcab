"""detect: from metric points to alerts, day by day, without looking ahead."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.alerts import Finding, MovedGround, Transitions
from minibar_ml.domain.alerting.kinds import AlertType, types_where
from minibar_ml.domain.errors import DatabaseUnreachable
from minibar_ml.domain.hotels.phases import History, recorded
from minibar_ml.domain.metrics import EntityType
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.detection import detection_input, fallbacks, list_watch, self_watch
from minibar_ml.jobs.detection.detection_input import DetectionInput
from minibar_ml.jobs.detection.detection_run import detect_days, enriched, still_found
from minibar_ml.jobs.detection.scope import Found, Scope
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.log import logger
from minibar_ml.ml.detectors import shares, unanswered
from minibar_ml.ml.frames import Frames
from minibar_ml.store import marks, runs, sessions
from minibar_ml.store.alerting import alerts, clocks, grounds, mutes
from minibar_ml.store.notifications import outbox, people
from minibar_ml.store.runs import LastRun
from minibar_ml.store.source import entities

if TYPE_CHECKING:
    from sqlalchemy import Connection

TRIES = 4
"""collect ends every quarter of an hour: that it does so during each of four runs in a row is next to impossible."""


class GroundMoved(DatabaseUnreachable):
    """New points came in each time while this run computed; nothing was stored. The next run continues."""


@dataclass(frozen=True, slots=True)
class DetectResult:
    """What one run looked at and did: days, findings by type, alert transitions, models that were refused.

    `phases`: by hotel, how much history it has at the as-of instant. `muted`: findings that a mute covers. `partly`:
    why messages could not be written.
    """

    since: date
    until: date
    hotels: int
    findings: dict[str, int]
    transitions: Transitions
    phases: dict[int, History]
    refused: dict[str, str] = field(default_factory=dict)
    muted: int = 0
    partly: str | None = None


def run(
    connection: "Connection", plan: DetectionPlan, keys: Keys | None, progress: Callable[[date], None]
) -> DetectResult:
    """Check each day and turn findings into alerts; `progress` is called with each day done.

    Reads one state of the store, computes while no transaction is open, and writes all in another one. Where points
    were written meanwhile, an alert would rest on others than it was found by: nothing is kept, and it is done again.
    """
    with runs.job_run(connection, "detect", plan.as_of, is_live=plan.is_live) as job:
        for _ in range(TRIES):
            given = detection_input.read(connection, plan, keys)
            days, hotels = given.scope.days, given.hotels
            found = detect_days(given.plan, days, hotels, given.models, progress, given.scope.hotels)
            found = given.scope.own(found, plan.today())
            doubtful = given.scope.doubtful(found)
            still = still_found(given.plan, hotels, given.models, doubtful)
            gone = [ground for ground in doubtful if ground not in still]
            result = _write(connection, given, found, gone, job)
            # By the last statement, which sees all that was committed before it.
            if runs.find_version(connection) == given.version:
                _mark(connection, given, job)
                return result
            connection.rollback()
            logger.info("new points came in: checking again")
        raise GroundMoved


def _write(
    connection: "Connection", given: DetectionInput, found: Found, gone: Sequence[MovedGround], job: runs.Run
) -> DetectResult:
    """Make alerts of the findings, in a transaction that begins here; `gone`: days that others' records contradict."""
    plan, scope, days, refused = given.plan, given.scope, given.scope.days, given.models.refused
    runs.delete_seen_changes(connection, given.since)
    if given.since.is_ahead and plan.is_live:
        clocks.rewind(connection, plan.as_of)
    found[-1][1].extend(_ended(connection, plan, given.hotels.frames))
    found[-1][1].extend(fallbacks.refused(plan, refused))
    if not plan.walks:
        found[-1][1].extend(fallbacks.switched_off(connection, plan, refused))
    if plan.is_live and not plan.walks:
        found[-1][1].extend(self_watch.findings(connection, plan))
    if plan.is_live:
        found[-1][1].extend(list(list_watch.findings(connection, plan, found[-1][1])))
    known = entities.fetch(connection, [finding for _, findings in found for finding in findings], given.usable)
    known.names.update(self_watch.NAMES)
    found = [
        (day, [enriched(f, known, plan.zone) for f in findings if not known.is_closed(f)]) for day, findings in found
    ]
    total, muted, has_mutes = Counter[str](), 0, mutes.may_cover(connection, days[0])
    total.update(_settle(connection, plan, scope, found, gone, known.names))
    for day, today in scope.new(found):
        unmuted = _unmuted(connection, plan, day, today, known.names) if has_mutes else today
        muted += len(today) - len(unmuted)
        total.update(_apply(connection, plan, day, unmuted, known.names))
    alerts.ease(connection, plan.as_of)
    if plan.is_live:
        # What a run of another day opened is left to the next one of now: most of it is over by then.
        job.partly = _announce(connection, plan, given.usable)
    counts = Counter[str](finding.type for _, findings in found for finding in findings)
    phases = _gone(given.since.last, plan) | given.hotels.records.of_hotels(plan.today())
    noted = {str(hotel_id): asdict(history) for hotel_id, history in phases.items()}
    why = {f"{metric}, hotel {hotel}": reason for (hotel, metric), reason in refused.items()}
    job.counts = {**total, "since": days[0].isoformat(), "findings": sum(counts.values())}
    job.counts.update(phases=noted, refused=why, shares=shares(), muted=muted)
    job.counts |= {"was_ahead": True} if given.since.is_ahead else {}
    return DetectResult(
        days[0], days[-1], len(phases), dict(counts), Transitions(**total), phases, why, muted, job.partly
    )


def _mark(connection: "Connection", given: DetectionInput, job: runs.Run) -> None:
    """Keep what this run went by, where it did all of its work by trusted models and went by no clock ahead."""
    outside, reading = given.plan.outside, given.reading
    if outside is None or reading is None or job.partly or given.models.refused or given.since.is_ahead:
        return
    marks.keep(
        connection,
        reading,
        job.id,
        outside,
        has_compared=given.since.collected_as_of is not None,
        patience_minutes=unanswered.PATIENCE_MINUTES,
    )


def _announce(connection: "Connection", plan: DetectionPlan, usable: Collection[str]) -> str | None:
    """Write the messages; why not, where somebody has people or channels locked.

    An alert does not wait for that: its message is left to `notify`, or to the next run.
    """
    try:
        with sessions.apart(connection):
            people.follow_source(connection, usable, plan.lang)
            outbox.enqueue(connection, plan.as_of, plan.least_values)
    except sessions.Blocked as blocked:
        return f"Messages are left to the next run. {blocked}"
    return None


def _gone(last: LastRun | None, plan: DetectionPlan) -> dict[int, History]:
    """Hotels that the last run knew, without history: those whose data have come to an end long ago stay in sight."""
    if last is None or plan.walks:
        return {}
    passed = (plan.today() - last.as_of.astimezone(plan.zone).date()).days
    return {hotel: History.of(0, known.silent_days + max(passed, 0)) for hotel, known in recorded(last.counts).items()}


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
