"""What a report asks of: one hotel or all, as seen from an instant; and rows as dataclasses."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row

from minibar_ml.store.queries import query

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked of: a hotel (None: all) and the instant from which it is seen."""

    hotel_id: int | None
    as_of: datetime

    def fetch(self, connection: Connection, name: str, **values: Any) -> list[Row[Any]]:
        """Rows of one of `report.sql`'s queries, for this hotel and instant."""
        bound = {"hotel_id": self.hotel_id, "as_of": self.as_of, **values}
        return list(connection.execute(query(f"report.{name}"), bound))


def made(kind: type[Made], row: Row[Any]) -> Made:
    """The dataclass whose fields are columns of the row."""
    return kind(**{column.name: getattr(row, column.name) for column in fields(kind)})  # type: ignore[arg-type]
