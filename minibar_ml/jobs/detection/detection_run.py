"""Checking hotels' days one after the other, as detect and backtest both do it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.domain.alerting.kinds import OVER_SETUP, AlertType
from minibar_ml.domain.hotels.found import FoundProducts
from minibar_ml.domain.metrics import STAYS
from minibar_ml.jobs import side_by_side
from minibar_ml.jobs.detection.scope import Found, key_of
from minibar_ml.jobs.detection.stored_models import LoadedModels
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import Records
from minibar_ml.ml.impact import impact, severity
from minibar_ml.ml.training import FittedModels
from minibar_ml.store.alerting.findings import most_first
from minibar_ml.store.points import frames as points
from minibar_ml.store.source import entities
from minibar_ml.store.source.hotels import fetch_ids

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Models(Protocol):
    """What days are checked by: StoredModels, or in a walk NightlyTraining."""

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """Why stored models could not be trusted, by hotel and metric."""

    def fitted(self, hotel_id: int, day: date, /) -> FittedModels:
        """The models to check a hotel's day by."""

    def of_hotel(self, hotel_id: int, days: Collection[date], /) -> "Models":
        """The same of one hotel, for these days, to be sent to another process."""

    def refuse(self, why: Mapping[tuple[int, str], str]) -> None:
        """Note what another process found of stored models."""


@dataclass(frozen=True, slots=True)
class Hotels:
    """What a run has read of each hotel, and which days of it are on record."""

    frames: Mapping[int, Frames]
    records: Records

    @classmethod
    def of(cls, plan: DetectionPlan, frames: Mapping[int, Frames]) -> "Hotels":
        """Hotels whose history counts as far back as the plan looks."""
        return cls(frames, Records(frames, plan.history_days))


def read_hotels(
    connection: "Connection",
    plan: DetectionPlan,
    first: date,
    usable: Collection[str] = (),
    loaded: Mapping[int, LoadedModels] | None = None,
    part: Collection[int] | None = None,
) -> dict[int, Frames]:
    """All that checking `first` and the days after it, and learning for them, may look at; by hotel (None: all).

    Where every hotel has stored models that can be trusted, nothing is learned, and less is read: at 100,000 rooms a
    tenth of it.
    """
    known = [one for one in fetch_ids(connection, usable) if part is None or one in part] if loaded else []
    learns = not loaded or any(one not in loaded or not loaded[one].is_whole for one in [*known, *loaded])
    later = {} if learns else plan.oldest_scored(first)
    since = plan.oldest(first)
    frames = replace(points.fetch(connection, since, plan.as_of, later, part), calendar=plan.calendar)
    if plan.is_live and STAYS.issubset(usable):
        frames = replace(frames, reservations=points.fetch_reservations(connection, since, plan.as_of, part))
    if plan.is_live and "source_orders" in usable:
        frames = replace(frames, orders=points.fetch_orders(connection, since, plan.as_of, part))
    frames = frames.in_range(entities.fetch_retired(connection, usable))
    return {hotel_id: frames.of_hotel(hotel_id) for hotel_id in frames.hotels() if part is None or hotel_id in part}


def detect_days(
    plan: DetectionPlan,
    days: Iterable[date],
    hotels: Hotels,
    models: Models,
    progress: Callable[[date], None],
    only: Mapping[date, Collection[int]] | None = None,
    jobs: int = 1,
) -> Found:
    """What every hotel's detectors find on each day, in order; `progress` is called with each day done.

    `only`: the hotels that are checked on days on which not all are. `jobs`: how many processes check hotels.
    """
    if jobs > 1:
        return _side_by_side(plan, list(days), hotels, models, only or {}, jobs)
    found = []
    for day in days:
        found.append((day, _detect_day(plan, day, hotels, models, (only or {}).get(day))))
        progress(day)
    return found


def _side_by_side(
    plan: DetectionPlan,
    days: Sequence[date],
    hotels: Hotels,
    models: Models,
    only: Mapping[date, Collection[int]],
    jobs: int,
) -> Found:
    tasks = [
        (plan, days, replace(hotels, frames={hotel_id: frames}), models.of_hotel(hotel_id, days), only)
        for hotel_id, frames in hotels.frames.items()
    ]
    found: Found = [(day, []) for day in days]
    for of_hotel, refused in side_by_side.each(_of_hotel, tasks, jobs):
        models.refuse(refused)
        for (_, findings), (_, own) in zip(found, of_hotel, strict=True):
            findings += own
    return found


