"""detect: from metric points to alerts, day by day, without looking ahead."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.alerts import Transitions
from minibar_ml.domain.errors import DatabaseUnreachable
from minibar_ml.domain.hotels.phases import History, recorded
from minibar_ml.jobs import by_hotel
from minibar_ml.jobs.detection import detection_input
from minibar_ml.jobs.detection.checked import Checked, check
from minibar_ml.jobs.detection.detection_input import DetectionInput
from minibar_ml.jobs.detection.written import Written, texts_of, write_part
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.log import logger
from minibar_ml.ml.detectors import shares, unanswered
from minibar_ml.store import sessions
from minibar_ml.store.alerting import alerts, clocks, grounds
from minibar_ml.store.jobs import held, marks, runs
from minibar_ml.store.jobs.runs import LastRun
from minibar_ml.store.notifications import outbox, people

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
    which hotels could not be checked, and why messages could not be written.
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
    # Kept at once: it is so whatever this run finds, and grounds are those of the hotel that an alert is of.
    oldest = held.past(connection, lambda _left: grounds.follow(connection, plan.as_of, plan.today()))
    connection.commit()

    def looked_at(part: by_hotel.Hotels) -> Checked:
        undone_since = by_hotel.since_of(job.undone, part)
        return check(detection_input.read(connection, plan, keys, oldest, part, undone_since), progress, jobs)

    def since(part: by_hotel.Hotels) -> date:
        return detection_input.find_first_day(connection, plan, by_hotel.since_of(job.undone, part))

    for _ in range(TRIES):
        job.failed.clear()
        checked = units.each(units.parts(), looked_at, since, lambda: by_hotel.rolled_back(connection))
        result = held.past(connection, partial(_write, connection, checked, units))
        # By the last statement, which sees all that was committed before it.
        version = runs.find_version(connection)
        if all(one.given.version == version for one in checked):
            _mark(connection, checked[0].given, job)
            return result
        connection.rollback()
        logger.info("new points came in: checking again")
    raise GroundMoved


def _write(
    connection: "Connection", checked: Sequence[Checked], units: by_hotel.Units, left: Mapping[int, str]
) -> DetectResult:
    """Make alerts of the findings of all parts, in a transaction that begins here, and say what came of it.

    `left`: by hotel, what other sessions hold, which is left to the next run.
    """
    job, given = units.job, checked[0].given
    plan = given.plan
    for hotel_id, why in left.items():
        units.leave(hotel_id, why, min(one.given.scope.first for one in checked))
    if job.hotels is None:
        runs.delete_seen_changes(connection, given.since)
    if given.since.is_ahead and plan.is_live:
        clocks.rewind(connection, plan.as_of)

    def write(part: by_hotel.Hotels) -> Written:
        whole = next(one for one in checked if part is None or one.given.part is None or part <= one.given.part)
        return write_part(connection, whole.of(part), job)

    written = units.each(
        [one.given.part for one in checked], write, lambda part: min(one.given.scope.first for one in checked)
    )
    names = alerts.refresh(connection, plan.as_of, given.usable, texts_of(plan))
    if plan.is_live:
        # What a run of another day opened is left to the next one of now: most of it is over by then.
        job.partly = _announce(connection, plan, given.usable)
    result = _result(plan, given.since.last, written, job, is_ahead=given.since.is_ahead)
    # What others hold keeps its old names until a run can look at it.
    job.counts |= {"names": names} if names and not left else {}
    return result


def _result(
    plan: DetectionPlan, last: LastRun | None, written: Sequence[Written], job: runs.Run, *, is_ahead: bool
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
