"""detect: from metric points to alerts, day by day, without looking ahead."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.alerts import Finding, MovedGround, Transitions
from minibar_ml.domain.alerting.kinds import AlertType, types_where
from minibar_ml.domain.errors import DatabaseUnreachable
from minibar_ml.domain.hotels.phases import History, recorded
from minibar_ml.domain.metrics import COMMON_STORE, EntityType
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs import by_hotel
from minibar_ml.jobs.detection import detection_input, fallbacks, list_watch, self_watch
from minibar_ml.jobs.detection.detection_input import DetectionInput
from minibar_ml.jobs.detection.detection_run import detect_days, enriched, still_found
from minibar_ml.jobs.detection.scope import Found, Scope
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.log import logger
from minibar_ml.ml.detectors import shares, unanswered
from minibar_ml.ml.frames import Frames
from minibar_ml.store import sessions
from minibar_ml.store.alerting import alerts, clocks, grounds, mutes
from minibar_ml.store.jobs import marks, runs
from minibar_ml.store.jobs.runs import LastRun
from minibar_ml.store.notifications import outbox, people
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
    which hotels could not be checked, and why
    messages could not be written.
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
    connection: "Connection",
    plan: DetectionPlan,
    keys: Keys | None,
    progress: Callable[[date], None],
    hotels: Collection[int] | None = None,
    jobs: int = 1,
) -> DetectResult:
    """Check each day and turn findings into alerts; `progress` is called with each day done.

    `hotels`: only these. `jobs`: how many processes check hotels side by side.

    Reads one state of the store, computes while no transaction is open, and writes all in another one. Where points
    were written meanwhile, an alert would rest on others than it was found by: nothing is kept, and it is done again.
    A hotel that can't be checked is named, its alerts stay as they are, and the others are checked all the same.
    """
    with runs.job_run(connection, "detect", plan.as_of, hotels=hotels, is_live=plan.is_live) as job:
        return by_hotel.apart(connection, job, lambda units: _detect(connection, plan, keys, progress, units, jobs))


def _detect(
    connection: "Connection",
    plan: DetectionPlan,
    keys: Keys | None,
    progress: Callable[[date], None],
    units: by_hotel.Units,
    jobs: int,
) -> DetectResult:
    job = units.job

    def check(part: by_hotel.Hotels) -> _Checked:
        undone_since = by_hotel.since_of(job.undone, part)
        return _check(detection_input.read(connection, plan, keys, part, undone_since), progress, jobs)

    def since(part: by_hotel.Hotels) -> date:
        return detection_input.find_first_day(connection, plan, by_hotel.since_of(job.undone, part))

    for _ in range(TRIES):
        job.failed.clear()
        checked = units.each(units.parts(), check, since, lambda: by_hotel.rolled_back(connection))
        result = _write(connection, checked, units)
        # By the last statement, which sees all that was committed before it.
        version = runs.find_version(connection)
        if all(one.given.version == version for one in checked):
            _mark(connection, checked[0].given, job)
            return result
        connection.rollback()
        logger.info("new points came in: checking again")
    raise GroundMoved


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found in hotels that were checked together; `gone`: days that others' records contradict."""

    given: DetectionInput
    found: Found
    gone: Sequence[MovedGround]

    def of(self, part: by_hotel.Hotels) -> "_Checked":
        """The same of some of its hotels."""
        if part == self.given.part or part is None:
            return self
        found = [(day, [one for one in findings if one.hotel_id in part]) for day, findings in self.found]
        given = replace(self.given, part=part, scope=self.given.scope.of_hotels(part))
        return _Checked(given, found, [one for one in self.gone if one.hotel_id in part])

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """Why stored models could not be trusted, by hotel and metric."""
        return {key: why for key, why in self.given.models.refused.items() if self.has(key[0])}

    @property
    def frames(self) -> dict[int, Frames]:
        """What was read, by hotel."""
        return {hotel_id: frames for hotel_id, frames in self.given.hotels.frames.items() if self.has(hotel_id)}

    def has(self, hotel_id: int) -> bool:
        """Whether the hotel was checked here."""
        return self.given.part is None or hotel_id in self.given.part


def _check(given: DetectionInput, progress: Callable[[date], None], jobs: int) -> _Checked:
    """Find what is to be found, and which alerts' days nothing bears out any longer."""
    plan, scope, hotels = given.plan, given.scope, given.hotels
    found = detect_days(plan, scope.days, hotels, given.models, progress, scope.hotels, jobs)
    found = scope.own(found, plan.today())
    doubtful = scope.doubtful(found)
    still = still_found(plan, hotels, given.models, doubtful)
    return _Checked(given, found, [ground for ground in doubtful if ground not in still])


