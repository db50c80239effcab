"""Alerts made of what was found in hotels that were checked together."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.domain.alerting.kinds import SERVER_TYPES, AlertType, types_where
from minibar_ml.domain.hotels.phases import History
from minibar_ml.domain.metrics import COMMON_STORE, EntityType
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.detection import counted, fallbacks, list_watch, self_watch
from minibar_ml.jobs.detection.checked import Checked
from minibar_ml.jobs.detection.detection_run import enriched
from minibar_ml.jobs.detection.scope import Found, Scope, key_of
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.log import logger
from minibar_ml.ml.detectors import unanswered
from minibar_ml.ml.frames import Frames
from minibar_ml.store.alerting import alerts, grounds, mutes
from minibar_ml.store.jobs import runs
from minibar_ml.store.source import entities

if TYPE_CHECKING:
    from sqlalchemy import Connection

Requests = Mapping[int, Mapping[int, str]]
"""By hotel and room, when the request of a live alert was made (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the findings of hotels that were written together."""

    days: Sequence[date]
    counts: Counter[str]
    total: Counter[str]
    muted: int
    phases: Mapping[int, History]
    refused: Mapping[tuple[int, str], str]


def write_part(connection: "Connection", one: Checked, job: runs.Run) -> Written:
    """Make alerts of the findings of one part, in the caller's transaction."""
    given, scope, days = one.given, one.given.scope, one.given.scope.days
    plan, found = given.plan, [(day, list(findings)) for day, findings in one.found]
    followed = grounds.fetch_followed(connection)
    found[-1][1].extend(_of_now(connection, one, found[-1][1], job, followed.requests))
    known = entities.fetch(connection, [finding for _, findings in found for finding in findings], given.usable)
    known.names.update(self_watch.NAMES)
    found = [(day, [finding for finding in findings if not known.is_closed(finding)]) for day, findings in found]
    total, muted, has_mutes = Counter[str](), 0, mutes.may_cover(connection, days[0])
    # Each day of a walk knows only the counts of its own time.
    for step in [[of_day] for of_day in found] if plan.walks else [found]:
        followed = grounds.fetch_followed(connection) if plan.walks else followed
        seen_at = plan.seen_at(step[-1][0])
        step, changed = counted.less_counted(step, followed.losses, one.frames, known, seen_at)
        step = [(day, [enriched(finding, known, plan.zone) for finding in findings]) for day, findings in step]
        total.update(_settle(connection, plan, scope, step, one.gone, changed, known.names))
        for day, today in scope.new(step):
            unmuted = _unmuted(connection, plan, day, today, known.names) if has_mutes else today
            muted += len(today) - len(unmuted)
            total.update(_apply(connection, plan, day, unmuted, known, given.part))
    counts = Counter[str](finding.type for _, findings in found for finding in findings)
    # Of a hotel that is closed nobody expects data.
    watched = given.hotels.records.of_hotels(plan.today()).items()
    phases = {hotel: phase for hotel, phase in watched if one.has(hotel) and hotel not in known.closed_hotels}
    return Written(days, counts, total, muted, phases, one.refused)


def _of_now(
    connection: "Connection", one: Checked, known: Sequence[Finding], job: runs.Run, requests: Requests
) -> Iterator[Finding]:
    """What a run says besides what its detectors have found: of requests, models and lists, and of the installation.

    `known`: findings of the last day; `requests`: of live alerts.
    """
    plan = one.given.plan
    yield from _ended(plan, one.frames, requests)
    yield from fallbacks.refused(plan, one.refused)
    if one.has(COMMON_STORE) and not plan.walks:
        yield from fallbacks.switched_off(connection, plan, one.refused)
        if plan.is_live:
            yield from self_watch.findings(connection, plan, job.failed)
    if plan.is_live:
        yield from (finding for finding in list_watch.findings(connection, plan, known) if one.has(finding.hotel_id))


def _settle(
    connection: "Connection",
    plan: DetectionPlan,
    scope: Scope,
    found: Found,
    gone: Collection[MovedGround],
    counted_: counted.Losses,
    names: Mapping[tuple[EntityType, int], str],
) -> dict[str, int]:
    """Alerts and muted findings as today's records have them.

    gone: days that others' records no longer bear out; counted_: losses of which counts say otherwise than before.
    """
    again = scope.again(found)
    moved = list(dict.fromkeys([*scope.of_alerts, *gone, *again]))
    keys = {key_of(ground) for ground in moved}
    losses = {ground: said for ground, said in counted_.items() if key_of(ground) not in keys}
    moved += losses
    if unmuted := scope.unmuted(found):
        mutes.forget(connection, unmuted)
    if not moved:
        return {}
    said = {**again, **losses}
    return asdict(grounds.settle(connection, moved, said, names, plan.seen_at(found[-1][0]), texts_of(plan)))


def _ended(plan: DetectionPlan, frames: Mapping[int, Frames], requests: Requests) -> list[Finding]:
    """Requests of live alerts that were over before today, so that the alert says how they ended."""
    if plan.walks:
        return []
    moments = {hotel_id: plan.moment(hotel_id, plan.today()) for hotel_id in frames}
    return [
        finding
        for hotel_id, rooms in requests.items()
        if hotel_id in frames
        for finding in unanswered.ended_before(frames[hotel_id], moments[hotel_id], rooms)
    ]


def texts_of(plan: DetectionPlan) -> Callable[[Finding, str], tuple[str, str]]:
    """What makes message and suggested action of a finding and its entity's name."""
    return lambda finding, name: sentences(finding, name, plan.lang)


def _unmuted(
    connection: "Connection",
    plan: DetectionPlan,
    day: date,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
) -> list[Finding]:
    """The findings of a day that no mute covers, at the instant of that day's run."""
    return mutes.take(connection, findings, names, plan.seen_at(day), texts_of(plan), day)


def _evaluated(plan: DetectionPlan) -> list[AlertType]:
    """The types of which a day's findings hold every state; only a run of now looks at the installation."""
    blind = () if plan.is_live and not plan.walks else SERVER_TYPES
    return [name for name in types_where(lambda kind: kind.may_be_state) if name not in blind]


def _apply(
    connection: "Connection",
    plan: DetectionPlan,
    day: date,
    findings: Sequence[Finding],
    known: entities.Entities,
    part: Collection[int] | None,
) -> dict[str, int]:
    """Alerts as the run of that day left them; in a walk that run is the one at the day's end."""
    is_last = day == plan.today()
    evaluated = _evaluated(plan) if plan.walks or is_last else None
    moved = alerts.upsert(
        connection,
        findings,
        known.names,
        plan.seen_at(day),
        texts_of(plan),
        evaluated,
        day,
        part,
        known.closed_hotels,
    )
    logger.debug("%s: %d findings, %s", day, len(findings), moved)
    return asdict(moved)
