"""Statements of the facts of the hotels. They are only added, and triggers put each into the audit log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from minibar_ml.config.facts import FACTS
from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.domain.hotels.facts import Key, Stated
from minibar_ml.store.failures import sqlstate
from minibar_ml.store.queries import query


@dataclass(frozen=True, slots=True)
class Statements:
    """What the store says, in order; `sees_thresholds`: whether this role may see all facts."""

    stated: tuple[Stated, ...]
    sees_thresholds: bool


def fetch(connection: Connection) -> Statements:
    """Every statement that this session's role may see."""
    rows = connection.execute(query("facts.fetch")).all()
    stated = tuple(
        Stated(
            Key(row.fact, row.hotel_id, row.product),
            row.value,
            row.since,
            row.id,
            row.stated_at,
            row.stated_by,
            row.operator,
        )
        for row in rows
        if row.id is not None
    )
    return Statements(stated, rows[0].sees_thresholds)


def insert(connection: Connection, stated: Sequence[Stated]) -> None:
    """Add statements, in one statement; number, instant and login are the database's."""
    rows = [
        {
            "fact": one.key.fact,
            "hotel_id": one.key.hotel_id,
            "product": one.key.product,
            "value": one.value,
            "since": one.since.isoformat(),
            "operator": one.operator,
        }
        for one in stated
    ]
    try:
        connection.execute(query("facts.insert"), {"rows": json.dumps(rows)})
    except DBAPIError as error:
        # A trigger says by itself what is wrong.
        if sqlstate(error) != "42501" or "ml_facts" not in str(error.orig):
            raise
        raise PreconditionFailed(_not_allowed(stated)) from error


def _not_allowed(stated: Sequence[Stated]) -> str:
    """Why a role may not state these, where the server would only name the table."""
    hotels = sorted({one.key.hotel_id for one in stated if one.key.hotel_id is not None})
    if any(one.key.hotel_id is None for one in stated):
        may_differ = all(FACTS[one.key.fact].about.scope != "store" for one in stated)
        cure = " With --hotel an administrator of one hotel changes what holds there." if may_differ else ""
        return (
            "The database role may not change what holds in all hotels: administrators of all hotels do."
            f"{cure} See `minibar-ml docs security`."
        )
    return (
        f"The database role may not change what holds in hotel {', '.join(map(str, hotels))}: administrators of the "
        "hotel do; see `minibar-ml access list` and `minibar-ml docs security`."
    )


def find_zone(connection: Connection) -> str | None:
    """The time zone in which the stored points were computed; None before the first collect."""
    found: str | None = connection.execute(query("facts.find_zone")).scalar_one()
    return found
