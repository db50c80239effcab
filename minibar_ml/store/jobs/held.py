"""What other sessions hold: a job leaves it to its next run and does the rest.

Who may change a row may lock it, for as long as they like, and no setting of ours ends that. So what a person holds of
their own hotel must not stop what is done for others.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from minibar_ml.store.failures import sqlstate
from minibar_ml.store.queries import query
from minibar_ml.store.sessions import LOCK_NOT_AVAILABLE, find_blockers

NAMED = 5
"""How many rows of a kind are named; the rest is counted."""

Result = TypeVar("Result")


def past(connection: Connection, work: Callable[[Mapping[int, str]], Result]) -> Result:
    """The result of `work`; where it waits for a lock in vain it is done again, without what other sessions hold.

    `work`: a transaction's whole work, rolled back before it is done again. It gets by hotel what is left out, and who
    may hold it.
    """
    try:
        return work({})
    except DBAPIError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
    connection.rollback()
    return work(_set_aside(connection))


def models(connection: Connection) -> dict[int, str]:
    """By hotel, which of its models other sessions hold; the others are locked for this transaction."""
    rows = connection.execute(query("models.find_held")).all()
    return _described({row.hotel_id: [_named("models", row.ids)] for row in rows}, connection) if rows else {}


def _set_aside(connection: Connection) -> dict[int, str]:
    """By hotel, what other sessions hold of it; the rest is locked for this transaction."""
    of_hotels = defaultdict[int, list[str]](list)
    for row in connection.execute(query("locks.set_aside")):
        of_hotels[row.hotel_id].append(_named(row.kind, row.ids))
    return _described(of_hotels, connection)


def _named(kind: str, ids: Sequence[int]) -> str:
    return f"{kind} {', '.join(map(str, ids[:NAMED]))}" + " and others" * (len(ids) > NAMED)


def _described(of_hotels: Mapping[int, Sequence[str]], connection: Connection) -> dict[int, str]:
    holders = "; ".join(find_blockers(connection))
    return {
        hotel_id: f"another session holds {' and '.join(held)}, all else was done. Open transactions: {holders}"
        for hotel_id, held in of_hotels.items()
    }
