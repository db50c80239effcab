"""Units that a count has put back are not missing; what a count takes off again is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection
from support.alerts.findings import NEGATIVE, D, detect, evening, on, rows
from support.alerts.outbox import add, mails
from support.hotels.ordinary_life import ordinary
from support.hotels.simulated import done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.i18n import Lang
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.detection import counted
from minibar_ml.ml.frames import Frames
from minibar_ml.store.alerting import grounds
from minibar_ml.store.source.entities import Entities

LEAK = replace(
    NEGATIVE, type="shrinkage", metric="stock_outflow", reason="leak", value=229.0, expected=1.0, upper=3.0, score=30.0,
    severity="critical", impact=5725.0, facts={"since": D.isoformat(), "below_zero": 55.0},
)  # fmt: skip
KNOWN = Entities({("product", 146): "Kola"}, {146: Price(None, Decimal(25))}, {})
ISSUE = (0, 10, "cikis", -229)
Movement = tuple[int, int, str, float]
"""Days after D, hour, kind and units."""


def _frames(*movements: Movement) -> dict[int, Frames]:
    """The hotel's ledger, which held 174 units before."""
    start = datetime(D.year, D.month, D.day, tzinfo=UTC) - timedelta(days=9)
    rows = [{"hotel_id": 1, "product_id": 146, "day": D.toordinal() - 9, "at": start.timestamp(), "level": 174.0}]
    rows[0]["kind"] = "giris"
    for days, hour, kind, units in movements:
        at = start + timedelta(days=9 + days, hours=hour)
        level = rows[-1]["level"] + units
        rows.append({**rows[-1], "day": D.toordinal() + days, "at": at.timestamp(), "level": level, "kind": kind})
    return {1: replace(ordinary(1), levels=pd.DataFrame(rows))}


def _look_again(connection: Connection, frames: dict[int, Frames], days: int = 4) -> None:
    """What a run in the evening of a later day does with the alerts that are live."""
    at = evening(D + timedelta(days=days))
    _, changed = counted.less_counted([], grounds.fetch_followed(connection).losses, frames, KNOWN, at)
    if changed:
        texts = lambda finding, name: sentences(finding, name, "en")  # noqa: E731
        grounds.settle(connection, list(changed), changed, KNOWN.names, at, texts)


def _found(frames: dict[int, Frames], *findings: Finding) -> list[Finding]:
    ((_, found),), _ = counted.less_counted([(D, list(findings))], {}, frames, KNOWN, evening(D + timedelta(days=9)))
    return found


def _of(found: Sequence[Finding], name: str) -> list[Any]:
    return [(one.facts or {}).get(name) for one in found]


def test_an_issue_that_an_equal_count_has_put_back_is_a_small_alert_without_a_loss(connection: Connection) -> None:
    detect(connection, LEAK)
    _look_again(connection, _frames(ISSUE))
    assert [(row.severity, float(row.impact), row.corrected_at) for row in rows(connection)] == [
        ("critical", 5725.0, None)
    ]
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)))
    (row,) = rows(connection)
    assert (row.status, row.severity, float(row.impact), row.value) == ("open", "low", 0.0, 229.0)
    assert (
        "By the counts entered since (the last on 22 Nov), 229 units came back: most likely a quantity entered wrong."
        in row.message
    )
    assert "below zero" not in row.message
    assert row.suggested_action.startswith("Ask whoever entered the count")
    corrected_at = row.corrected_at
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)), days=5)
    assert rows(connection)[0].corrected_at == corrected_at, "and only once"


def test_a_count_that_is_taken_back_by_a_later_one_excuses_nothing(connection: Connection) -> None:
    """Somebody who invents a count hides a loss until the shelf is counted."""
    detect(connection, LEAK)
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)))
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229), (5, 9, "sayim", -229)), days=6)
    (row,) = rows(connection)
    assert (row.severity, float(row.impact)) == ("high", 5725.0)
    assert "count" not in row.message


def test_after_a_part_was_put_back_only_the_rest_counts(connection: Connection) -> None:
    detect(connection, LEAK)
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 220)))
    (row,) = rows(connection)
    assert (row.severity, float(row.impact)) == ("medium", 225.0)
    assert (
        "By the counts entered since (the last on 22 Nov), 220 units came back; still missing: 9 units." in row.message
    )


@pytest.mark.parametrize(
    ("movements", "back"),
    [
        (((0, 8, "sayim", 229), ISSUE), None),
        ((ISSUE, (1, 9, "giris", 229)), None),
        ((ISSUE, (1, 9, "sayim", -4)), None),
        ((ISSUE, (20, 9, "sayim", 229)), None),
        ((ISSUE, (1, 9, "sayim", 400)), 229.0),
        ((ISSUE, (0, 12, "cikis", -6), (0, 18, "sayim", 229)), 229.0),
        ((ISSUE, (1, 9, "sayim", 100), (2, 9, "sayim", 120)), 220.0),
    ],
    ids=["counted before", "a delivery", "counted less", "not yet", "more than was missing", "same day", "two counts"],
)
def test_only_what_counts_have_added_since_the_issue_is_put_back(
    movements: tuple[Movement, ...], back: float | None
) -> None:
    assert _of(_found(_frames(*movements), LEAK), "put_back") == [back]


def test_a_counted_unit_is_put_back_once_of_the_latest_issue() -> None:
    frames = _frames((0, 10, "cikis", -24), (1, 10, "cikis", -30), (3, 9, "sayim", 30))
    first, second = replace(LEAK, value=24.0, facts={}), on(LEAK, 1, value=30.0, facts={})
    assert _of(_found(frames, first, second), "put_back") == [None, 30.0]


