"""A loss of stock whose sentence names a stock below zero goes by what the records say of the level now."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, text
from support.alerts.findings import NEGATIVE, D, detect

from minibar_ml.store.alerting import grounds

LEAK = replace(
    NEGATIVE, type="shrinkage", metric="stock_outflow", reason="leak", value=229.0, expected=1.0, score=30.0,
    severity="high", facts={"since": D.isoformat(), "below_zero": 55.0},
)  # fmt: skip


def _level(connection: Connection, day: date, level: float) -> None:
    connection.execute(text("SELECT minibar_ml.ensure_partitions(:day, :day)"), {"day": day})
    connection.execute(
        text("INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value,"
             " observed_at, business_date) VALUES ('stock_level', 1, 'product', 146, :level, :day, :day)"),
        {"day": day, "level": level},
    )  # fmt: skip


@pytest.mark.parametrize(("days", "is_looked_at"), [(0, True), (1, False)])
def test_a_loss_is_looked_at_again_where_the_level_of_its_day_has_changed(
    connection: Connection, days: int, *, is_looked_at: bool
) -> None:
    _level(connection, D, -55.0)
    detect(connection, LEAK)
    assert grounds.fetch_moved(connection, D + timedelta(days=2), D, []) == []
    if days:
        _level(connection, D + timedelta(days=days), 120.0)
    else:
        connection.execute(text("UPDATE minibar_ml.ml_metrics SET metric_value = 12 WHERE metric_type = 'stock_level'"))
    moved = grounds.fetch_moved(connection, D + timedelta(days=2), D, [])
    assert [one.type for one in moved] == (["shrinkage"] if is_looked_at else [])
