"""Operators' verdicts, as training takes them into account and as they are shown."""

from sqlalchemy import Connection

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.domain.alerting.verdicts import LabelledAlert, VerdictCounts
from minibar_ml.store.queries import query


def count_like(connection: Connection, alert: Alert) -> VerdictCounts:
    """What people decided on other alerts of the same type in the same hotel."""
    values = {"type": alert.type, "hotel_id": alert.hotel_id, "entity_type": alert.entity_type, "id": alert.id}
    return VerdictCounts(**connection.execute(query("verdicts.count_like"), values).one()._asdict())


def fetch(connection: Connection) -> list[LabelledAlert]:
    """Every verdict that a person gave; what the system resolved is left out."""
    rows = connection.execute(query("verdicts.fetch"))
    return [LabelledAlert(**{**row._asdict(), "days": tuple(row.days)}) for row in rows]
