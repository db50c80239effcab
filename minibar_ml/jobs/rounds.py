"""rounds: which minibars to check on a day, from the stored models and what is known that morning. Only reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.domain.hotels.calendar import Calendar
from minibar_ml.domain.models import StoredModel
from minibar_ml.domain.rounds import Round, RoundRules
from minibar_ml.jobs.detection import stored_models
from minibar_ml.jobs.round_of_hotel import Known, plan_hotel
from minibar_ml.ml.contract import Parameters, TooLittle
from minibar_ml.ml.detectors.room_consumption import RoomConsumption
from minibar_ml.ml.rooms import visit_model
from minibar_ml.store import models
from minibar_ml.store.points import frames, rounds
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import hotels, names
from minibar_ml.store.source.names import is_floor

if TYPE_CHECKING:
    from pandas import DataFrame
    from sqlalchemy import Connection

MODEL = RoomConsumption.spec.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPlan:
    """Which round: of a business day in `zone`, of one hotel, floor or attendants, or of all (None).

    `training_days` and `min_points` say from what a hotel's model is learned where none is stored.
    """

    day: date
    as_of: datetime
    zone: ZoneInfo
    rules: RoundRules
    training_days: int
    min_points: int
    calendar: Calendar
    hotel_id: int | None = None
    floor: str | None = None
    attendant: str | None = None

    def start(self, days_before: int) -> datetime:
        """The midnight at which the day so many days before the round's begins."""
        return datetime.combine(self.day - timedelta(days=days_before), time.min, tzinfo=self.zone)


def run(connection: "Connection", plan: RoundsPlan, keys: Keys | None) -> list[Round]:
    """The rounds of all hotels that have a room to visit, in order of hotel.

    A hotel without a stored model that can be used gets one in memory. Raises NotFound for an unknown floor or
    attendant, UsageError for a part of several attendants' names, PreconditionFailed for a role that may not see stays.
    """
    with snapshot(connection):
        rounds.require_rights(connection)
        attendant = None if plan.attendant is None else _attendant(connection, plan.attendant)
        rooms = _wanted(connection, plan, attendant)
        parameters = _parameters(connection, plan, keys)
        is_known = set(rooms["hotel_id"]) <= parameters.keys()
        days = visit_model.LONGEST_STAY_DAYS if is_known else max(plan.training_days, visit_model.LONGEST_STAY_DAYS)
        checks = frames.fetch_rooms(connection, plan.start(days), plan.start(0))
        usable = source.read(connection).usable
        known = Known(
            checks=checks,
            used=rounds.fetch_products(connection, plan.day),
            signs=frozenset(rounds.fetch_signs(connection, plan.day - timedelta(days=1), usable)),
            alerts=rounds.fetch_alerts(connection, plan.day),
            hotels=hotels.fetch_names(connection),
            products=names.fetch(connection, names.QUERIES["product"]),
            attendant=attendant.name if attendant else None,
        )
    made = (_round(plan, known, parameters, hotel_id, group) for hotel_id, group in rooms.groupby("hotel_id"))
    return [one for one in made if one.visits or one.in_house or one.done]


@dataclass(frozen=True, slots=True)
class _Attendant:
    id: int
    name: str


def _attendant(connection: "Connection", asked: str) -> _Attendant:
    found = names.find(connection, "attendant", asked)
    if len(found) > 1:
        meant = ", ".join(f"{name} ({id})" for id, name in found.items())
        raise UsageError(f"--attendant {asked!r} can be any of these: {meant}. Give the whole name or the id.")
    ((id, name),) = found.items()
    return _Attendant(id, name)


def _wanted(connection: "Connection", plan: RoundsPlan, attendant: _Attendant | None) -> "DataFrame":
    """The rooms of the hotel, floor and attendant that are asked for."""
    rooms = rounds.fetch_rooms(connection, plan.day, plan.hotel_id)
    if plan.day < plan.as_of.astimezone(plan.zone).date():
        # A past day's round is planned as in its morning.
        rooms = rooms.assign(is_done=False)
    if plan.floor is not None and not rooms.empty:
        rooms = _on_floor(rooms, plan.floor)
    return rooms if attendant is None else rooms[rooms["attendant_id"] == attendant.id]


def _on_floor(rooms: "DataFrame", asked: str) -> "DataFrame":
    found = rooms[[is_floor(name, asked) for name in rooms["floor"]]]
    if len(rooms) and not len(found):
        floors = ", ".join(dict.fromkeys(rooms["floor"]))
        raise NotFound(f"There is no floor {asked!r} (by name or number); there are {floors}.")
    return found


def _parameters(connection: "Connection", plan: RoundsPlan, keys: Keys | None) -> dict[int, Parameters]:
    """The stored models of room checks that were trained by then, by hotel."""
    known = [one for one in models.fetch_active(connection) if _is_of_rooms(one) and one.trained_at <= plan.as_of]
    loaded = stored_models.load(known, keys)
    return {hotel_id: one.parameters[MODEL] for hotel_id, one in loaded.items() if MODEL in one.parameters}


def _is_of_rooms(model: StoredModel) -> bool:
    header = model.header
    return header.metric_type == RoomConsumption.spec.metric and header.model_type == "statistics"


def _round(
    plan: RoundsPlan, known: Known, parameters: Mapping[int, Parameters], hotel_id: Any, rooms: "DataFrame"
) -> Round:
    own = known.of_hotel(int(hotel_id))
    special = plan.calendar.of_hotel(int(hotel_id)).special_days()
    learned = parameters.get(int(hotel_id)) or visit_model.fit(own.checks, plan.min_points, special)
    model = None if isinstance(learned, TooLittle) else learned
    return plan_hotel(rooms, own, model, plan.day, plan.rules, special)
