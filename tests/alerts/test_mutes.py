"""Mutes: what is found under one is kept and counted, and is neither a live alert nor sent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, make_url
from support.alerts.findings import (
    HIGH_ROOM,
    LOW_STOCK,
    NEGATIVE,
    STALE,
    VACANT,
    D,
    detect,
    evening,
    on,
    plain_texts,
    rows,
)
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.alerting.alerts import Finding, Transitions
from minibar_ml.domain.alerting.mutes import Mute
from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.alerting import decisions, mutes
from minibar_ml.store.notifications import outbox

Capture = pytest.CaptureFixture[str]
MIDNIGHT = datetime(D.year, D.month, D.day, tzinfo=UTC)
HOTEL = Mute(hotel_id=1, since=MIDNIGHT, until=MIDNIGHT + timedelta(days=10), reason="closed", added_by="Ayşe")
ROOM = replace(HOTEL, entity_type="room", entity_ids=(1126, 1127), floor="11")
FINDINGS = "SELECT type, entity_id, occurred_on, severity, message FROM minibar_ml.ml_muted_findings ORDER BY 1, 2, 3"


def _run(connection: Connection, *findings: Finding, day: date) -> tuple[int, Transitions]:
    """A detect in the evening of a day: how many findings were muted, and what became of the others."""
    kept = mutes.take(connection, findings, {("room", 1126): "1126"}, evening(day), plain_texts)
    return len(findings) - len(kept), detect(connection, *kept, day=day)


def _live(connection: Connection) -> list[tuple[str, str]]:
    return [(row.type, row.status) for row in rows(connection) if row.status in decisions.FROM_STATUSES["resolved"]]


@pytest.mark.parametrize(
    ("changes", "finding", "is_muted"),
    [
        ({}, HIGH_ROOM, True),
        ({}, replace(HIGH_ROOM, hotel_id=2), False),
        ({"entity_type": "room", "entity_ids": (1126,)}, HIGH_ROOM, True),
        ({"entity_type": "room", "entity_ids": (1127,)}, HIGH_ROOM, False),
        ({"entity_type": "product", "entity_ids": (1126,)}, HIGH_ROOM, False),
        ({"entity_type": "product", "entity_ids": (146,)}, LOW_STOCK, True),
        ({"alert_types": ("vacant_consumption",)}, HIGH_ROOM, False),
        ({"alert_types": ("vacant_consumption",)}, VACANT, True),
        # An event: every day that the mute touches.
        ({}, on(HIGH_ROOM, -1), False),
        ({"since": MIDNIGHT + timedelta(hours=9)}, HIGH_ROOM, True),
        ({"until": MIDNIGHT + timedelta(hours=9)}, HIGH_ROOM, True),
        ({"until": MIDNIGHT + timedelta(days=1)}, on(HIGH_ROOM, 1), False),
        # A state: while it is in force, whatever day it began; detect runs at 20:00.
        ({}, on(STALE, -5), True),
        ({"since": MIDNIGHT + timedelta(hours=21)}, NEGATIVE, False),
        ({"until": MIDNIGHT + timedelta(hours=20)}, NEGATIVE, False),
        ({"until": MIDNIGHT + timedelta(hours=20, minutes=1)}, NEGATIVE, True),
    ],
)
def test_a_mute_covers_its_scope_and_its_days_and_nothing_else(
    connection: Connection, changes: dict[str, Any], finding: Finding, is_muted: bool
) -> None:
    # The store's own zone must be the clock of the mute.
    connection.exec_driver_sql("SET TimeZone = 'UTC'")
    mutes.insert(connection, replace(HOTEL, **changes))
    day = max(D, finding.occurred_on)
    assert _run(connection, finding, day=day) == (int(is_muted), Transitions(opened=int(not is_muted)))
    assert len(sql_rows(connection, FINDINGS)) == int(is_muted)
    assert mutes.may_cover(connection, D)
    assert not mutes.may_cover(connection, D + timedelta(days=11))


def sql_rows(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_a_muted_finding_leaves_one_trace_as_it_was_found_last(connection: Connection) -> None:
    mutes.insert(connection, ROOM)
    assert _run(connection, HIGH_ROOM, day=D) == (1, Transitions())
    worse = replace(HIGH_ROOM, value=12.0, severity="critical")
    again = replace(HIGH_ROOM, value=11.0, severity="high")
    assert _run(connection, again, worse, on(VACANT, 1), day=D + timedelta(days=1)) == (3, Transitions())
    assert sql_rows(connection, FINDINGS) == [
        ("consumption_anomaly", 1126, D, "critical", "room_high 1126 12.0"),
        ("vacant_consumption", 1126, D + timedelta(days=1), "critical", "vacant 1126 9.0"),
    ]
    assert rows(connection) == []
    [mute] = mutes.fetch(connection, evening(D))
    assert (mute.findings, mute.impact) == (2, 55)


def test_a_state_comes_back_when_the_mute_is_over_and_nobody_was_told_that_it_had_ended(connection: Connection) -> None:
    assert _run(connection, on(STALE, -3), day=D) == (0, Transitions(opened=1))
    mutes.insert(connection, replace(HOTEL, since=MIDNIGHT + timedelta(days=1)))
    assert _run(connection, on(STALE, -3), day=D + timedelta(days=1)) == (1, Transitions())
    [ended] = rows(connection)
    assert (ended.status, ended.resolved_by, ended.mute_id) == ("resolved", "system", 1)
    connection.exec_driver_sql("UPDATE minibar_ml.ml_alert_events SET considered_at = now() WHERE event = 'opened'")
    connection.exec_driver_sql(
        "INSERT INTO minibar_ml.ml_people (name, role, language, wants_resolved)"
        " VALUES ('a', 'administrator', 'en', true)"
    )
    connection.exec_driver_sql(
        "INSERT INTO minibar_ml.ml_channels (person_id, kind, shown)"
        " SELECT id, 'email', 'a@b.c' FROM minibar_ml.ml_people"
    )
    connection.exec_driver_sql(
        "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, event_id, alert_id, next_at, status, ended_at)"
        " SELECT 'alert', c.id, e.id, e.alert_id, now(), 'sent', now() FROM minibar_ml.ml_channels c,"
        " minibar_ml.ml_alert_events e WHERE e.event = 'opened'"
    )
    assert outbox.enqueue(connection, evening(D + timedelta(days=1))) == 0
    assert _run(connection, on(STALE, -3), day=D + timedelta(days=12)) == (0, Transitions(opened=1))
    assert _live(connection) == [("data_stale", "open")], "although its first day lies in the ended alert's days"


def test_an_event_of_the_time_before_stays_and_one_of_its_days_ends(connection: Connection) -> None:
    _run(
        connection, HIGH_ROOM, replace(VACANT, entity_id=1127, occurred_on=D + timedelta(days=1)), day=D + timedelta(1)
    )
    mutes.insert(connection, replace(ROOM, since=MIDNIGHT + timedelta(days=1)))
    assert _run(connection, day=D + timedelta(days=2)) == (0, Transitions())
    assert _live(connection) == [("consumption_anomaly", "open")]


def test_the_days_before_a_mute_was_ended_stay_muted_and_those_from_then_on_are_not(connection: Connection) -> None:
    mutes.insert(connection, ROOM)
    connection.exec_driver_sql(
        f"UPDATE minibar_ml.ml_mutes SET ended_by = 'Ali', ended_at = '{D + timedelta(days=2)} 12:00'"
    )
    later = D + timedelta(days=2)
    assert _run(connection, HIGH_ROOM, on(VACANT, 1), replace(on(HIGH_ROOM, 2), entity_id=1127), day=later) == (
        2,
        Transitions(opened=1),
    )
    assert mutes.fetch(connection, evening(later)) == []
    assert len(mutes.fetch(connection, None)) == 1


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """Two hotels with rooms on two floors, and the roles."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    sql(store_url, "INSERT INTO katlar (otel_id, kat_adi, kat_no, aktif)"
                   " VALUES (1, 'Kat 1', 1, true), (1, 'Kat 2', 2, true), (2, 'Kat 1', 1, true)")  # fmt: skip
    sql(store_url, "INSERT INTO odalar (kat_id, oda_no, aktif) VALUES (1, '101', true), (1, '102', true),"
                   " (2, '201', true), (3, '301', true)")  # fmt: skip
    done(store_url, "db", "roles", "--apply", "--quiet")
    yield store_url
    drop_logins(store_url)


