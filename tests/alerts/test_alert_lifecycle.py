"""An alert's whole life: snoozed, muted by another, reopened, raised again; and each step on record."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from support.alerts.findings import (
    DEMAND,
    HIGH_ROOM,
    LOW_STOCK,
    NEGATIVE,
    OUTFLOW,
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

from minibar_ml.domain.alerting.alerts import Finding, Verdict
from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.errors import NotFound
from minibar_ml.i18n.standings import event_line
from minibar_ml.store.alerting import alerts, decisions, histories, verdicts

NEXT = D + timedelta(days=1)
MORNING = evening(D) + timedelta(hours=12)
"""Before the next day's detect."""
LATER = evening(D) + timedelta(days=3)
SHIFT = replace(DEMAND, reason="product_high")
MOSTLY_EFES = {"products": [{"id": 146, "name": "Efes", "units": 6}, {"id": 7, "name": "Cola", "units": 3}]}


def _only(connection: Connection) -> Any:
    (alert,) = rows(connection)
    return alert


def _events(connection: Connection, number: int) -> list[tuple[str, str | None]]:
    return [(one.event, one.by) for one in histories.fetch_history(connection, number)]


def _snoozed(connection: Connection, until: datetime = MORNING, reason: str | None = None) -> int:
    detect(connection, HIGH_ROOM)
    number = int(_only(connection).id)
    decisions.snooze(connection, [number], until, "ayse", reason)
    return number


def test_a_snooze_says_until_when_by_whom_and_why(connection: Connection) -> None:
    number = _snoozed(connection, reason="party until noon")
    alert = _only(connection)
    assert (alert.status, alert.snoozed_until, alert.snoozed_by) == ("snoozed", MORNING, "ayse")
    history = histories.fetch_history(connection, number)
    assert [(one.event, one.by, one.body) for one in history] == [
        ("opened", None, None), ("snoozed", "ayse", None), ("commented", "ayse", "party until noon"),
    ]  # fmt: skip
    entry = connection.execute(text("SELECT * FROM minibar_ml.ml_audit_log WHERE action <> 'alert.comment'")).one()
    assert (entry.action, entry.before["status"], entry.after["reason"]) == ("alert.snooze", "open", "party until noon")


def test_a_snoozed_alert_is_live_and_is_not_raised_twice(connection: Connection) -> None:
    _snoozed(connection, LATER)
    assert detect(connection, on(HIGH_ROOM, 1)).updated == 1
    assert (_only(connection).status, _only(connection).occurrences) == ("snoozed", 2)


def test_detect_opens_what_still_goes_on_when_its_snooze_is_over(connection: Connection) -> None:
    number = _snoozed(connection)
    detect(connection, day=D)
    assert _only(connection).status == "snoozed"
    detect(connection, day=NEXT)
    assert (_only(connection).status, _only(connection).snoozed_until, _only(connection).read_at) == (
        "open",
        None,
        None,
    )
    assert _events(connection, number)[-1] == ("unsnoozed", None)


def test_a_snooze_can_be_made_longer_and_repeating_it_changes_nothing(connection: Connection) -> None:
    number = _snoozed(connection)
    assert decisions.snooze(connection, [number], MORNING, "mehmet") == []
    assert len(decisions.snooze(connection, [number], LATER, "mehmet")) == 1
    detect(connection, day=NEXT)
    assert _only(connection).status == "snoozed"


