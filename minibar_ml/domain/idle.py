"""Alert types that nothing can be found of: the hotel's records hold nothing that they rest on, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from minibar_ml.domain.alerting.kinds import KINDS, AlertType

IdleReason = Literal["absent", "unreadable", "no_draws", "no_rows"]
IDLE_DAYS = 28
"""Days without a metric point after which there is nothing to work with."""


@dataclass(frozen=True, slots=True)
class Idle:
    """An alert type that has nothing to work with in a hotel; `hotel_id` None: in none of several.

    reason: absent, the hotel system has none of these parts of the source; unreadable, they can't be read; no_draws,
    rooms are refilled from the floor store and no person's withdrawals from it are on record; no_rows, no records of
    the last 28 days. parts: of the source, where they are the reason.
    """

    type: AlertType
    hotel_id: int | None
    reason: IdleReason
    parts: tuple[str, ...] = ()


def of_json(recorded: Iterable[Mapping[str, Any]]) -> tuple[Idle, ...]:
    """What collect has recorded, without types that this version does not know."""
    found = (Idle(one["type"], one["hotel_id"], one["reason"], tuple(one["parts"])) for one in recorded)
    return tuple(one for one in found if one.type in KINDS)


def in_hotel(idle: Iterable[Idle], hotel_id: int | None) -> tuple[Idle, ...]:
    """Those of one hotel, or of all where it is None."""
    return tuple(one for one in idle if None in (hotel_id, one.hotel_id) or one.hotel_id == hotel_id)


def sentence(one: Idle, title: str, hotel: str | None) -> str:
    """One line in English: which type, in which hotel, and why."""
    why = {
        "absent": f"the hotel system has no {_listed(one.parts)}",
        "unreadable": f"{_listed(one.parts)} can't be read, see `minibar-ml db check`",
        "no_draws": "rooms are refilled from the floor store, and no person's withdrawals from it are on record",
        "no_rows": f"no records in the last {IDLE_DAYS} days",
    }[one.reason]
    return f"nothing to work with for {title}{f', {hotel}' if hotel else ''}: {why}"


def _listed(parts: tuple[str, ...]) -> str:
    return " or ".join(parts)
