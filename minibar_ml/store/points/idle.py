"""Which alert types have nothing to work with in which hotel: collect finds it, everybody else reads its counts."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from minibar_ml.domain.alerting.kinds import KINDS, AlertKind
from minibar_ml.domain.idle import IDLE_DAYS, Idle
from minibar_ml.domain.metrics import COLLECTED, COMMON_STORE, LEDGER_METRICS, MetricType
from minibar_ml.domain.source_parts import PARTS
from minibar_ml.store.queries import query
from minibar_ml.store.source import hotels
from minibar_ml.store.source.contract import Contract

_COLLECTED = {one.type: one for one in COLLECTED}
CUSTODY: MetricType = "custody_loss"
Fed = set[tuple[int, str]]


def find(connection: Connection, contract: Contract, today: datetime, as_of: datetime) -> list[Idle]:
    """The types without a metric point of the last 28 days, hotel by hotel; in three statements.

    `today`: midnight of the business day; whole days, so that a day's runs say the same.
    """
    active = hotels.fetch_ids(connection, contract.usable)
    since = today - timedelta(days=IDLE_DAYS)
    without_draws = _without_draws(connection, contract, since, as_of)
    fed = _fed(connection, active, since, as_of)
    return [idle for kind in KINDS.values() if kind.fed_by for idle in _of(kind, contract, active, fed, without_draws)]


def _fed(connection: Connection, active: list[int], since: datetime, as_of: datetime) -> Fed:
    asked = {"hotels": [COMMON_STORE, *active], "metrics": list(_COLLECTED), "of_ledger": list(LEDGER_METRICS)}
    rows = connection.execute(query("collect.fed"), {**asked, "since": since, "until": as_of})
    return {(row.hotel_id, row.metric) for row in rows}


def _without_draws(connection: Connection, contract: Contract, since: datetime, as_of: datetime) -> frozenset[int]:
    """Hotels with a floor store of whose withdrawals nothing is on record."""
    if "source_floor_stock" not in contract.usable:
        return frozenset()
    if "source_floor_draws" not in contract.usable:
        return frozenset(connection.execute(query("ledger.floor_hotels")).scalars())
    span = {"since": since, "until": as_of}
    return frozenset(connection.execute(query("ledger.floor_hotels_without_draws"), span).scalars())


def _of(
    kind: AlertKind, contract: Contract, active: list[int], fed: Fed, without_draws: Collection[int]
) -> Iterator[Idle]:
    """One type in all hotels; one line for all of several that have the same reason."""
    found = []
    for hotel in active:
        if CUSTODY in kind.fed_by and hotel in without_draws:
            found.append(Idle(kind.type, hotel, "no_draws"))
        elif not any(_is_fed(metric, hotel, fed) for metric in kind.fed_by):
            found.append(_why(kind, contract, hotel))
    if len(active) > 1 and len(found) == len(active) and len({(one.reason, one.parts) for one in found}) == 1:
        yield Idle(kind.type, None, found[0].reason, found[0].parts)
    else:
        yield from found


def _is_fed(metric: MetricType, hotel: int, fed: Fed) -> bool:
    return (hotel, metric) in fed or (metric in LEDGER_METRICS and (COMMON_STORE, metric) in fed)


def _why(kind: AlertKind, contract: Contract, hotel: int) -> Idle:
    lacking = [one for one in map(_COLLECTED.__getitem__, kind.fed_by) if not one.can_be_computed(contract.usable)]
    missing = {function for one in lacking for function in one.needs} - contract.usable
    parts = [part.name for part in PARTS if not missing.isdisjoint(part.functions)]
    if absent := tuple(part for part in parts if part in contract.absent):
        return Idle(kind.type, hotel, "absent", absent)
    return Idle(kind.type, hotel, "unreadable" if parts else "no_rows", tuple(parts))
