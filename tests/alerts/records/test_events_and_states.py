"""What happened on a day and what has been the case since are two alerts, where both are of one type and product."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from support.alerts.findings import LOW_STOCK, NEGATIVE, OUTFLOW, D, detect, evening, on, rows

from minibar_ml.domain.alerting.alerts import Finding, Verdict
from minibar_ml.domain.alerting.kinds import KINDS, is_state
from minibar_ml.store.alerting import decisions

WRITE_OFF = replace(OUTFLOW, reason="write_off_high", value=53.0)
BELOW = replace(OUTFLOW, reason="stock_negative", metric="stock_level", value=-15.0, score=None, severity="critical")


def _standing(connection: Connection) -> list[tuple[str, str, float]]:
    return sorted((one.reason, one.status, one.value) for one in rows(connection))


def test_stock_that_falls_below_zero_does_not_hide_a_write_off(connection: Connection) -> None:
    detect(connection, WRITE_OFF)
    detect(connection, on(BELOW, 1))
    assert _standing(connection) == [("stock_negative", "open", -15.0), ("write_off_high", "open", 53.0)]
    incidents = {one.incident_id for one in rows(connection)}
    assert len(incidents) == 1 and None not in incidents


def test_both_of_one_day_are_two_parts_of_one_incident(connection: Connection) -> None:
    detect(connection, WRITE_OFF, BELOW)
    assert _standing(connection) == [("stock_negative", "open", -15.0), ("write_off_high", "open", 53.0)]
    assert len({one.incident_id for one in rows(connection)}) == 1
    assert [one.is_counted for one in rows(connection)].count(True) == 1


def test_the_event_stays_when_the_state_is_over(connection: Connection) -> None:
    detect(connection, WRITE_OFF, BELOW)
    detect(connection, day=on(BELOW, 1).occurred_on)
    assert [(reason, status) for reason, status, _ in _standing(connection)] == [
        ("stock_negative", "resolved"), ("write_off_high", "open"),
    ]  # fmt: skip


def test_a_day_that_is_found_again_changes_neither(connection: Connection) -> None:
    detect(connection, WRITE_OFF, BELOW)
    moved = detect(connection, WRITE_OFF, BELOW, day=D)
    assert (moved.opened, moved.updated, moved.resolved) == (0, 0, 0)


def test_the_store_knows_states_as_the_program_does(connection: Connection) -> None:
    for number, kind in enumerate(KINDS.values()):
        for place, reason in enumerate(kind.severities):
            detect(connection, replace(OUTFLOW, type=kind.type, reason=reason, entity_id=100 * number + place))
    stored = connection.execute(text("SELECT type, reason, is_state FROM minibar_ml.ml_alerts")).all()
    assert stored and all(row.is_state == is_state(row.type, row.reason) for row in stored)


@pytest.mark.parametrize("state", [LOW_STOCK, NEGATIVE])
def test_a_state_that_began_earlier_than_was_known_is_what_the_latest_run_says(
    connection: Connection, state: Finding
) -> None:
    detect(connection, state)
    detect(connection, on(state, -2, value=-9.0, severity="critical"), day=D + timedelta(days=1))
    (alert,) = rows(connection)
    assert (alert.value, alert.severity, alert.occurred_on) == (-9.0, "critical", D - timedelta(days=2))
    detect(connection, on(state, -3, value=-1.0), day=D)
    (alert,) = rows(connection)
    assert alert.value == -9.0, "an earlier run knows less"


@pytest.mark.parametrize("state", [LOW_STOCK, NEGATIVE])
def test_a_state_that_began_before_an_end_by_itself_is_what_the_latest_run_says(
    connection: Connection, state: Finding
) -> None:
    detect(connection, state)
    detect(connection, day=D + timedelta(days=1))
    detect(connection, on(state, 2))
    detect(connection, replace(state, value=-9.0, severity="critical"), day=D + timedelta(days=3))
    (over, live) = rows(connection)
    assert (over.status, live.status) == ("resolved", "open")
    assert (live.value, live.severity, live.occurred_on) == (-9.0, "critical", D)


@pytest.mark.parametrize("verdict", ["resolved", "false_positive"])
@pytest.mark.parametrize("state", [LOW_STOCK, NEGATIVE])
def test_a_state_that_began_before_a_verdict_says_how_it_is_since(
    connection: Connection, state: Finding, verdict: Verdict
) -> None:
    detect(connection, state)
    decisions.set_verdict(connection, [rows(connection)[0].id], verdict, "ayse", evening(D))
    detect(connection, on(state, 2))
    detect(connection, replace(state, value=-9.0, severity="critical"), day=D + timedelta(days=3))
    (decided, live) = rows(connection)
    assert (decided.status, decided.value) == (verdict, state.value)
    assert (live.value, live.severity, live.occurred_on) == (-9.0, "critical", D + timedelta(days=2))