def _printed(url: str, capsys: Capture, *words: str) -> Any:
    capsys.readouterr()
    assert command(url, "mutes", *words, "--json") == ExitCode.OK
    return json.loads(capsys.readouterr().out)


SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
WHY = ("--until", SOON, "--reason", "Renovation")


def test_a_floor_is_its_rooms_in_the_hotel_and_rooms_go_by_name(hotels: str, capsys: Capture) -> None:
    floor = _printed(hotels, capsys, "add", "--hotel", "1", "--floor", "kat 1", *WHY, "--by", "Ayşe")
    assert (floor["entity_type"], floor["entity_names"], floor["floor"]) == ("room", ["101", "102"], "kat 1")
    room = _printed(hotels, capsys, "add", "--hotel", "2", "--room", "301", "--type", "silent_room", *WHY)
    assert (room["entity_ids"], room["types"]) == ([4], ["silent_room"])
    assert [mute["id"] for mute in _printed(hotels, capsys, "list", "--hotel", "2")] == [2]
    done(hotels, "mutes", "end", "1", "--by", "Ayşe", "--quiet")
    assert [mute["id"] for mute in _printed(hotels, capsys, "list")] == [2]
    [ended, _] = _printed(hotels, capsys, "list", "--all")
    assert (ended["id"], ended["ended_by"], ended["findings"]) == (1, "Ayşe", 0)
    assert command(hotels, "mutes", "end", "1") == ExitCode.PRECONDITION
    assert sql(hotels, "SELECT operator, action, subject FROM minibar_ml.ml_audit_log WHERE action LIKE 'mute.%'"
                       " AND subject = 'mute 1' ORDER BY id") == [("Ayşe", "mute.add", "mute 1"),
                                                                  ("Ayşe", "mute.end", "mute 1")]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (("--hotel", "9", *WHY), ExitCode.PRECONDITION, "no hotel 9"),
        (("--hotel", "2", "--floor", "Kat 2", *WHY), ExitCode.PRECONDITION, "it has Kat 1"),
        (("--hotel", "1", "--room", "301", *WHY), ExitCode.PRECONDITION, "it has 101, 102, 201"),
        (("--hotel", "1", "--product", "Ufo", *WHY), ExitCode.PRECONDITION, "no product"),
        (("--hotel", "1", "--floor", "Kat 1", "--room", "101", *WHY), ExitCode.USAGE, "cannot be combined"),
        (("--hotel", "1", "--type", "theft", *WHY), ExitCode.USAGE, "--type 'theft'"),
        (("--hotel", "1", "--until", "2020-01-01", "--reason", "x"), ExitCode.USAGE, "must be in the future"),
        (("--hotel", "1", "--from", "2020-01-01", *WHY), ExitCode.USAGE, "days back"),
        (("--hotel", "1", "--until", "2099-01-01", "--reason", "x"), ExitCode.USAGE, "366 days"),
        (("--hotel", "1", "--until", SOON, "--reason", " "), ExitCode.USAGE, "--reason"),
        (("--hotel", "1", *WHY, "--by", "system"), ExitCode.USAGE, "--by 'system'"),
    ],
)
def test_a_mute_of_nothing_or_of_no_time_is_an_error(
    hotels: str, words: tuple[str, ...], status: ExitCode, why: str, capsys: Capture
) -> None:
    assert command(hotels, "mutes", "add", *words) == status
    assert why in capsys.readouterr().err
    assert sql(hotels, "SELECT count(*) FROM minibar_ml.ml_mutes") == [(0,)]


