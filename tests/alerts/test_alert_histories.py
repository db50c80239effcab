"""Any sequence of runs, verdicts, snoozes and days: what holds of alerts holds throughout."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, text
from support.alerts.findings import (
    DEMAND,
    HIGH_ROOM,
    LOW_STOCK,
    OUTFLOW,
    STALE,
    VACANT,
    D,
    check_rooms,
    detect,
    evening,
    rows,
)

from minibar_ml.domain.alerting.alerts import LIVE_STATUSES, SEVERITIES, Finding, Severity, Verdict
from minibar_ml.store.alerting import decisions

KINDS = (
    replace(HIGH_ROOM, facts={"products": [{"id": 146, "name": "Efes", "units": 4}]}), LOW_STOCK, OUTFLOW, VACANT,
    DEMAND, STALE,
)  # fmt: skip
AFTER = {
    "opened": "open", "acknowledged": "acknowledged", "snoozed": "snoozed", "unsnoozed": "open", "resolved": "resolved",
    "false_positive": "false_positive", "reopened": "open",
}  # fmt: skip
"""The status that an event leaves; the others leave it as it is."""
GROWING = ("occurrences", "last_seen", "last_occurred_on")


def _fingerprint(one: Any) -> tuple[Any, ...]:
    return one.type, one.hotel_id, one.entity_type, one.entity_id


class Hotel(RuleBasedStateMachine):
    """Faults come and go for weeks, and persons do what they like with the alerts."""

    connection: Connection

    @initialize(kinds=st.lists(st.sampled_from(KINDS), min_size=3, max_size=8))
    def start(self, kinds: list[Finding]) -> None:
        self.connection.rollback()
        self.today, self.found = D, kinds
        self.before: dict[int, Any] = {}
        check_rooms(self.connection, *(D + timedelta(days=n) for n in range(0, 200, 2)))
        detect(self.connection, *kinds, day=D)

    @rule(days=st.sampled_from([0, 1, 1, 2, 5, 16, 40]))
    def go_on(self, days: int) -> None:
        self.today = min(self.today + timedelta(days=days), D + timedelta(days=190))

    @rule(
        kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4),
        score=st.sampled_from([None, 1.0, 5.0]),
        severity=st.sampled_from(["low", "high", "critical"]),
        back=st.sampled_from([0, 0, 0, 1, 3]),
    )
    def detect(self, kinds: list[Finding], score: float | None, severity: Severity, back: int) -> None:
        day = self.today - timedelta(days=back)
        self.found = [replace(one, occurred_on=day, score=score, severity=severity) for one in kinds]
        detect(self.connection, *self.found, day=self.today)
        found = {_fingerprint(one) for one in self.found}
        for alert in self.stored():
            is_due = alert.status == "snoozed" and alert.snoozed_until <= evening(self.today)
            assert not is_due, "a snooze that is over outlived a run"
            if _fingerprint(alert) in found and alert.status in LIVE_STATUSES:
                assert alert.last_seen >= evening(self.today)

    @rule()
    def find_nothing(self) -> None:
        self.found = []
        detect(self.connection, day=self.today)

    @rule()
    def detect_again(self) -> None:
        before = self.stored()
        closed = {alert.id for alert in before if alert.status not in LIVE_STATUSES}
        detect(self.connection, *self.found, day=self.today, evaluated=())
        after = {alert.id: alert for alert in self.stored()}
        assert len(after) == len(before), "the same evidence opened another alert"
        assert all(after[number].status not in LIVE_STATUSES for number in closed)

    @rule(verdict=st.sampled_from(["acknowledged", "resolved", "false_positive"]), place=st.integers(0, 2))
    def set_verdict(self, verdict: Verdict, place: int) -> None:
        if ids := self.some(place):
            decisions.set_verdict(self.connection, ids, verdict, "ayse", evening(self.today))

    @rule(days=st.integers(1, 20), place=st.integers(0, 2))
    def snooze(self, days: int, place: int) -> None:
        if ids := self.some(place):
            decisions.snooze(self.connection, ids, evening(self.today) + timedelta(days=days), "ayse")

    @rule(place=st.integers(0, 2))
    def reopen(self, place: int) -> None:
        if ids := self.some(place):
            decisions.reopen(self.connection, ids, "ayse")

    def stored(self) -> list[Any]:
        return list(rows(self.connection))

    def some(self, place: int) -> list[int]:
        """One alert or two, the newest first."""
        ids = [alert.id for alert in reversed(self.stored())]
        return list({ids[place % len(ids)], ids[0]} if place % 2 else {ids[place % len(ids)]}) if ids else []

    @invariant()
    def one_alert_a_fingerprint_is_live(self) -> None:
        live = Counter(_fingerprint(alert) for alert in self.stored() if alert.status in LIVE_STATUSES)
        assert not live or max(live.values()) == 1

    @invariant()
    def columns_say_what_the_status_says(self) -> None:
        for alert in self.stored():
            is_closed = alert.status in ("resolved", "false_positive")
            assert (alert.resolved_at is not None) == (alert.resolved_by is not None) == is_closed
            assert (alert.snoozed_until is not None) == (alert.snoozed_by is not None) == (alert.status == "snoozed")
            assert alert.read_at is None or alert.status != "open"
            assert alert.read_at is not None or alert.status != "acknowledged"
            assert alert.last_seen >= alert.raised_at
            assert alert.occurrences >= 1
            assert alert.last_occurred_on >= alert.occurred_on

    @invariant()
    def only_what_is_live_mutes_and_is_muted(self) -> None:
        known = {alert.id: alert for alert in self.stored()}
        for alert in known.values():
            if alert.muted_by is not None:
                muter = known[alert.muted_by]
                assert alert.status in LIVE_STATUSES
                assert muter.status in LIVE_STATUSES
                assert muter.type == "data_stale" or muter.reason == "product_high"

    @invariant()
    def episodes_are_linked_in_order(self) -> None:
        last: dict[tuple[Any, ...], int] = {}
        for alert in self.stored():
            assert alert.previous_id == last.get(_fingerprint(alert))
            last[_fingerprint(alert)] = alert.id

    @invariant()
    def nothing_is_forgotten(self) -> None:
        stored = {alert.id: alert for alert in self.stored()}
        for number, old in self.before.items():
            new = stored[number]
            assert all(getattr(new, name) >= getattr(old, name) for name in GROWING)
            steps = SEVERITIES.index(old.severity) - SEVERITIES.index(new.severity)
            assert steps <= 0 or new.is_state, "an event became less severe"
            assert steps != 1 or (old.lower_since and old.lower_since < self.today), "by one step as of a later day"
            if old.status == "false_positive" and new.status != old.status:
                assert new.status == "open", "only a person takes a verdict back"
        self.before = stored

    @invariant()
    def events_match_the_state(self) -> None:
        stored = {alert.id: alert for alert in self.stored()}
        events_of: dict[int, list[Any]] = {number: [] for number in stored}
        for event in self.connection.execute(text("SELECT * FROM minibar_ml.ml_alert_events ORDER BY id")):
            events_of[event.alert_id].append(event)
        for number, events in events_of.items():
            alert = stored[number]
            assert [event.event for event in events].count("opened") == 1
            assert events[0].event == "opened"
            assert [AFTER[event.event] for event in events if event.event in AFTER][-1] == alert.status
            assert events[-1].severity == alert.severity
            mutings = [event.event for event in events if event.event in ("muted", "unmuted")]
            assert (mutings[-1:] == ["muted"]) or alert.muted_by is None
            assert all(event.by == "ayse" for event in events if event.event in ("reopened", "acknowledged", "snoozed"))


def test_whatever_happens_alerts_stay_sound(connection: Connection) -> None:
    machine = type("OneHotel", (Hotel,), {"connection": connection})
    checks = settings(
        max_examples=50, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(machine, settings=checks)