def _write(connection: "Connection", checked: Sequence[_Checked], units: by_hotel.Units) -> DetectResult:
    """Make alerts of the findings of all parts, in a transaction that begins here, and say what came of it."""
    job, given = units.job, checked[0].given
    plan = given.plan
    if job.hotels is None:
        runs.delete_seen_changes(connection, given.since)
    if given.since.is_ahead and plan.is_live:
        clocks.rewind(connection, plan.as_of)

    def write(part: by_hotel.Hotels) -> _Written:
        whole = next(one for one in checked if part is None or one.given.part is None or part <= one.given.part)
        return _write_part(connection, whole.of(part), job)

    written = units.each(
        [one.given.part for one in checked], write, lambda part: min(one.given.scope.first for one in checked)
    )
    alerts.ease(connection, plan.as_of)
    if plan.is_live:
        # What a run of another day opened is left to the next one of now: most of it is over by then.
        job.partly = _announce(connection, plan, given.usable)
    return _result(plan, given.since.last, written, job, is_ahead=given.since.is_ahead)


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of the findings of hotels that were written together."""

    days: Sequence[date]
    counts: Counter[str]
    total: Counter[str]
    muted: int
    phases: Mapping[int, History]
    refused: Mapping[tuple[int, str], str]


def _write_part(connection: "Connection", one: _Checked, job: runs.Run) -> _Written:
    given, scope, days = one.given, one.given.scope, one.given.scope.days
    plan, found = given.plan, [(day, list(findings)) for day, findings in one.found]
    found[-1][1].extend(_of_now(connection, one, found[-1][1], job))
    known = entities.fetch(connection, [finding for _, findings in found for finding in findings], given.usable)
    known.names.update(self_watch.NAMES)
    found = [
        (day, [enriched(f, known, plan.zone) for f in findings if not known.is_closed(f)]) for day, findings in found
    ]
    total, muted, has_mutes = Counter[str](), 0, mutes.may_cover(connection, days[0])
    total.update(_settle(connection, plan, scope, found, one.gone, known.names))
    for day, today in scope.new(found):
        unmuted = _unmuted(connection, plan, day, today, known.names) if has_mutes else today
        muted += len(today) - len(unmuted)
        total.update(_apply(connection, plan, day, unmuted, known.names, given.part))
    counts = Counter[str](finding.type for _, findings in found for finding in findings)
    phases = given.hotels.records.of_hotels(plan.today())
    return _Written(days, counts, total, muted, {h: p for h, p in phases.items() if one.has(h)}, one.refused)


def _of_now(connection: "Connection", one: _Checked, known: Sequence[Finding], job: runs.Run) -> Iterator[Finding]:
    """What a run says besides what its detectors have found: of requests, models and lists, and of the installation.

    `known`: findings of the last day.
    """
    plan = one.given.plan
    yield from _ended(connection, plan, one.frames)
    yield from fallbacks.refused(plan, one.refused)
    if one.has(COMMON_STORE) and not plan.walks:
        yield from fallbacks.switched_off(connection, plan, one.refused)
        if plan.is_live:
            yield from self_watch.findings(connection, plan, job.failed)
    if plan.is_live:
        yield from (finding for finding in list_watch.findings(connection, plan, known) if one.has(finding.hotel_id))


def _result(
    plan: DetectionPlan, last: LastRun | None, written: Sequence[_Written], job: runs.Run, *, is_ahead: bool
) -> DetectResult:
    """What a run did, which its record keeps as well."""
    days = sorted({day for part in written for day in part.days})
    counts, total = (sum((getattr(part, name) for part in written), Counter[str]()) for name in ("counts", "total"))
    muted = sum(part.muted for part in written)
    phases = _gone(last, plan)
    for part in written:
        phases |= part.phases
    why = {f"{metric}, hotel {hotel}": w for part in written for (hotel, metric), w in part.refused.items()}
    noted = {str(hotel_id): asdict(history) for hotel_id, history in phases.items()}
    moved = asdict(Transitions(**total))
    job.counts = {**moved, "since": days[0].isoformat(), "findings": counts.total()}
    job.counts.update(phases=noted, refused=why, shares=shares(), muted=muted)
    job.counts |= {"was_ahead": True} if is_ahead else {}
    return DetectResult(
        days[0], days[-1], len(phases), dict(counts), Transitions(**total), phases, why, muted, job.missing
    )


def _mark(connection: "Connection", given: DetectionInput, job: runs.Run) -> None:
    """Keep what this run went by, where it did all of its work by trusted models and went by no clock ahead."""
    outside, reading = given.plan.outside, given.reading
    if outside is None or reading is None or job.missing or given.models.refused or given.since.is_ahead:
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
    part: Collection[int] | None,
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
        part,
    )
    logger.debug("%s: %d findings, %s", day, len(findings), moved)
    return asdict(moved)
