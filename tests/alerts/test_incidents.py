"""Alerts of one cause are one incident: one row, one sum, one message; parts are shown on demand."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection
from support.alerts.findings import DEMAND, HIGH_ROOM, NEGATIVE, VACANT, D, detect, on, rows
from support.alerts.outbox import add
from support.hotels.simulated import done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.cli.app import main
from minibar_ml.domain.alerting.alerts import Finding

LEAK = replace(
    NEGATIVE, type="shrinkage", metric="stock_outflow", reason="leak", value=244.0, score=30.0, impact=6100.0,
    severity="critical",
)  # fmt: skip
BELOW = replace(NEGATIVE, value=-75.0, impact=1875.0)
COUNTED = "SELECT coalesce(incident_id, id), type, is_counted FROM minibar_ml.ml_alerts ORDER BY id"


def _incidents(connection: Connection) -> list[tuple[Any, ...]]:
    return [(row.incident_id, row.type, row.is_counted) for row in rows(connection)]


def test_a_mistyped_issue_is_one_incident_whose_money_counts_once(connection: Connection) -> None:
    detect(connection, LEAK, BELOW)
    assert sorted(_incidents(connection)) == [(1, "shrinkage", True), (1, "stock_anomaly", False)]
    detect(connection, LEAK, BELOW)
    assert sorted(_incidents(connection)) == [(1, "shrinkage", True), (1, "stock_anomaly", False)]


def test_alerts_of_other_products_or_of_days_apart_are_incidents_of_their_own(connection: Connection) -> None:
    detect(connection, LEAK, replace(BELOW, entity_id=147))
    detect(connection, on(replace(DEMAND, impact=90.0), 5))
    assert {incident for incident, _, _ in _incidents(connection)} == {None}


def test_rooms_that_a_shift_explains_are_part_of_it(connection: Connection) -> None:
    shift = replace(DEMAND, impact=500.0)
    took = {"products": [{"id": 146, "name": "Efes", "units": 9}]}
    detect(connection, replace(HIGH_ROOM, facts=took), shift)
    detect(connection, replace(HIGH_ROOM, facts=took), shift)
    found = {row.entity_type: row for row in rows(connection)}
    assert found["room"].muted_by == found["product"].id
    assert found["room"].incident_id == found["product"].incident_id == found["product"].id
    assert [found[kind].is_counted for kind in ("product", "room")] == [True, False]


def _doubled_visit() -> list[Finding]:
    """16 units each of two products in one visit: the room's alert and one of either product."""
    products = [{"id": product, "name": name, "units": 16} for product, name in ((146, "Kola"), (147, "Çikolata"))]
    room = replace(HIGH_ROOM, value=32.0, impact=1511.0, facts={"products": products})
    kola = replace(DEMAND, value=18.0, expected=4.0, impact=572.0)
    return [room, kola, replace(kola, entity_id=147, impact=900.0)]


def test_one_visit_of_two_products_is_one_incident_whose_money_counts_once(connection: Connection) -> None:
    detect(connection, *_doubled_visit())
    assert {incident for incident, _, _ in _incidents(connection)} == {1}
    assert [row.impact for row in rows(connection) if row.is_counted] == [1511]


def test_incidents_that_turn_out_to_have_one_cause_become_one(connection: Connection) -> None:
    room, kola, chocolate = _doubled_visit()
    late = replace(LEAK, entity_id=147, impact=10.0)
    detect(connection, kola, replace(BELOW, impact=20.0))
    detect(connection, chocolate, late)
    assert len({incident for incident, _, _ in _incidents(connection)}) == 2
    detect(connection, room)
    assert {incident for incident, _, _ in _incidents(connection)} == {1}
    assert [row.impact for row in rows(connection) if row.is_counted] == [1511]


def test_a_room_that_took_little_of_a_shift_is_no_part_of_it(connection: Connection) -> None:
    room, kola, chocolate = _doubled_visit()
    detect(connection, room, replace(kola, value=60.0), replace(chocolate, value=60.0))
    assert {incident for incident, _, _ in _incidents(connection)} == {None}


