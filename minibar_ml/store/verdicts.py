"""Operators' verdicts, as training takes them into account."""

from sqlalchemy import Connection

from minibar_ml.domain.verdicts import Judged
from minibar_ml.store.queries import query


def fetch(connection: Connection) -> list[Judged]:
    """Every verdict that a person gave; what the system resolved by itself says nothing."""
    rows = connection.execute(query("verdicts.fetch"))
    return [Judged(**{**row._asdict(), "days": tuple(row.days)}) for row in rows]
