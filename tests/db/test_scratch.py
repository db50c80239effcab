"""A session's own alerts: filled by the very queries of the store's, of which nothing is read, written or numbered."""

import pytest
from sqlalchemy import Connection
from support.alerts.findings import HIGH_ROOM, LOW_STOCK, D, detect, evening, plain_texts, rows
from support.hotels.simulated import sql

from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.store.alerting import alerts
from minibar_ml.store.engine import SEARCH_PATH
from minibar_ml.store.schema.scratch import scratch_alerts

STATE = (
    "SELECT (SELECT count(*) FROM minibar_ml.ml_alerts), (SELECT count(*) FROM minibar_ml.ml_alert_events),"
    " (SELECT last_value FROM minibar_ml.ml_alerts_id_seq)"
)


def test_scratch_alerts_begin_empty_are_numbered_from_1_and_leave_the_stores_as_they_were(
    connection: Connection, store_url: str
) -> None:
    detect(connection, HIGH_ROOM, LOW_STOCK)
    connection.commit()
    before, kept = sql(store_url, STATE), rows(connection)
    connection.commit()
    with scratch_alerts(connection):
        assert alerts.fetch(connection, AlertFilter(statuses=None)) == []
        moved = alerts.upsert(connection, [HIGH_ROOM], {}, evening(D), plain_texts, ALERT_TYPES)
        connection.commit()
        assert (moved.opened, [alert.id for alert in alerts.fetch(connection, AlertFilter(statuses=None))]) == (1, [1])
        assert sql(store_url, STATE) == before
        sql(store_url, "LOCK TABLE minibar_ml.ml_alerts IN ACCESS EXCLUSIVE MODE NOWAIT")
    assert rows(connection) == kept


def test_a_failure_inside_takes_the_table_and_the_search_path_away(connection: Connection) -> None:
    with pytest.raises(ZeroDivisionError), scratch_alerts(connection):
        raise ZeroDivisionError
    assert connection.exec_driver_sql("SHOW search_path").scalar_one() == SEARCH_PATH
    assert connection.exec_driver_sql("SELECT to_regclass('pg_temp.ml_alerts')").scalar_one() is None