def test_what_is_over_when_its_snooze_ends_is_resolved_and_not_opened(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    number = int(_only(connection).id)
    decisions.snooze(connection, [number], MORNING, "ayse")
    assert detect(connection, day=NEXT).resolved == 1
    assert [event for event, _ in _events(connection, number)] == ["opened", "snoozed", "resolved"]


@pytest.mark.parametrize(("severity", "status"), [("high", "snoozed"), ("critical", "open")])
def test_only_what_turns_critical_ends_a_snooze(connection: Connection, severity: Any, status: str) -> None:
    detect(connection, replace(LOW_STOCK, severity="medium"))
    decisions.snooze(connection, [_only(connection).id], LATER, "ayse")
    detect(connection, on(LOW_STOCK, 1, severity=severity))
    assert (_only(connection).severity, _only(connection).status) == (severity, status)


def test_what_was_critical_already_stays_snoozed(connection: Connection) -> None:
    detect(connection, VACANT)
    decisions.snooze(connection, [_only(connection).id], LATER, "ayse")
    detect(connection, on(VACANT, 1, value=20.0))
    assert _only(connection).status == "snoozed"


@pytest.mark.parametrize("verdict", ["acknowledged", "resolved", "false_positive"])
def test_a_verdict_ends_a_snooze(connection: Connection, verdict: Verdict) -> None:
    number = _snoozed(connection)
    assert len(decisions.set_verdict(connection, [number], verdict, "ayse", MORNING)) == 1
    assert (_only(connection).status, _only(connection).snoozed_until) == (verdict, None)


def test_a_closed_alert_can_not_be_snoozed(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    number = int(_only(connection).id)
    decisions.set_verdict(connection, [number], "resolved", "ayse", MORNING)
    assert decisions.snooze(connection, [number], LATER, "ayse") == []
    with pytest.raises(NotFound, match="999"):
        decisions.snooze(connection, [number, 999], LATER, "ayse")


@pytest.mark.parametrize("verdict", ["acknowledged", "resolved", "false_positive"])
def test_a_verdict_is_taken_back_with_all_it_left_but_its_history(connection: Connection, verdict: Verdict) -> None:
    detect(connection, HIGH_ROOM)
    number = int(_only(connection).id)
    decisions.set_verdict(connection, [number], verdict, "ayse", MORNING)
    assert [alert.id for alert in decisions.reopen(connection, [number], "mehmet")] == [number]
    alert = _only(connection)
    assert (alert.status, alert.read_at, alert.read_by, alert.resolved_at, alert.resolved_by) == ("open", *[None] * 4)
    assert _events(connection, number)[1:] == [(verdict, "ayse"), ("reopened", "mehmet")]
    assert detect(connection, replace(HIGH_ROOM, value=11.0)).updated == 1


def test_a_verdict_taken_back_teaches_nothing(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    number = int(_only(connection).id)
    decisions.set_verdict(connection, [number], "false_positive", "ayse", MORNING)
    assert [(one.type, one.is_false) for one in verdicts.fetch(connection)] == [("consumption_anomaly", True)]
    decisions.reopen(connection, [number], "ayse")
    assert verdicts.fetch(connection) == []
    decisions.snooze(connection, [number], LATER, "ayse")
    assert verdicts.fetch(connection) == []


def test_what_ended_without_action_and_what_was_raised_again_since_is_not_reopened(connection: Connection) -> None:
    detect(connection, LOW_STOCK)
    detect(connection, day=NEXT)
    first = int(_only(connection).id)
    assert decisions.reopen(connection, [first], "ayse") == []
    detect(connection, on(LOW_STOCK, 2))
    second = int(rows(connection)[1].id)
    decisions.set_verdict(connection, [second], "resolved", "ayse", LATER)
    detect(connection, on(LOW_STOCK, 5))
    assert decisions.reopen(connection, [first, second], "ayse") == []


def test_a_fault_that_comes_back_is_a_new_alert_that_names_the_last(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    first = _only(connection)
    assert first.previous_id is None
    decisions.set_verdict(connection, [first.id], "resolved", "ayse", MORNING)
    detect(connection, on(HIGH_ROOM, 1), replace(on(HIGH_ROOM, 1), entity_id=1127))
    again = {alert.entity_id: alert.previous_id for alert in rows(connection) if alert.status == "open"}
    assert again == {1126: first.id, 1127: None}


def test_a_state_that_ended_by_itself_is_raised_again_though_it_began_before(connection: Connection) -> None:
    detect(connection, on(LOW_STOCK, -3), day=D)
    detect(connection, day=NEXT)
    assert _only(connection).status == "resolved"
    low, later = on(LOW_STOCK, -3), D + timedelta(days=3)
    # A look back at a day on which it was there is no news.
    assert detect(connection, low, day=later, judged_on=D).suppressed == 1
    assert detect(connection, low, day=later, judged_on=later).opened == 1
    decisions.set_verdict(connection, [int(rows(connection)[1].id)], "false_positive", "ayse", evening(later))
    assert detect(connection, low, day=later, judged_on=later + timedelta(days=1)).suppressed == 1


def test_a_comment_is_kept_with_who_and_when_whatever_the_status(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    number = int(_only(connection).id)
    decisions.set_verdict(connection, [number], "resolved", "ayse", MORNING)
    decisions.comment(connection, number, "mehmet", "it was the\nwedding")
    assert histories.fetch_history(connection, number)[-1].body == "it was the\nwedding"
    with pytest.raises(NotFound, match="999"):
        decisions.comment(connection, 999, "mehmet", "lost")


def test_stale_data_mute_what_was_found_without_them_until_they_are_back(connection: Connection) -> None:
    detect(connection, HIGH_ROOM, OUTFLOW)
    silent = replace(on(HIGH_ROOM, 2), type="silent_room", reason="silent", entity_id=1127)
    stale = on(STALE, 1, hotel_id=1)
    detect(connection, stale, silent, replace(silent, hotel_id=2, entity_id=3), day=D + timedelta(days=2))
    by_type = {(alert.type, alert.entity_id): alert for alert in rows(connection)}
    muted = [key for key, alert in by_type.items() if alert.muted_by]
    assert muted == [("silent_room", 1127)]
    assert by_type["silent_room", 1127].muted_by == by_type["data_stale", 1].id
    check_rooms(connection, D + timedelta(days=3))
    detect(connection, day=D + timedelta(days=3))
    assert not any(alert.muted_by for alert in rows(connection))
    events = [event for event, _ in _events(connection, by_type["silent_room", 1127].id)]
    assert events == ["opened", "muted", "unmuted"]


def test_stock_that_was_low_when_the_data_stopped_is_low_until_they_are_back(connection: Connection) -> None:
    low, stale = replace(LOW_STOCK, hotel_id=1), replace(STALE, hotel_id=1)
    detect(connection, low, replace(low, hotel_id=2))
    for days in (2, 3, 4):
        detect(connection, on(stale, 2), day=D + timedelta(days=days))
    standing = {alert.hotel_id: alert.status for alert in rows(connection) if alert.type == "stock_depletion"}
    assert standing == {1: "open", 2: "resolved"}
    check_rooms(connection, D + timedelta(days=5))
    detect(connection, day=D + timedelta(days=5))
    assert {alert.status for alert in rows(connection)} == {"resolved"}


def test_low_stock_of_a_hotel_that_is_closed_does_not_wait_for_data(connection: Connection) -> None:
    low, stale = replace(LOW_STOCK, hotel_id=1), replace(on(STALE, 2), hotel_id=1)
    detect(connection, low)
    later = evening(D + timedelta(days=4))
    alerts.upsert(connection, [stale], {}, later, plain_texts, ALERT_TYPES, closed_hotels=[1])
    standing = {alert.type: alert.status for alert in rows(connection)}
    assert standing["stock_depletion"] == "resolved"


def test_a_chains_common_store_lacks_what_any_hotel_lacks(connection: Connection) -> None:
    leak = replace(OUTFLOW, type="shrinkage", reason="leak", hotel_id=0)
    detect(connection, leak, STALE)
    assert [alert.type for alert in rows(connection) if alert.muted_by] == ["shrinkage"]


def test_a_product_that_all_take_mutes_the_rooms_that_took_mostly_that(connection: Connection) -> None:
    rooms = [
        replace(HIGH_ROOM, entity_id=1, facts=MOSTLY_EFES),
        replace(HIGH_ROOM, entity_id=2, facts={"products": [{"id": 7, "name": "Cola", "units": 3}]}),
        replace(HIGH_ROOM, entity_id=3, facts={"products": [dict(one, units=3) for one in MOSTLY_EFES["products"]]}),
        replace(HIGH_ROOM, entity_id=4, facts=MOSTLY_EFES, hotel_id=2),
        replace(HIGH_ROOM, entity_id=5, facts=MOSTLY_EFES, occurred_on=D - timedelta(days=3)),
        replace(HIGH_ROOM, entity_id=6, facts=None),
    ]
    detect(connection, SHIFT, *rooms)
    shift = next(alert for alert in rows(connection) if alert.entity_type == "product")
    assert {alert.entity_id: alert.muted_by for alert in rows(connection) if alert.muted_by} == {1: shift.id}


def test_a_verdict_on_what_mutes_gives_the_muted_their_voice_back_at_once(connection: Connection) -> None:
    detect(connection, SHIFT, replace(HIGH_ROOM, facts=MOSTLY_EFES))
    shift = next(alert for alert in rows(connection) if alert.entity_type == "product")
    decisions.set_verdict(connection, [shift.id], "false_positive", "ayse", MORNING)
    assert not any(alert.muted_by for alert in rows(connection))
    decisions.reopen(connection, [shift.id], "ayse")
    assert [alert.entity_type for alert in rows(connection) if alert.muted_by] == ["room"]


def test_what_is_closed_while_muted_is_muted_no_more_and_announces_nothing(connection: Connection) -> None:
    detect(connection, SHIFT, replace(HIGH_ROOM, facts=MOSTLY_EFES))
    (muted,) = alerts.fetch(connection, AlertFilter(is_muted=True))
    decisions.set_verdict(connection, [muted.id], "resolved", "ayse", MORNING)
    assert alerts.get(connection, muted.id).muted_by is None
    assert [event for event, _ in _events(connection, muted.id)] == ["opened", "muted", "resolved"]


def test_hidden_alerts_are_counted_by_what_hides_them(connection: Connection) -> None:
    detect(connection, SHIFT, replace(HIGH_ROOM, facts=MOSTLY_EFES), LOW_STOCK, VACANT)
    vacant = next(alert for alert in rows(connection) if alert.type == "vacant_consumption")
    decisions.snooze(connection, [vacant.id], LATER, "ayse")
    hidden = histories.fetch_hidden(connection, AlertFilter())
    assert {(one.alerts, one.type, one.muted_by is None) for one in hidden} == {
        (1, "consumption_anomaly", False), (1, None, True),
    }  # fmt: skip
    assert histories.fetch_hidden(connection, AlertFilter(hotel_ids=(2,))) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ÇITIR", ["Çıtır Fıstık %50"]), ("citir", []), ("fistik %", ["Çıtır Fıstık %50"]),
        ("FISTIK", ["Çıtır Fıstık %50"]),
        ("%5", ["Çıtır Fıstık %50"]), ("_", ["a_b"]), ("%", ["Çıtır Fıstık %50"]), ("\\", []), ("'; DROP", []),
        ("İÇKİ", ["içki"]), ("IÇKI", ["içki"]),
    ],
)  # fmt: skip
def test_text_is_looked_for_literally_and_with_turkish_capitals(
    connection: Connection, asked: str, found: list[str]
) -> None:
    names: dict[Any, str] = {("product", 1): "Çıtır Fıstık %50", ("product", 2): "a_b", ("product", 3): "içki"}
    wanted = [replace(LOW_STOCK, entity_id=number) for number in (1, 2, 3)]
    alerts.upsert(connection, wanted, names, evening(D), lambda _finding, _name: ("m", "a"), ())
    for filters in (AlertFilter(entity_name=asked), AlertFilter(words=asked)):
        assert [alert.entity_name for alert in alerts.fetch(connection, filters)] == found


def test_an_alert_is_found_by_what_was_said_of_it(connection: Connection) -> None:
    detect(connection, HIGH_ROOM, LOW_STOCK)
    number = int(rows(connection)[1].id)
    decisions.comment(connection, number, "ayse", "Düğün vardı")
    assert [alert.id for alert in alerts.fetch(connection, AlertFilter(words="DÜĞÜN"))] == [number]


@pytest.mark.parametrize(
    ("found", "later", "steps"),
    [
        (HIGH_ROOM, 44.0, [("opened", 9.0, None), ("updated", 44.0, 9.0)]),
        (replace(NEGATIVE, value=-35.0), -33.0, [("opened", -35.0, None), ("updated", -33.0, -35.0)]),
        (LOW_STOCK, 5.1, [("opened", 5.5, None)]),
    ],
    ids=["running day", "below zero", "by the clock"],
)
def test_another_figure_is_a_step_unless_the_clock_alone_makes_it(
    connection: Connection, found: Finding, later: float, steps: list[tuple[str, float, float | None]]
) -> None:
    detect(connection, found)
    for _ in range(2):
        detect(connection, replace(found, value=later, score=found.score and found.score + 1))
    history = histories.fetch_history(connection, _only(connection).id)
    assert [(one.event, one.value, one.value_before) for one in history] == steps
    assert event_line(history[-1], "en").endswith(
        f": {'9 → 44' if later > 40 else '-35 → -33'}" if steps[1:] else "5.5"
    )


def test_a_higher_severity_says_the_figures_before_and_after(connection: Connection) -> None:
    detect(connection, HIGH_ROOM)
    detect(connection, replace(HIGH_ROOM, value=44.0, score=20.0, severity="critical"))
    history = histories.fetch_history(connection, _only(connection).id)
    assert [(one.event, one.value_before, one.value) for one in history[1:]] == [("escalated", 9.0, 44.0)]
    assert event_line(history[-1], "en").endswith("severity raised (critical): 9 → 44")
