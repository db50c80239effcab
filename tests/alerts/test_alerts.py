"""Findings become alerts: opened, updated, suppressed, resolved."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event
from support.alerts.findings import (
    DEMAND,
    HIGH_ROOM,
    LOW_STOCK,
    NEGATIVE,
    OUTFLOW,
    REQUEST,
    STALE,
    VACANT,
    D,
    check_rooms,
    detect,
    evening,
    on,
    plain_texts,
    rows,
)

from minibar_ml.domain.alerting.alerts import Finding, Transitions, Verdict
from minibar_ml.store.alerting import alerts, decisions


def test_a_finding_opens_one_alert_with_all_its_figures(connection: Connection) -> None:
    assert detect(connection, HIGH_ROOM) == Transitions(opened=1)
    (alert,) = alerts.fetch(connection, alerts.AlertFilter())
    assert (alert.status, alert.entity_name, alert.value, alert.impact) == ("open", "1126", 9.0, 27.5)
    assert alert.deviation_percent == pytest.approx(190.3, abs=0.1)
    assert alert.facts["products"] == [{"name": "Cola", "units": 2}]
    assert alert.raised_at == alert.last_seen == evening(D)


def test_the_same_detect_again_changes_nothing(connection: Connection) -> None:
    detect(connection, HIGH_ROOM, LOW_STOCK)
    before = rows(connection)
    assert detect(connection, HIGH_ROOM, LOW_STOCK) == Transitions()
    assert rows(connection) == before


def test_an_unchanged_finding_does_not_even_write_the_row(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    versions = "SELECT xmin::text, ctid::text FROM minibar_ml.ml_alerts"
    connection.commit()
    before = connection.exec_driver_sql(versions).all()
    detect(connection, HIGH_ROOM)
    connection.commit()
    assert connection.exec_driver_sql(versions).all() == before


def test_a_later_run_of_the_day_only_moves_last_seen(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    later = evening(D) + timedelta(hours=2)
    moved = alerts.upsert(connection, [HIGH_ROOM], {("room", 1126): "1126"}, later, plain_texts, ())
    (alert,) = rows(connection)
    assert moved == Transitions()
    assert (alert.last_seen, alert.occurrences) == (later, 1)


def test_a_day_that_grows_worse_corrects_its_own_figures(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    assert detect(connection, replace(HIGH_ROOM, value=12.0, score=20.0, severity="critical")).updated == 1
    (alert,) = rows(connection)
    assert (alert.value, alert.severity, alert.occurrences) == (12.0, "critical", 1)


def test_a_days_figures_are_corrected_downwards_but_the_severity_stays(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    detect(connection, replace(HIGH_ROOM, value=7.0, score=8.0, severity="low"))
    (alert,) = rows(connection)
    assert (alert.value, alert.score, alert.severity) == (7.0, 8.0, "high")


def test_a_repeat_counts_and_keeps_the_stronger_days_figures(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    weaker = on(HIGH_ROOM, 2, value=7.0, score=8.0, severity="critical")
    assert detect(connection, weaker) == Transitions(updated=1)
    assert detect(connection, weaker) == Transitions()
    (alert,) = rows(connection)
    assert (alert.occurrences, alert.value, alert.score) == (2, 9.0, 12.5)
    assert (alert.occurred_on, alert.last_occurred_on) == (D, D + timedelta(days=2))
    assert alert.severity == "critical"


def test_a_stronger_repeat_brings_its_figures(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    detect(connection, on(HIGH_ROOM, 1, value=15.0, score=30.0))
    assert rows(connection)[0].message == "room_high 1126 15.0"


def test_a_state_always_shows_its_present_figures(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    detect(connection, on(LOW_STOCK, 1, value=6.5, score=1.0))
    assert rows(connection)[0].value == 6.5


def test_an_older_day_that_came_in_late_joins_its_alert_as_if_it_had_come_in_time(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    late = on(HIGH_ROOM, -2, value=12.0, score=99.0, severity="critical")
    assert detect(connection, late, day=D) == Transitions(updated=1)
    (alert,) = rows(connection)
    assert (alert.occurred_on, alert.last_occurred_on, alert.measured_on) == (late.occurred_on, D, late.occurred_on)
    assert (alert.occurrences, alert.value, alert.severity) == (2, 12.0, "critical")


def test_an_older_day_that_a_person_decided_on_stays_decided(connection: Connection) -> None:
    detect(connection, on(HIGH_ROOM, -9))
    decisions.set_verdict(connection, [rows(connection)[0].id], "false_positive", "ayse", evening(D))
    detect(connection, HIGH_ROOM)
    assert detect(connection, on(HIGH_ROOM, -9, score=99.0), day=D) == Transitions()
    assert (rows(connection)[1].occurred_on, rows(connection)[1].occurrences) == (D, 1)


def test_what_an_earlier_run_finds_of_a_lasting_fault_changes_nothing(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    before = rows(connection)[0]
    assert detect(connection, on(LOW_STOCK, -2, score=99.0, severity="critical")) == Transitions()
    assert rows(connection)[0] == before


def test_several_findings_of_one_fingerprint_are_one_alert_with_the_worst_severity(connection: Connection) -> None:
    weaker = replace(HIGH_ROOM, value=5.0, score=3.0, severity="critical")
    assert detect(connection, weaker, HIGH_ROOM) == Transitions(opened=1)
    (alert,) = rows(connection)
    assert (alert.value, alert.severity) == (9.0, "critical")


def test_a_false_positive_is_not_raised_again_by_the_same_day(connection: Connection) -> None:
    _set_verdict(connection, HIGH_ROOM, "false_positive")
    assert detect(connection, replace(HIGH_ROOM, score=99.0)) == Transitions(suppressed=1)


@pytest.mark.parametrize("verdict", ["resolved", "false_positive"])
def test_a_day_that_a_person_decided_on_stays_decided_however_its_records_grow(
    connection: Connection, verdict: Verdict
) -> None:
    detect(connection, VACANT)
    (alert,) = rows(connection)
    decisions.set_verdict(connection, [alert.id], verdict, "ayse", evening(D))
    detect(connection, replace(VACANT, value=60.0))
    assert [row.status for row in rows(connection)] == [verdict]
    detect(connection, on(VACANT, 1))
    assert [row.status for row in rows(connection)] == [verdict, "open"], "another day is another fault"


def test_a_false_alarm_was_no_loss(connection: Connection) -> None:
    detect(connection, VACANT)
    (alert,) = rows(connection)
    (closed,) = decisions.set_verdict(connection, [alert.id], "false_positive", "ayse", evening(D))
    assert (closed.impact, closed.counted_impact) == (27.5, 0.0)


def test_an_event_on_the_next_day_is_a_new_alert_after_a_verdict(connection: Connection) -> None:
    _set_verdict(connection, HIGH_ROOM, "false_positive")
    assert detect(connection, on(HIGH_ROOM, 1)) == Transitions(opened=1)


def test_a_resolved_alert_covers_its_days_only(connection: Connection) -> None:
    _set_verdict(connection, HIGH_ROOM, "resolved")
    assert detect(connection, HIGH_ROOM).suppressed == 1
    assert detect(connection, on(HIGH_ROOM, 1)).opened == 1


@pytest.mark.parametrize("found", [OUTFLOW, DEMAND], ids=["outflow", "demand"])
def test_a_continuing_false_positive_stays_closed_while_it_goes_on(connection: Connection, found: Finding) -> None:
    _set_verdict(connection, found, "false_positive")
    for days in (1, 2, 3):
        assert detect(connection, on(found, days, score=8.0)) == Transitions(suppressed=1)
        assert detect(connection, on(found, days, score=8.0)) == Transitions(suppressed=1)
    (alert,) = rows(connection)
    assert (alert.status, alert.last_occurred_on) == ("false_positive", D + timedelta(days=3))


def test_a_continuing_false_positive_comes_back_after_a_gap(connection: Connection) -> None:
    _set_verdict(connection, OUTFLOW, "false_positive")
    assert detect(connection, on(OUTFLOW, 2)) == Transitions(opened=1)


def test_a_continuing_false_positive_comes_back_when_it_grows_stronger(connection: Connection) -> None:
    _set_verdict(connection, OUTFLOW, "false_positive")
    assert detect(connection, on(OUTFLOW, 1, score=9.5)) == Transitions(opened=1)


def test_a_resolved_state_is_raised_again_the_next_day_if_it_lasts(connection: Connection) -> None:
    _set_verdict(connection, LOW_STOCK, "resolved")
    assert detect(connection, on(LOW_STOCK, 1)) == Transitions(opened=1)


def test_a_state_that_is_no_longer_found_is_resolved(connection: Connection) -> None:
    detect(connection, LOW_STOCK, NEGATIVE)
    assert detect(connection, day=D + timedelta(days=1)) == Transitions(resolved=2)
    assert {(a.resolved_by, a.resolved_at) for a in rows(connection)} == {("system", evening(D + timedelta(days=1)))}


def test_a_state_that_was_not_looked_at_stays(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    assert detect(connection, day=D + timedelta(days=30), evaluated=("data_stale",)) == Transitions()


def test_looking_at_an_earlier_day_again_resolves_no_state_seen_since(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    assert detect(connection, day=D - timedelta(days=1)) == Transitions()


def test_an_event_of_a_product_is_resolved_after_fourteen_quiet_days_and_not_before(connection: Connection) -> None:
    detect(connection, OUTFLOW)
    assert detect(connection, day=D + timedelta(days=14)).resolved == 0
    assert detect(connection, day=D + timedelta(days=15)).resolved == 1


def test_a_rooms_event_needs_seven_days_on_which_it_was_checked(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    check_rooms(connection, *(D + timedelta(days=n) for n in (0, 2, 4, 6, 8, 10, 12)))
    assert detect(connection, day=D + timedelta(days=14)).resolved == 0
    check_rooms(connection, D + timedelta(days=15))
    assert detect(connection, day=D + timedelta(days=15)).resolved == 0
    assert detect(connection, day=D + timedelta(days=16)).resolved == 1


def test_a_check_of_another_room_or_hotel_says_nothing(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    days = [D + timedelta(days=n) for n in range(1, 11)]
    check_rooms(connection, *days, room_id=1127)
    check_rooms(connection, *days, hotel_id=2)
    assert detect(connection, day=D + timedelta(days=20)).resolved == 0


def test_a_room_that_nobody_checks_any_more_is_over_after_sixty_days(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    assert detect(connection, day=D + timedelta(days=60)).resolved == 0
    assert detect(connection, day=D + timedelta(days=61)).resolved == 1


def test_nothing_is_over_for_being_quiet_while_no_data_come_in(connection: Connection) -> None:
    detect(connection, OUTFLOW)
    stale = on(STALE, 3)
    assert detect(connection, stale, day=D + timedelta(days=30)) == Transitions(opened=1)
    assert detect(connection, day=D + timedelta(days=31)).resolved == 0, "that nobody looks any more brings no data"
    check_rooms(connection, D + timedelta(days=2))
    check_rooms(connection, D + timedelta(days=31), hotel_id=2)
    assert detect(connection, day=D + timedelta(days=300)).resolved == 0
    check_rooms(connection, D + timedelta(days=299))
    assert detect(connection, day=D + timedelta(days=300)).resolved == 1
    assert detect(connection, day=D + timedelta(days=301)).resolved == 1


def test_stock_at_the_limit_does_not_come_and_go_by_the_hour(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    assert detect(connection, day=D) == Transitions()
    assert detect(connection, day=D + timedelta(days=1)) == Transitions(resolved=1)


def test_a_read_event_is_resolved_when_it_is_quiet_too(connection: Connection) -> None:
    _set_verdict(connection, OUTFLOW, "acknowledged")
    assert detect(connection, day=D + timedelta(days=15)).resolved == 1


def test_units_gone_from_a_vacant_room_wait_for_a_person(connection: Connection) -> None:
    detect(connection, VACANT)
    assert detect(connection, day=D + timedelta(days=200)).resolved == 0


def test_a_settled_finding_is_raised_and_closed_at_its_own_time(connection: Connection) -> None:
    asked, answered = evening(D) - timedelta(hours=3), evening(D) - timedelta(hours=1)
    settled = replace(
        REQUEST,
        raised_at=asked + timedelta(minutes=30),
        settled_at=answered,
        facts={"requested_at": asked.isoformat(), "completed": True},
    )
    assert detect(connection, settled) == Transitions(opened=1, resolved=1)
    assert detect(connection, settled) == Transitions(suppressed=1)
    (alert,) = rows(connection)
    assert (alert.raised_at, alert.resolved_at) == (asked + timedelta(minutes=30), answered)


def test_a_second_request_of_a_day_is_not_hidden_by_the_first(connection: Connection) -> None:
    first = evening(D) - timedelta(hours=9)
    settled = replace(REQUEST, settled_at=first + timedelta(hours=1), facts={"requested_at": first.isoformat()})
    second = replace(REQUEST, facts={"requested_at": (first + timedelta(hours=5)).isoformat()})
    detect(connection, settled)
    assert detect(connection, settled, second) == Transitions(opened=1)
    assert detect(connection, settled, second) == Transitions()
    assert [alert.status for alert in rows(connection)] == ["resolved", "open"]


def test_a_request_marked_false_stays_closed_while_it_is_open(connection: Connection) -> None:
    waiting = replace(REQUEST, facts={"requested_at": evening(D).isoformat()})
    _set_verdict(connection, waiting, "false_positive")
    assert detect(connection, replace(waiting, value=150.0, severity="critical")) == Transitions(suppressed=1)


def test_a_verdict_that_comes_in_between_is_waited_for_and_respected(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    connection.commit()
    number = rows(connection)[0].id
    with connection.engine.connect() as person, ThreadPoolExecutor() as pool:
        decisions.set_verdict(person, [number], "false_positive", "ayse", evening(D))
        running = pool.submit(detect, connection, replace(HIGH_ROOM, value=50.0, score=99.0))
        with pytest.raises(TimeoutError):
            running.result(timeout=0.3)
        person.commit()
        assert (running.result().opened, running.result().updated) == (0, 0)
    (alert,) = rows(connection)
    assert (alert.status, alert.value) == ("false_positive", 9.0)


def test_a_score_beyond_all_numbers_and_open_bounds_are_stored_as_finite(connection: Connection) -> None:
    detect(connection, replace(HIGH_ROOM, score=float("inf"), upper=float("inf"), impact=1e15))
    (alert,) = rows(connection)
    assert (alert.score, alert.upper) == (745.0, None)


def test_findings_cost_the_same_three_statements_however_many(connection: Connection) -> None:
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    many = [replace(HIGH_ROOM, entity_id=number) for number in range(500)]
    assert detect(connection, *many).opened == 500
    assert len(statements) == 3


def _set_verdict(connection: Connection, finding: Finding, verdict: Verdict) -> None:
    detect(connection, finding)
    (alert,) = rows(connection)
    decisions.set_verdict(connection, [alert.id], verdict, "ayse", evening(D) + timedelta(hours=1))


def test_a_day_that_is_looked_at_once_more_and_on_which_nothing_is_found_sends_nothing(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
    found = alerts.upsert(connection, [], {}, evening(D), plain_texts, None, D)
    assert (sent, found.resolved) == ([], 0)
    assert [alert.status for alert in rows(connection)] == ["open"]
