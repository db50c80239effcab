"""What alerts rest on: the points of the days on which their faults were found."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from minibar_ml.domain.alerting.alerts import AlertDay, Finding, MovedGround, Transitions
from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.domain.lookback import COMPARED_DAYS, DAILY_DAYS
from minibar_ml.domain.metrics import EntityType
from minibar_ml.store.alerting import findings
from minibar_ml.store.alerting.alerts import RESTS_ALSO
from minibar_ml.store.jobs.runs import Change
from minibar_ml.store.queries import query


class ChangedDay(NamedTuple):
    """A day on which points of entities of a kind have changed, in a hotel (None: in any)."""

    hotel_id: int | None
    entity_type: EntityType
    day: date


class Followed(NamedTuple):
    """What live alerts are about that later records may settle.

    requests: by hotel and room, when the request was made (ISO 8601). losses: by day of an alert, what it says of units
    that left the depot, and the day that was checked.
    """

    requests: dict[int, dict[int, str]]
    losses: dict[MovedGround, tuple[Finding, date]]


COMPARED = json.dumps(
    [
        {"type": name, "entity_type": entity_type, "others": others, "days": days}
        for name, kind in KINDS.items()
        for entity_type, (others, days) in kind.compared.items()
    ]
)
"""Of whose points faults depend besides their own, as the query takes it."""


def follow(connection: Connection, as_of: datetime, today: date) -> date:
    """Let live alerts go with their room, person or stock to another hotel; one statement.

    Returns the first day of which `fetch_moved` has to read points, `today` where it reads none.
    """
    values = {"as_of": as_of, "today": today, "daily_days": DAILY_DAYS}
    oldest: date | None = connection.execute(query("grounds.follow"), values).scalar_one()
    return oldest or today


def fetch_moved(
    connection: Connection,
    today: date,
    oldest: date,
    changed: Collection[ChangedDay],
    own: Collection[Change] | None = None,
) -> list[MovedGround]:
    """Days of live alerts, up to `today`, whose points have changed since or are gone; one statement.

    Muted findings of days that are read again daily too, and days whose own points are as they were, while `changed`
    names a day of others that they were compared with. `own`: whose points of past days may have changed; None:
    anybody's, so that all are compared. `oldest`: see `follow`.
    """
    values = {"today": today, "rests_also": RESTS_ALSO, "daily_days": DAILY_DAYS, "compared": COMPARED}
    values |= {"oldest": oldest, "not_before": findings.no_point_before([oldest])}
    values["changed"] = findings.dumped([one._asdict() for one in changed])
    entities = None if own is None else {(one.entity_type, one.entity_id) for one in own}
    named = [{"entity_type": entity_type, "entity_id": entity_id} for entity_type, entity_id in sorted(entities or ())]
    values["own"] = None if entities is None else findings.dumped(named)
    rows = connection.execute(query("grounds.fetch_moved"), values)
    return [MovedGround(**row._mapping) for row in rows]


def fetch_days(connection: Connection, entities: Collection[tuple[int, str, int]]) -> list[MovedGround]:
    """The days of live alerts of entities (hotel, type, id), whatever became of their points; one statement."""
    named = [dict(zip(("hotel_id", "entity_type", "entity_id"), one, strict=True)) for one in sorted(entities)]
    rows = connection.execute(query("grounds.fetch_days"), {"entities": findings.dumped(named)})
    return [MovedGround(**row._mapping, is_own=False) for row in rows]


def find_first_day(connection: Connection, not_before: date) -> date | None:
    """The first day that a live alert of an event rests on, of those since `not_before`; None: no alert does."""
    found: date | None = connection.execute(query("grounds.find_first_day"), {"not_before": not_before}).scalar_one()
    return found


def settle(
    connection: Connection,
    moved: Sequence[MovedGround],
    found: Mapping[MovedGround, tuple[Finding, date]],
    names: Mapping[tuple[EntityType, int], str],
    as_of: datetime,
    texts: Callable[[Finding, str], tuple[str, str]],
) -> Transitions:
    """Give alerts of changed records the figures of today, and resolve those of which nothing is left; one statement.

    `moved`: the days that were looked at again; `found`: what was found on them, and on checking which day. Others than
    the latest finding of a day are history: an alert that has changed says so by an event.
    """
    confirmed = [
        {"alert_id": ground.alert_id, "judged_on": judged_on, "figures": findings.row(finding, names, texts)}
        for ground, (finding, judged_on) in found.items()
    ]
    values = {
        "moved": findings.dumped([asdict(ground) for ground in moved]),
        "found": findings.dumped(confirmed),
        "as_of": as_of,
        "rests_also": RESTS_ALSO,
        "not_before": findings.no_point_before(findings.first_days(finding for finding, _ in found.values())),
    }
    changed = connection.execute(query("grounds.settle"), values).all()
    withdrawn = sum(row.is_withdrawn for row in changed)
    return Transitions(corrected=len(changed) - withdrawn, withdrawn=withdrawn)


def fetch_followed(connection: Connection) -> Followed:
    """Requests and losses of stock of live alerts; one statement."""
    found = Followed({}, {})
    for row in connection.execute(query("grounds.fetch_followed")):
        if row.figures is None:
            found.requests.setdefault(row.hotel_id, {})[row.entity_id] = row.requested_at
            continue
        # An alert may have gone to another hotel since.
        said = replace(findings.of_row(row.figures), hotel_id=row.hotel_id)
        entity = said.hotel_id, said.entity_type, said.entity_id
        day = MovedGround(row.alert_id, said.type, *entity, said.metric, said.occurred_on, row.judged_on)
        found.losses[day] = said, row.judged_on
    return found


def fetch(connection: Connection, alert_id: int, today: date) -> list[AlertDay]:
    """The days on which an alert's fault was found, in order; none for a fault that lasts."""
    values = {"id": alert_id, "today": today, "daily_days": DAILY_DAYS, "compared_days": COMPARED_DAYS}
    values["rests_also"] = RESTS_ALSO
    rows = connection.execute(query("grounds.fetch"), values)
    return [AlertDay(**row._mapping) for row in rows]


def fetch_losses(connection: Connection, alert_id: int) -> list[Finding]:
    """What an alert says of the days on which units left the depot."""
    return [findings.of_row(row.figures) for row in connection.execute(query("grounds.fetch_losses"), {"id": alert_id})]


def fetch_book(
    connection: Connection, hotel_id: int, product_id: int, first: date, until: datetime
) -> list[dict[str, object]]:
    """Rows of Frames.levels of one product's ledger, from the last one before `first` on."""
    values = {"hotel_id": hotel_id, "product_id": product_id, "first": first, "until": until}
    return [dict(row) for row in connection.execute(query("grounds.fetch_book"), values).mappings()]