def _of_hotel(
    plan: DetectionPlan,
    days: Sequence[date],
    hotels: Hotels,
    models: Models,
    only: Mapping[date, Collection[int]],
) -> tuple[Found, dict[tuple[int, str], str]]:
    """What is found in one hotel, and which of its models were refused meanwhile."""
    found = detect_days(plan, days, hotels, models, lambda _day: None, only)
    return found, models.refused


def can_judge(hotels: Hotels, models: Models, ground: MovedGround) -> bool:
    """Whether a detector that finds such faults is at work in the hotel; where there is nothing on record, none has to.

    A hotel may have stored models of other metrics alone, until the next training.
    """
    if ground.hotel_id not in hotels.frames:
        return True
    of_fault = [one.spec.name for one in ALL if ground.type in one.spec.types and one.spec.metric == ground.metric]
    learned = models.fitted(ground.hotel_id, ground.judged_on).parameters
    return not of_fault or any(name in learned for name in of_fault)


def still_found(
    plan: DetectionPlan, hotels: Hotels, models: Models, asked: Collection[MovedGround]
) -> dict[MovedGround, Finding]:
    """Those of these days' faults that the same detectors would still let stand, as found now; see Limits.lenient."""
    still: dict[MovedGround, Finding] = {}
    for day in {ground.judged_on for ground in asked}:
        of_day = [ground for ground in asked if ground.judged_on == day]
        types, of_hotels = {ground.type for ground in of_day}, {ground.hotel_id for ground in of_day}
        found = {key_of(one): one for one in _detect_day(plan, day, hotels, models, of_hotels, types)}
        still |= {ground: found[key_of(ground)] for ground in of_day if key_of(ground) in found}
    return still


def _detect_day(
    plan: DetectionPlan,
    day: date,
    hotels: Hotels,
    models: Models,
    only: Collection[int] | None,
    kept: Collection[AlertType] | None = None,
) -> list[Finding]:
    # What holds at an instant can be said of a past day only as of its end, by a walk.
    with_states = plan.walks or day == plan.today()
    findings: list[Finding] = []
    for hotel_id, frames in hotels.frames.items():
        if only is not None and hotel_id not in only:
            continue
        fitted, moment = models.fitted(hotel_id, day), plan.moment(hotel_id, day)
        history = hotels.records.history(hotel_id, day)
        limits = plan.limits_of(hotel_id)
        findings += detect_day(frames, fitted, limits, moment, with_states=with_states, history=history, kept=kept)
    return findings


def enriched(finding: Finding, known: entities.Entities, zone: ZoneInfo) -> Finding:
    """The finding with its possible loss, the severity that follows, products, and hours of the hotel's clock."""
    found = known.found.get((finding.metric, finding.hotel_id, finding.entity_id, finding.occurred_on.isoformat()))
    facts: dict[str, Any] = dict(finding.facts or {})
    if found and found.units:
        facts["products"] = _named(found.units, known)
    if found and found.holds:
        over = {product: found.units[product] for product in found.holds if product in found.units}
        facts[OVER_SETUP] = [{**one, "holds": found.holds[one["id"]]} for one in _named(over, known)]
    if found and _is_of_entries(finding, found):
        facts["room_ids"] = [one.room_id for one in found.over_rooms]
        facts["over_rooms"] = [{"units": one.units, "holds": one.holds} for one in found.over_rooms]
        facts["over_units"] = found.over_units
    for what in ("requested", "began"):
        if f"{what}_at" in facts:
            facts[f"{what}_time"] = datetime.fromisoformat(facts[f"{what}_at"]).astimezone(zone).strftime("%H:%M")
    if "room_ids" in facts:
        facts["rooms"] = [known.names.get(("room", room), str(room)) for room in facts["room_ids"]]
    explained = replace(finding, facts=facts)
    valued = replace(explained, impact=impact(explained, found, known.prices))
    return replace(valued, severity=severity(valued, known.prices))


def _is_of_entries(finding: Finding, found: FoundProducts) -> bool:
    """Whether half of what is too much of a product was entered for rooms that cannot hold it."""
    excess = finding.value - (finding.expected or 0.0)
    return 0.0 < excess <= 2 * found.over_units


def _named(units: Mapping[int, float], known: entities.Entities) -> list[Mapping[str, Any]]:
    """Products with their names, the most first."""
    named = [{"id": p, "name": known.names.get(("product", p), str(p)), "units": count} for p, count in units.items()]
    return most_first(named)