def test_a_room_that_took_most_of_what_was_too_much_is_not_hidden_by_its_product(connection: Connection) -> None:
    took = {"products": [{"id": 146, "name": "Kola", "units": 25}]}
    shift = replace(DEMAND, severity="medium", value=31.0, expected=4.0)
    detect(connection, shift, replace(HIGH_ROOM, value=25.0, facts=took))
    assert [(row.incident_id, row.muted_by) for row in rows(connection)] == [(1, None), (1, None)]


def test_one_room_and_day_is_one_incident(connection: Connection) -> None:
    detect(connection, HIGH_ROOM, VACANT)
    assert [incident for incident, _, _ in _incidents(connection)] == [1, 1]


def test_the_sum_is_the_same_in_list_json_and_report(
    connection: Connection, store_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    detect(connection, LEAK, BELOW, HIGH_ROOM, VACANT)
    connection.commit()
    capsys.readouterr()
    assert main(["alerts", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == 4
    assert len({one["incident_id"] for one in listed}) == 2
    assert sum(one["counted_impact"] for one in listed) == 6100.0 + 27.5
    assert main(["alerts", "list", "--long"]) == 0
    table = capsys.readouterr().out
    assert (table.count("6,100.00"), table.count("1,875.00"), table.count(" 27.50")) == (1, 0, 1)
    assert table.count("possible loss 6,127.50") == 1
    assert table.count("Same cause: alert") == 2
    assert main(["alerts", "list", "--flat"]) == 0
    flat = capsys.readouterr()
    assert flat.out.count("(1,875.00)") == 1 and "(6,100.00)" not in flat.out
    assert "Amounts in parentheses are not in the sum" in flat.err
    done(store_url, "report", "weekly", "--ending", D.isoformat(), "--format", "json", "--out", str(tmp_path))
    (file,) = tmp_path.glob("*.json")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["money_total"]["impact"] == 6100.0 + 27.5


def test_one_incident_is_one_mail(store_url: str, connection: Connection) -> None:
    today = sql(store_url, "SELECT CAST(now() AS date)")[0][0]
    done(store_url, "people", "add", "ayse", "--email", "ayse@otel.example", "--role", "administrator", "--quiet")
    add(store_url, "depo", "--role", "storekeeper", "--type", "shrinkage")
    detect(connection, replace(LEAK, occurred_on=today), replace(BELOW, occurred_on=today), day=today)
    connection.commit()
    mails = _notified(store_url)
    assert sorted(mails) == ["ayse", "depo"]
    assert "Unexplained stock loss" in mails["ayse"], "about the alert that counts, and not the first one"
    ((other,),) = sql(store_url, "SELECT id FROM minibar_ml.ml_alerts WHERE type = 'stock_anomaly'")
    assert f"Same cause: alert {other} (critical), Unusual stock movement" in mails["ayse"]
    assert "Same cause" not in mails["depo"], "who does not hear of a type is sent nothing of it"
    sql(
        store_url,
        "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_by = 'system', resolved_at = now(),"
        " end_reason = 'records_changed' WHERE type = 'stock_anomaly'",
    )
    (withdrawn,) = _notified(store_url).items()
    assert withdrawn[0] == "ayse", "who was sent a message that named it"
    assert "Alert withdrawn, records changed" in withdrawn[1]
    assert _notified(store_url) == {}


def test_the_money_of_an_incident_is_in_its_mails_once(store_url: str, connection: Connection) -> None:
    today = sql(store_url, "SELECT CAST(now() AS date)")[0][0]
    done(store_url, "people", "add", "ayse", "--email", "ayse@otel.example", "--role", "administrator", "--quiet")
    below = replace(BELOW, occurred_on=today)
    detect(connection, replace(LEAK, occurred_on=today, severity="high"), below, day=today)
    connection.commit()
    (mail,) = _notified(store_url).values()
    assert (mail.count("6,100.00"), mail.count("1,875.00")) == (2, 0), "in its subject and its facts"
    # Two messages about one incident, and others, in one digest.
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET status = 'acknowledged'")
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET status = 'open'")
    others = [replace(BELOW, entity_id=300 + n, occurred_on=today, impact=3.0) for n in range(12)]
    detect(connection, below, *others, day=today)
    connection.commit()
    sql(store_url, "INSERT INTO minibar_ml.ml_outbox (kind, channel_id, event_id, alert_id, next_at)"
                   " SELECT 'alert', c.id, max(e.id), e.alert_id, now() FROM minibar_ml.ml_alert_events e"
                   " CROSS JOIN minibar_ml.ml_channels c WHERE e.alert_id <= 2 GROUP BY c.id, e.alert_id"
                   " ON CONFLICT DO NOTHING")  # fmt: skip
    (digest,) = _notified(store_url).values()
    assert (digest.count("6,100.00"), digest.count("1,875.00")) == (1, 0)
    assert digest.count("Same cause: alert") == 1


def test_a_digest_lists_the_parts_of_an_incident_below_it(
    store_url: str, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    today = sql(store_url, "SELECT CAST(now() AS date)")[0][0]
    who = ["people", "add", "ayse", "--email", "ayse@otel.example", "--role", "administrator", "--quiet"]
    done(store_url, *who)
    more = [replace(BELOW, entity_id=300 + n, occurred_on=today) for n in range(12)]
    detect(connection, replace(LEAK, occurred_on=today), replace(BELOW, occurred_on=today), *more, day=today)
    connection.commit()
    (digest,) = _notified(store_url).values()
    assert "14 alerts" in digest, "as many as the list says"
    connection.rollback()
    capsys.readouterr()
    done(store_url, "alerts", "list")
    assert "14 alerts in 13 rows: 14 critical" in capsys.readouterr().out
    done(store_url, "alerts", "list", "--flat")
    assert "14 alerts: 14 critical" in capsys.readouterr().out
    assert digest.count("Same cause: alert") == 1
    assert "minibar-ml alerts show" in digest


def test_a_mail_about_a_shift_names_the_room_that_is_worse_and_is_as_severe(
    store_url: str, connection: Connection
) -> None:
    today = sql(store_url, "SELECT CAST(now() AS date)")[0][0]
    done(store_url, "people", "add", "ayse", "--email", "ayse@otel.example", "--role", "administrator", "--quiet")
    shift = replace(DEMAND, severity="medium", impact=500.0, occurred_on=today)
    took = {"guests": 2, "nights": 1, "products": [{"id": 146, "name": "Efes", "units": 9}]}
    rest = replace(HIGH_ROOM, severity="low", facts=took, occurred_on=today)
    detect(connection, shift, rest, day=today)
    connection.commit()
    (mail,) = _notified(store_url).values()
    assert "[Medium]" in mail
    worse = replace(rest, entity_id=1127, severity="critical")
    detect(connection, shift, rest, worse, day=today)
    connection.commit()
    (mail,) = _notified(store_url).values()
    assert "[Critical] Severity raised to critical" in mail
    assert "(critical), Unusual consumption, 1127" in mail
    detect(connection, shift, rest, worse, replace(rest, entity_id=1128), day=today)
    connection.commit()
    assert _notified(store_url) == {}, "no mail about a part that is not worse"


def test_the_list_shows_an_incident_as_severe_as_its_worst_part(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    took = {"guests": 2, "nights": 1, "products": [{"id": 146, "name": "Efes", "units": 9}]}
    other = replace(HIGH_ROOM, entity_id=1127, severity="high")
    shift = replace(DEMAND, severity="medium")
    detect(connection, shift, replace(HIGH_ROOM, severity="critical", facts=took), other)
    connection.commit()
    capsys.readouterr()
    assert main(["alerts", "list"]) == 0
    severities = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line[:3].strip().isdigit()]
    assert severities == ["critical", "high"]


def _notified(url: str) -> dict[str, str]:
    """By addressee, the subject and text of the mails that are sent now."""
    with serving(Mailbox()) as mailbox:
        done(url, "alerts", "notify", "--quiet", **mailbox.settings())
    mails = [
        (mail["To"].addresses[0].username, f"{mail['Subject']} {mail.get_body(('plain',)).get_content()}")
        for mail in mailbox.accepted
    ]
    assert len({to for to, _ in mails}) == len(mails), "one mail an incident"
    return {to: " ".join(text.split()) for to, text in mails}