def test_a_mute_reads_in_the_installations_language(hotels: str, capsys: Capture) -> None:
    words = ["mutes", "add", "--hotel", "1", "--floor", "Kat 2", "--type", "silent_room", *WHY]
    assert command(hotels, *words, ML_LANG="tr") == ExitCode.OK
    assert "Susturma 1: Kat 2 katı (Tüketimsiz oda)" in capsys.readouterr().err
    assert command(hotels, "mutes", "list", ML_LANG="tr") == ExitCode.OK
    listed = capsys.readouterr().out
    assert "1 Deniz: Kat 2 katı (Tüketimsiz oda)" in listed
    assert "Susturulan bulgu: 0" in listed
    assert command(hotels, "mutes", "show", "1") == ExitCode.OK
    assert "1 Deniz: floor Kat 2 (Silent room)" in capsys.readouterr().out


def test_administrators_mute_their_hotels_and_others_see_what_they_could_see_alerts_of(
    hotels: str, capsys: Capture
) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    keeper = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    viewer = login(hotels, "viewer", "--as", "viewer", "--hotel", "2")
    role = str(make_url(boss).username)
    assert command(boss, "mutes", "add", "--hotel", "1", *WHY, "--quiet") == ExitCode.OK
    assert command(boss, "mutes", "add", "--hotel", "1", "--room", "101", *WHY, "--quiet") == ExitCode.OK
    assert command(boss, "mutes", "add", "--hotel", "2", *WHY) == ExitCode.PRECONDITION
    for url in (keeper, viewer):
        assert command(url, "mutes", "add", "--hotel", "1", *WHY) == ExitCode.PRECONDITION
    assert [mute["id"] for mute in _printed(keeper, capsys, "list")] == [1]
    assert _printed(viewer, capsys, "list") == []
    assert command(keeper, "mutes", "end", "1") == ExitCode.PRECONDITION
    entries = (
        "SELECT database_role, action, subject FROM minibar_ml.ml_audit_log WHERE action LIKE 'mute.%' ORDER BY id"
    )
    assert sql(hotels, entries) == [(role, "mute.add", "mute 1"), (role, "mute.add", "mute 2")]
    done(hotels, "audit", "verify", "--quiet")


