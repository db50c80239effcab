"""backtest: what cron would have raised in a hotel's own past; nothing is written, nothing is held up.

The walk of `detect --since` (jobs/detection/detection_run.py), from no alert at all; its findings become alerts by the
queries of detect, in a temporary table.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert, Finding, Severity
from minibar_ml.domain.alerting.budget import BudgetUsage
from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import AlertType, types_where
from minibar_ml.domain.hotels.phases import History, Phase
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.jobs.detection import counted
from minibar_ml.jobs.detection.detection_run import Hotels, detect_days, enriched, read_hotels
from minibar_ml.jobs.detection.nightly_training import NightlyTraining
from minibar_ml.jobs.detection.scope import Found
from minibar_ml.jobs.forecasts.forecasting import with_names
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import Records
from minibar_ml.store.alerting import alerts, grounds, mutes, verdicts
from minibar_ml.store.schema.scratch import scratch_alerts
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import entities, hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Watched:
    """One hotel of a backtest: its rooms (None: unknown), days checked by phase, history now, alerts."""

    hotel_id: int
    rooms: int | None
    days: int
    days_by_phase: Mapping[Phase, int]
    history: History
    alerts: int


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """What would have been raised from `since` up to, not including, `until`.

    `alerts`: sorted by severity, then the latest first; as they stood at the end. `by_day`: how many were raised when
    each day was checked. `muted`: findings that a mute covers.
    """

    since: date
    until: date
    budget: float
    hotels: tuple[Watched, ...]
    alerts: tuple[Alert, ...]
    by_day: Mapping[date, int]
    muted: int = 0

    @property
    def auto_resolved(self) -> int:
        """Alerts that the system itself had resolved by the end."""
        return sum(alert.status == "resolved" for alert in self.alerts)

    @property
    def rooms(self) -> int | None:
        """Rooms watched; None where none is known."""
        return sum(hotel.rooms or 0 for hotel in self._with_rooms) or None

    @property
    def usage(self) -> BudgetUsage:
        """All alerts compared with the budget."""
        room_days = sum((hotel.rooms or 0) * hotel.days for hotel in self._with_rooms) or None
        return BudgetUsage(
            budget_per_1000_rooms_day=self.budget, days=len(self.by_day), room_days=room_days, alerts=len(self.alerts)
        )

    @property
    def _with_rooms(self) -> tuple[Watched, ...]:
        """The common store's rooms are its hotels': they count where it is watched alone."""
        own = tuple(hotel for hotel in self.hotels if hotel.hotel_id != COMMON_STORE)
        return own or self.hotels

    def counts(self) -> dict[AlertType, dict[Severity, int]]:
        """Alerts by type and severity, the most frequent type first."""
        found: dict[AlertType, dict[Severity, int]] = {}
        for kind, _ in Counter(alert.type for alert in self.alerts).most_common():
            of_kind = Counter(alert.severity for alert in self.alerts if alert.type == kind)
            found[kind] = {severity: of_kind[severity] for severity in SEVERITIES}
        return found

    def resolved_by_type(self) -> Counter[AlertType]:
        """Alerts by type that the system itself had resolved by the end."""
        return Counter(alert.type for alert in self.alerts if alert.status == "resolved")


def run(
    connection: "Connection", plan: DetectionPlan, hotel_id: int | None, progress: Callable[[date], None]
) -> BacktestResult:
    """Walk through the plan's days; `progress` is called with each day done. Raises NotFound for an unknown hotel.

    Verdicts and mutes count as they are now, as settings do: the question is what cron would raise.

    Reads in two short snapshots, before and after detection, so that no lock is held while it computes.
    """
    asked = plan.days(None)
    with snapshot(connection):
        if hotel_id is not None:
            hotels.require(connection, hotel_id)
        usable = source.read(connection).usable
        plan = with_names(connection, plan, usable)
        read = read_hotels(connection, plan, asked[0], usable)
        given = verdicts.fetch(connection)
        rooms = hotels.fetch_rooms(connection, plan.moment(0, asked[0]).starts_at, plan.as_of)
    watched = Hotels.of(plan, {number: frames for number, frames in read.items() if hotel_id in (None, number)})
    days = [day for day in asked if any(watched.records.has_begun(number, day) for number in watched.frames)]
    found = detect_days(plan, days, watched, NightlyTraining(plan, watched.frames, lambda _day: given), progress)
    with scratch_alerts(connection), snapshot(connection):
        known = entities.fetch(connection, [finding for _, findings in found for finding in findings], usable)
        raised, by_day, muted = _raised(connection, plan, found, known, watched.frames)
    hotels_watched = tuple(_watched(number, rooms, days, watched.records, plan, raised) for number in watched.frames)
    return BacktestResult(
        days[0] if days else asked[-1] + timedelta(days=1),
        asked[-1] + timedelta(days=1),
        plan.limits.budget,
        hotels_watched,
        tuple(sorted(raised, key=_gravity, reverse=True)),
        by_day,
        muted,
    )


def _raised(
    connection: "Connection", plan: DetectionPlan, found: Found, known: entities.Entities, frames: Mapping[int, Frames]
) -> tuple[list[Alert], dict[date, int], int]:
    """The alerts that the findings would have made, how many of them each day, and how many findings a mute covers.

    Their texts follow from their figures when they are shown; which of them another one mutes is left out, for what is
    raised is counted.
    """
    muted, by_day, has_mutes = 0, dict[date, int](), bool(found) and mutes.may_cover(connection, found[0][0])
    states = types_where(lambda kind: kind.may_be_state)
    for day, findings in found:
        of_day = [(day, [finding for finding in findings if not known.is_closed(finding)])]
        losses = grounds.fetch_followed(connection).losses
        [(_, less)], changed = counted.less_counted(of_day, losses, frames, known, plan.seen_at(day))
        if changed:
            grounds.settle(connection, list(changed), changed, known.names, plan.seen_at(day), _no_texts)
        whole = today = [enriched(finding, known, plan.zone) for finding in less]
        if has_mutes:
            today = mutes.take(connection, whole, known.names, plan.seen_at(day), _no_texts, day)
        muted += len(whole) - len(today)
        moved = alerts.upsert(connection, today, known.names, plan.seen_at(day), _no_texts, states, day)
        by_day[day] = moved.opened
    raised = alerts.fetch(connection, AlertFilter(statuses=None, sort="time"))
    return [replace(alert, muted_by=None) for alert in raised], by_day, muted


def _no_texts(_finding: Finding, _name: str) -> tuple[str, str]:
    return "", ""


def _watched(
    hotel_id: int,
    rooms: Mapping[int, int],
    days: list[date],
    records: Records,
    plan: DetectionPlan,
    raised: list[Alert],
) -> Watched:
    own = [day for day in days if records.has_begun(hotel_id, day)]
    return Watched(
        hotel_id,
        rooms.get(hotel_id),
        len(own),
        dict(Counter(records.history(hotel_id, day).phase for day in own)),
        records.history(hotel_id, plan.today()),
        sum(alert.hotel_id == hotel_id for alert in raised),
    )


def _gravity(alert: Alert) -> tuple[object, ...]:
    return SEVERITIES.index(alert.severity), alert.raised_at, alert.impact or 0.0, -alert.id
