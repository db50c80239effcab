"""Alerts held against planted faults: what counts as found, as a repeat, as false."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from support.alerts.findings import HIGH_ROOM, NEGATIVE, OUTFLOW, VACANT

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.simulate import Fault
from quality.raised import Raised
from quality.truth import Outcome, hold_against, subject_of_alert, subject_of_fault

FIRST, LAST = date(2025, 11, 1), date(2025, 11, 30)
D = date(2025, 11, 10)


def spike(on: date = D, room: int = 1126, **changes: Any) -> Fault:
    values: dict[str, Any] = {"kind": "consumption_anomaly", "hotel_id": 1, "entity_type": "room", "entity_id": room}
    return Fault(**{**values, "occurred_on": on, "until_on": on, "size": 9.0, "note": "", **changes})


def alert(finding: Finding, *days: date) -> Raised:
    return Raised(finding, list(days))


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return len(outcome.found), len(outcome.hits), len(outcome.repeats), len(outcome.false)


def hold(faults: list[Fault], *alerts: Raised) -> Outcome:
    return hold_against(faults, alerts, FIRST, LAST)


def test_an_alert_from_the_fault_s_day_to_the_day_after_finds_it() -> None:
    assert counts(hold([spike()], alert(HIGH_ROOM, D))) == (1, 1, 0, 0)
    assert counts(hold([spike()], alert(HIGH_ROOM, D + timedelta(days=1)))) == (1, 1, 0, 0)
    assert counts(hold([spike()], alert(HIGH_ROOM, D + timedelta(days=2)))) == (0, 0, 0, 1)
    assert counts(hold([spike()], alert(HIGH_ROOM, D - timedelta(days=1)))) == (0, 0, 0, 1)


def test_another_room_or_another_type_of_alert_does_not_find_it() -> None:
    assert counts(hold([spike(room=7)], alert(HIGH_ROOM, D))) == (0, 0, 0, 1)
    assert counts(hold([spike()], alert(VACANT, D))) == (0, 0, 0, 1)


def test_a_second_alert_on_a_fault_is_neither_hit_nor_false() -> None:
    twice = (alert(HIGH_ROOM, D), alert(HIGH_ROOM, D + timedelta(days=1)))
    assert counts(hold([spike()], *twice)) == (1, 1, 1, 0)


def test_a_false_alert_that_lives_on_finds_a_later_fault_and_stays_false() -> None:
    assert counts(hold([spike()], alert(HIGH_ROOM, D - timedelta(days=5), D))) == (1, 0, 0, 1)


def test_a_fault_before_the_scored_days_or_on_the_last_excuses_its_alert_and_does_not_count() -> None:
    for day in (FIRST - timedelta(days=1), LAST):
        outcome = hold([spike(day)], alert(HIGH_ROOM, day))
        assert counts(outcome) == (0, 0, 1, 0)
        assert outcome.faults == ()


def test_a_leak_may_be_found_as_an_outflow_and_a_write_off_as_a_leak() -> None:
    product = {"entity_type": "product", "entity_id": OUTFLOW.entity_id}
    leak = spike(kind="shrinkage", **product)
    assert counts(hold([leak], alert(OUTFLOW, D))) == (1, 1, 0, 0)
    assert counts(hold([leak], alert(NEGATIVE, D))) == (0, 0, 0, 1)


def test_a_wrong_entry_is_found_only_where_the_ledger_is_said_to_be_below_zero() -> None:
    product = {"kind": "stock_anomaly", "entity_type": "product", "entity_id": NEGATIVE.entity_id}
    wrong = spike(note="an issue of 40 units that never was", **product)
    assert subject_of_fault(wrong) == subject_of_alert(NEGATIVE) == "below zero"
    assert counts(hold([wrong], alert(OUTFLOW, D))) == (0, 0, 1, 0)
    assert counts(hold([wrong], alert(NEGATIVE, D))) == (1, 1, 0, 0)


def test_an_alert_of_the_common_store_is_about_the_product_in_any_hotel() -> None:
    fault = spike(kind="shrinkage", entity_type="product", entity_id=OUTFLOW.entity_id, hotel_id=2)
    assert counts(hold([fault], alert(OUTFLOW, D))) == (0, 0, 0, 1)
    assert counts(hold([fault], alert(replace(OUTFLOW, hotel_id=0), D))) == (1, 1, 0, 0)


def test_alerts_about_the_program_are_counted_apart() -> None:
    outcome = hold([], alert(replace(HIGH_ROOM, type="data_stale"), D))
    assert (len(outcome.operational), len(outcome.false)) == (1, 0)
