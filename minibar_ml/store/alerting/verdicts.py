"""Operators' verdicts, as training takes them into account."""

from sqlalchemy import Connection

from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.store.queries import query


def fetch(connection: Connection) -> list[LabelledAlert]:
    """Every verdict that a person gave; what the system resolved is left out."""
    rows = connection.execute(query("verdicts.fetch"))
    return [LabelledAlert(**{**row._asdict(), "days": tuple(row.days)}) for row in rows]
