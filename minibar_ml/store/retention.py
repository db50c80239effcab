"""What the store forgets: messages that were delivered, runs that ended and what was found or refused, long ago."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.store.queries import query

KEPT_DAYS = 400
"""More than a year, so that every month can still be compared with the same month of the year before."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows went."""

    messages: int
    runs: int


def prune(connection: Connection, as_of: datetime) -> Forgotten:
    """Delete messages of alerts that are over, mails that nobody waits for, and runs, once they are too old.

    Forecasts of old nights, muted findings and problems of the source go too: points are kept, as are alerts, verdicts,
    metrics and the audit log. Six statements; nothing is committed.
    """
    values = {"as_of": as_of, "kept_days": KEPT_DAYS}
    messages = connection.execute(query("retention.prune_messages"), values).rowcount
    connection.execute(query("retention.prune_mails"))
    for name in ("retention.prune_forecasts", "retention.prune_muted", "retention.prune_problems"):
        connection.execute(query(name), values)
    return Forgotten(messages, connection.execute(query("retention.prune_runs"), values).rowcount)
