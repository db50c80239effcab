"""Metric points as the frames that detectors read: arrays cross from PostgreSQL by COPY, not as row objects."""

import io
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import psycopg2 as dialect

from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.ml.frames import POINTS, SHARED, UNSEEN, Frames
from minibar_ml.store.queries import as_array, query

if TYPE_CHECKING:
    from pandas import DataFrame

# As narrow as the figures allow: 28 days of 100,000 rooms are three million rows.
_COLUMNS = {
    "int32": "hotel_id room_id product_id attendant_id last_by again_by day visits products_found nights guests "
    "arriving staying stays evidence check_hour stay_on previous_on arrives_on departs_on rooms due_on run",
    "bool": "known open in_room unlisted empty decided",
    "category": "room_type kind ended_by",
    "float64": "units refilled issued written_off returned level at minutes items handed_out guest_nights occupancy "
    "usual_minutes hidden beyond checked",
}
CUSTODY = ["hotel_id", "attendant_id", "day", "units", "handed_out"]
TYPES = {column: kind for kind, columns in _COLUMNS.items() for column in columns.split()}


def fetch(
    connection: Connection,
    since: datetime,
    until: datetime,
    later: Mapping[str, datetime] | None = None,
    hotels: Collection[int] | None = None,
) -> Frames:
    """All frames of the points observed in since <= t < until, one statement each or less; their calendar is empty.

    `later`: frames that are read from another instant on, by name. `hotels`: only of these.
    """
    starts = dict.fromkeys(POINTS, since) | dict(later or {})
    tables: dict[str, Any] = {
        name: _copy(connection, name, starts[name], until, hotels) for name in POINTS if name != "unseen"
    }
    both = tables["custody"]
    is_check = both["run"] > 0
    tables["unseen"] = both.loc[is_check, list(UNSEEN)].reset_index(drop=True)
    tables["custody"] = both.loc[~is_check, CUSTODY].reset_index(drop=True)
    return Frames(**tables)


def fetch_stock(connection: Connection, since: datetime, until: datetime) -> Frames:
    """Only what a forecast of stock reads: products, levels and floor; the other frames are left empty."""
    import pandas as pd

    empty = pd.DataFrame({"hotel_id": pd.Series(dtype="int64"), "day": pd.Series(dtype="int64")})
    tables: dict[str, Any] = dict.fromkeys(POINTS, empty)
    return Frames(**tables | {name: _copy(connection, name, since, until) for name in ("products", "levels", "floor")})


def fetch_rooms(connection: Connection, since: datetime, until: datetime) -> "DataFrame":
    """Only the room checks."""
    return _copy(connection, "rooms", since, until)


def fetch_reservations(
    connection: Connection, since: datetime, until: datetime, hotels: Collection[int] | None = None
) -> "DataFrame":
    """Stays that arrive between `since` and 40 days after `until`, counted by arrival and departure."""
    return _copy(connection, "reservations", since, until, hotels)


def fetch_orders(
    connection: Connection, since: datetime, until: datetime, hotels: Collection[int] | None = None
) -> "DataFrame":
    """Orders at suppliers that are open now, given since 120 days before `since`."""
    return _copy(connection, "orders", since, until, hotels)


def _copy(
    connection: Connection, name: str, since: datetime, until: datetime, hotels: Collection[int] | None = None
) -> "DataFrame":
    import pandas as pd

    statement = str(query(f"frames.{name}").compile(dialect=dialect.dialect()))  # type: ignore[no-untyped-call]
    raw: Any = connection.connection.driver_connection
    buffer = io.BytesIO()
    with raw.cursor() as cursor:
        bound = cursor.mogrify(
            statement, {"since": since, "until": until, "hotels": as_array(_needed(name, hotels))}
        ).decode()
        cursor.copy_expert(f"COPY ({bound}) TO STDOUT (FORMAT csv, HEADER)", buffer)
    buffer.seek(0)
    return pd.read_csv(buffer, keep_default_na=False, na_values={"occupancy": [""], "checked": [""]}, dtype=TYPES)


def _needed(name: str, hotels: Collection[int] | None) -> Collection[int] | None:
    """Of which hotels a frame's rows are needed to work on these."""
    return None if hotels is None or (COMMON_STORE in hotels and name in SHARED) else hotels
