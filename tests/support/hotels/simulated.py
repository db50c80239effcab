"""Simulated hotels and commands run on them, in this process, as cron would run them."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from minibar_ml.cli.app import main
from minibar_ml.simulate import HotelPlan, Layout

ZONE = "Europe/Nicosia"
LAST_DAY = date(2025, 11, 16)
AS_OF = "2025-11-17"
"""The midnight after the last simulated day; clocks went back on 26 October."""
PLAN = HotelPlan(seed=11, ends_on=LAST_DAY, rooms=50, days=70, timezone=ZONE)
KEY = Fernet.generate_key().decode()
NOTHING_TO_LEARN = {"ML_MIN_DATA_POINTS": "1000000"}
"""Facts under which a training makes no model, whose test on held-out days takes long, and all that it does besides."""


class ByLayout(dict[Layout, str]):
    """The URL of a database by layout, each made when it is first asked for: most tests need only one."""

    def __init__(self, make: Callable[[Layout], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, layout: Layout) -> str:
        self[layout] = self._make(layout)
        return self[layout]


def command(url: str, *arguments: str, **environment: str) -> int:
    """Run a command on a database, with no setting but these; returns its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ML_")]:
            patch.delenv(name)
        known = {"ML_DATABASE_URL": url, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY, "NO_COLOR": "1"}
        for name, value in {**known, **environment}.items():
            patch.setenv(name, value)
        return main(list(arguments))


def done(url: str, *arguments: str, **environment: str) -> None:
    """Run a command that must end with 0."""
    assert command(url, *arguments, **environment) == 0, arguments


def state(url: str, **variables: str) -> None:
    """Have facts of the hotels hold in a store, from the beginning, as the environment would state them."""
    done(url, "config", "import", "--from", "2000-01-02", "--quiet", **variables)


@lru_cache(maxsize=16)
def engine_of(url: str) -> Engine:
    """An engine without a pool, as the hotel application has it; it asks a database only once what server it is."""
    return create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)


def sql(url: str, statement: str, **values: Any) -> list[Any]:
    """Run SQL on a database and commit; its rows, if it has any."""
    if kept := _kept.get(url):
        with kept.begin():
            return _rows(kept, statement, values)
    with engine_of(url).begin() as connection:
        connection.exec_driver_sql(f"SET TimeZone = '{ZONE}'")
        return _rows(connection, statement, values)


def _rows(connection: Connection, statement: str, values: dict[str, Any]) -> list[Any]:
    result = connection.execute(text(statement), values)
    return list(result) if result.returns_rows else []


@contextmanager
def one_session(url: str) -> Iterator[None]:
    """Have `sql` use one session of this database: a test that writes a thousand rows one by one would open as many."""
    with engine_of(url).connect() as connection:
        connection.exec_driver_sql(f"SET TimeZone = '{ZONE}'")
        connection.commit()
        _kept[url] = connection
        try:
            yield
        finally:
            del _kept[url]


_kept: dict[str, Connection] = {}


def checksum(url: str) -> str:
    """One figure for every column of every row of ml_metrics."""
    columns = "metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date, context"
    row = f"(SELECT concat_ws('|', {columns}) AS row FROM minibar_ml.ml_metrics) m"
    return str(sql(url, f"SELECT md5(coalesce(string_agg(row, E'\\n' ORDER BY row), '')) FROM {row}")[0][0])


Points = dict[tuple[str, int, str], tuple[float, Any]]


def points(url: str, *metrics: str) -> Points:
    """Values and contexts by metric, entity and instant."""
    rows = sql(
        url,
        "SELECT metric_type, entity_id, CAST(observed_at AS text), metric_value, context FROM minibar_ml.ml_metrics"
        " WHERE CAST(:metrics AS text[]) IS NULL OR metric_type = ANY(:metrics)",
        metrics=list(metrics) or None,
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


def changed(before: Points, after: Points) -> set[tuple[str, int, str]]:
    """Metric, entity and day of each point that is new, gone or different."""
    keys = before.keys() | after.keys()
    return {(metric, entity, at[:10]) for metric, entity, at in keys
            if before.get((metric, entity, at)) != after.get((metric, entity, at))}  # fmt: skip


ALERT_FACTS = (
    "type, hotel_id, entity_type, entity_id, entity_name, severity, status, metric, value, expected, lower, upper,"
    " deviation_percent, score, detector, impact, reason, facts, message, occurred_on, last_occurred_on, raised_at,"
    " last_seen, occurrences, resolved_at"
)


def alerts(url: str, where: str = "true", columns: str = ALERT_FACTS) -> list[tuple[Any, ...]]:
    """The alerts, as plain tuples in an order that does not depend on their ids."""
    order = "type, hotel_id, entity_type, entity_id, occurred_on, raised_at"
    asked = f"SELECT {columns} FROM minibar_ml.ml_alerts WHERE {where} ORDER BY {order}"
    return [tuple(row) for row in sql(url, asked)]


def days(first: date, last: date) -> Iterable[date]:
    """Every day from first to last, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
