"""Metric points as the frames that detectors read: arrays cross from PostgreSQL by COPY, not as row objects."""

import io
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import psycopg2 as dialect

from minibar_ml.ml.frames import Frames
from minibar_ml.store.queries import query

if TYPE_CHECKING:
    from pandas import DataFrame

WHOLE = ("hotel_id", "room_id", "product_id", "attendant_id", "day", "visits", "products_found", "nights", "guests",
         "arriving", "stays", "stay_on", "previous_on")  # fmt: skip
FLAGS = ("known", "open")
TEXTS = ("room_type", "kind")


def fetch(connection: Connection, since: datetime, until: datetime) -> Frames:
    """All frames of the points observed in since <= t < until, one statement each."""
    return Frames(**{field.name: _copy(connection, field.name, since, until) for field in fields(Frames)})


def _copy(connection: Connection, name: str, since: datetime, until: datetime) -> "DataFrame":
    import pandas as pd

    statement = str(query(f"frames.{name}").compile(dialect=dialect.dialect()))  # type: ignore[no-untyped-call]
    raw: Any = connection.connection.driver_connection
    buffer = io.BytesIO()
    with raw.cursor() as cursor:
        bound = cursor.mogrify(statement, {"since": since, "until": until}).decode()
        cursor.copy_expert(f"COPY ({bound}) TO STDOUT (FORMAT csv, HEADER)", buffer)
    buffer.seek(0)
    return pd.read_csv(buffer, keep_default_na=False, na_values={"occupancy": [""]}, dtype=_types())


def _types() -> dict[str, str]:
    return (
        dict.fromkeys(WHOLE, "int64") | dict.fromkeys(FLAGS, "bool") | dict.fromkeys(TEXTS, "object")
        | dict.fromkeys(("units", "refilled", "issued", "written_off", "level", "at", "minutes", "items", "handed_out",
                         "guest_nights", "occupancy"), "float64")
    )  # fmt: skip