def test_of_two_days_the_one_of_which_something_is_missing_is_shown(connection: Connection) -> None:
    first = replace(LEAK, value=24.0, facts={}, score=9.0, impact=600.0, severity="high")
    detect(connection, first)
    detect(connection, on(first, 1, value=30.0, score=20.0, impact=750.0))
    assert [row.value for row in rows(connection)] == [30.0]
    _look_again(connection, _frames((0, 10, "cikis", -24), (1, 10, "cikis", -30), (3, 9, "sayim", 30)))
    assert [(row.value, float(row.impact)) for row in rows(connection)] == [(24.0, 600.0)]


def _taken_off_again(connection: Connection, below: float) -> list[Any]:
    """The alerts after a count has put 229 units back and a later one has taken them off, so that the book is below."""
    detect(connection, LEAK)
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)))
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229), (5, 9, "sayim", -229)), days=6)
    detect(connection, on(NEGATIVE, 6, value=below, impact=-25 * below), day=D + timedelta(days=6))
    return sorted((row.type, row.incident_id, row.is_counted, float(row.impact)) for row in rows(connection))


def test_a_count_that_takes_units_off_again_is_the_same_incident_and_its_money_counts_once(
    connection: Connection,
) -> None:
    assert _taken_off_again(connection, -70.0) == [
        ("shrinkage", 1, True, 5725.0),
        ("stock_anomaly", 1, False, 1750.0),
    ]


def test_a_book_that_lacks_far_more_than_was_lost_is_another_incident(connection: Connection) -> None:
    assert _taken_off_again(connection, -500.0) == [
        ("shrinkage", None, True, 5725.0),
        ("stock_anomaly", None, True, 12500.0),
    ]


def test_a_book_below_zero_although_all_was_put_back_is_another_incident(connection: Connection) -> None:
    detect(connection, LEAK)
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)))
    detect(connection, on(NEGATIVE, 6, impact=75.0), day=D + timedelta(days=6))
    assert {(row.incident_id, row.is_counted) for row in rows(connection)} == {(None, True)}


def test_who_was_notified_of_the_loss_gets_one_mail_of_a_higher_severity(
    store_url: str, connection: Connection
) -> None:
    today = sql(store_url, "SELECT CAST(now() AS date)")[0][0]
    add(store_url, "ayse")
    loss = replace(LEAK, occurred_on=today - timedelta(days=2), severity="high")
    with serving(Mailbox()) as mailbox:
        detect(connection, loss, day=today - timedelta(days=2))
        connection.commit()
        ((_, subject),) = mails(store_url, mailbox)
        assert "New alert" not in subject and "Severity raised" not in subject
        detect(connection, replace(NEGATIVE, value=-70.0, impact=1750.0, occurred_on=today), day=today)
        connection.commit()
        ((_, subject),) = mails(store_url, mailbox)
    assert subject.startswith("[Critical] Severity raised to critical")


@pytest.mark.parametrize(
    "movements", [(), ((3, 9, "sayim", 100),), ((3, 9, "sayim", 229),)], ids=["gone", "less", "same"]
)
def test_a_closed_alert_shows_what_became_of_the_count_that_it_names(
    store_url: str, connection: Connection, capsys: pytest.CaptureFixture[str], movements: tuple[Movement, ...]
) -> None:
    detect(connection, LEAK)
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)))
    sql(store_url, "SELECT minibar_ml.ensure_partitions('2025-11-01', '2025-12-01')")
    for row in _frames(ISSUE, *movements)[1].levels.to_dict("records"):
        sql(
            store_url,
            "INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value,"
            " observed_at, business_date, context) VALUES ('stock_level', 1, 'product', 146, :level, to_timestamp(:at),"
            " CAST(:day AS date), jsonb_build_object('kind', CAST(:kind AS text)))",
            **{name: row[name] for name in ("level", "at", "kind")}, day=date.fromordinal(row["day"]),
        )  # fmt: skip
    connection.commit()
    done(store_url, "alerts", "resolve", "1", "--quiet")
    capsys.readouterr()
    done(store_url, "alerts", "show", "1", "--as-of", f"{D + timedelta(days=9)}T20:00")
    shown = " ".join(capsys.readouterr().out.split())
    units = sum(units for *_, units in movements)
    assert ("put back by counts" in shown) == (units < 229)
    assert units == 229 or f"put back by counts: 229 in the alert, {units} on record now" in shown


def test_a_mistyped_write_off_is_put_back_as_well() -> None:
    write_off = replace(LEAK, type="stock_anomaly", reason="write_off_high", value=53.0, facts={})
    found = _found(_frames((0, 10, "fire", -53), (2, 9, "sayim", 53)), write_off)
    assert _of(found, "still_missing") == [0.0]


def test_an_incident_whose_units_are_back_has_no_loss(connection: Connection) -> None:
    detect(connection, LEAK, replace(NEGATIVE, value=-55.0, impact=1375.0))
    _look_again(connection, _frames(ISSUE, (3, 9, "sayim", 229)))
    detect(connection, day=D + timedelta(days=4))
    found = {row.type: row for row in rows(connection)}
    assert {name: (row.status, row.is_counted) for name, row in found.items()} == {
        "shrinkage": ("open", True),
        "stock_anomaly": ("resolved", False),
    }


@pytest.mark.parametrize(("lang", "said"), [("en", "229 units came back"), ("tr", "229 adet geri geldi")])
def test_the_count_is_named_in_either_language(lang: Lang, said: str) -> None:
    (finding,) = _found(_frames(ISSUE, (3, 9, "sayim", 229)), LEAK)
    message, action = sentences(finding, "Kola", lang)
    assert said in message
    assert ("Ask whoever" in action) == (lang == "en")