def test_by_psql_nobody_mutes_the_past_as_another_or_changes_what_was_said(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    victim = str(make_url(login(hotels, "victim", "--as", "administrator", "--all-hotels")).username)
    add = (
        "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
        " VALUES ({}, now() + interval '{} days', now() + interval '{} days', 'r', '{}')"
    )
    assert "may not mute as" in psql(boss, add.format(1, 0, 9, victim))
    assert "may not mute as" in psql(boss, add.format(1, 0, 9, "system"))
    assert "said beforehand" in psql(boss, add.format(1, -60, 9, "a"))
    assert "said beforehand" in psql(boss, add.format(1, -9, -1, "a"))
    assert "row-level security" in psql(boss, add.format(2, 0, 9, "a"))
    assert psql(boss, add.format(1, 0, 9, "a")) == ""
    for change in ("reason = 'x'", "until = until + interval '1 day'", "entity_ids = NULL"):
        assert "permission denied" in psql(boss, f"UPDATE minibar_ml.ml_mutes SET {change}")
    assert "permission denied" in psql(boss, "DELETE FROM minibar_ml.ml_mutes")
    end = "UPDATE minibar_ml.ml_mutes SET ended_at = '2001-01-01', ended_by = '{}'"
    assert "may not mute as" in psql(boss, end.format(victim))
    assert psql(boss, end.format("a")) == ""
    assert sql(hotels, "SELECT ended_at > now() - interval '1 minute' FROM minibar_ml.ml_mutes") == [(True,)]
    assert "only be ended" in psql(boss, "UPDATE minibar_ml.ml_mutes SET ended_at = NULL, ended_by = NULL")
    assert "permission denied" in psql(boss, "DELETE FROM minibar_ml.ml_muted_findings")


def test_a_report_shows_what_was_muted_in_its_days(hotels: str, tmp_path: Path, capsys: Capture) -> None:
    done(hotels, "mutes", "add", "--hotel", "1", "--floor", "Kat 1", *WHY, "--by", "Ayşe", "--quiet")
    done(hotels, "collect", "--quiet")
    today = datetime.now(ZoneInfo(ZONE)).date()
    found = (
        "INSERT INTO minibar_ml.ml_muted_findings VALUES"
        " (1, 'silent_room', 1, 'room', 1, :day, '101', 'high', 3, 12.5, 'm', now(), now())"
    )
    sql(hotels, found, day=today)
    sql(hotels, found, day=today - timedelta(days=90))
    capsys.readouterr()
    words = ["report", "weekly", "--ending", today.isoformat(), "--out", str(tmp_path), "--lang", "tr"]
    done(hotels, *words, "--format", "json", "--quiet")
    (file,) = tmp_path.glob("*.json")
    (row,) = json.loads(file.read_text(encoding="utf-8"))["mutes"]["rows"]
    assert (row["mute"]["findings"], row["mute"]["impact"], row["names"]) == (1, 12.5, {"1": "101", "2": "102"})
    done(hotels, *words, "--format", "html", "--quiet")
    (page,) = tmp_path.glob("minibar-*.html")
    shown = page.read_text(encoding="utf-8")
    assert "Susturmalar" in shown and "Kat 1 katı" in shown and "Renovation" in shown
