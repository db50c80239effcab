"""Mutes said beforehand, and what is found under them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.domain.alerting.mutes import Mute, MutedFinding
from minibar_ml.domain.errors import NotFound, PreconditionFailed
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store.alerting.alerts import RESTS_ALSO, states
from minibar_ml.store.alerting.findings import as_json, dumped, first_days, no_point_before
from minibar_ml.store.queries import query

_LISTS = ("alert_types", "entity_ids")
_SAID = (
    "hotel_id", "alert_types", "entity_type", "entity_ids", "floor", "since", "until", "reason", "added_by",
)  # fmt: skip
MOST_FINDINGS = 200


def insert(connection: Connection, mute: Mute) -> int:
    """Add a mute; returns its number. A trigger writes the audit entry, and refuses what a person may not say."""
    values = {name: getattr(mute, name) for name in _SAID}
    values |= {name: None if values[name] is None else list(values[name]) for name in _LISTS}
    added: int = connection.execute(query("mutes.insert"), values).scalar_one()
    return added


def fetch(connection: Connection, at: datetime | None, hotel_id: int | None = None) -> list[Mute]:
    """The mutes that are not over at an instant (None: all), of a hotel where one is named; the next to end first."""
    return _fetch(connection, at=at, hotel_id=hotel_id, id=None)


def get(connection: Connection, mute_id: int) -> Mute:
    """One mute; raises NotFound naming the number."""
    found = _fetch(connection, at=None, hotel_id=None, id=mute_id)
    if not found:
        raise NotFound(f"There is no mute {mute_id}; see `minibar-ml mutes list --all`.")
    return found[0]


def _fetch(connection: Connection, **asked: Any) -> list[Mute]:
    return [of_row(row) for row in connection.execute(query("mutes.fetch"), asked)]


def of_row(row: Row[Any]) -> Mute:
    """The mute in a row of ml_mutes, with findings and impact."""
    values = {one.name: getattr(row, one.name) for one in fields(Mute)}
    values |= {name: None if values[name] is None else tuple(values[name]) for name in _LISTS}
    return Mute(**values)


def fetch_findings(connection: Connection, mute_id: int) -> list[MutedFinding]:
    """What was found under a mute, the latest first; at most MOST_FINDINGS."""
    rows = connection.execute(query("mutes.fetch_findings"), {"id": mute_id, "limit": MOST_FINDINGS})
    names = [one.name for one in fields(MutedFinding)]
    return [MutedFinding(**{name: getattr(row, name) for name in names}) for row in rows]


def mark_ended(connection: Connection, mute: Mute, ended_by: str) -> None:
    """End a mute now. Raises PreconditionFailed where it is over, or where this role may not."""
    values = {"id": mute.id, "ended_by": ended_by}
    if connection.execute(query("mutes.mark_ended"), values).scalar_one_or_none() is None:
        raise PreconditionFailed(
            f"Mute {mute.id} was not ended: it is over, or this database role may not change it "
            "(administrators of the hotel do, see `minibar-ml docs security`)."
        )


def may_cover(connection: Connection, since: date) -> bool:
    """Whether any mute may cover what is found from a day on: mostly there is none, and nothing is asked again."""
    return bool(connection.execute(query("mutes.touch_days"), {"since": since}).scalar_one())


def take(
    connection: Connection,
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
    as_of: datetime,
    texts: Callable[[Finding, str], tuple[str, str]],
    judged_on: date | None = None,
) -> list[Finding]:
    """Those of one day's findings that no mute covers; the others are kept as muted findings.

    Live alerts that a mute covers are ended, and come back with their fault. Two statements, however many findings.
    Arguments as of `alerts.upsert`, which is for what is returned.
    """
    # A finding's place in the list: as_json keeps the order.
    rows = [{**row, "place": place} for place, row in enumerate(json.loads(as_json(findings, names, texts)))]
    values = {"findings": json.dumps(rows), "as_of": as_of, "judged_on": judged_on, "rests_also": RESTS_ALSO}
    values["not_before"] = no_point_before(first_days(findings))
    taken = set(connection.execute(query("mutes.take"), values).scalars())
    connection.execute(query("mutes.close"), {"as_of": as_of, **states()})
    return [finding for place, finding in enumerate(findings) if place not in taken]


def forget(connection: Connection, gone: Sequence[MovedGround]) -> None:
    """Forget muted findings whose days were looked at again and that today's records no longer show."""
    names = ("type", "hotel_id", "entity_type", "entity_id", "occurred_on")
    rows = [{name: getattr(one, name) for name in names} for one in gone]
    connection.execute(query("mutes.forget"), {"gone": dumped(rows)})
