"""Alerts look at their records again at every run: corrected, moved, deleted and late ones."""

import json
from datetime import date
from typing import Any

import pytest
from support.alerts.outbox import add
from support.hotels.application import Application
from support.hotels.simulated import alerts, command, done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.domain.errors import ExitCode

FOUND = "2025-11-10T20:00"
LATER = "2025-11-11T20:00"
COLUMNS = "type, entity_id, status, value, end_reason, occurrences"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; a guest of room 1 left on the ninth, and the checks after that found the minibar full."""
    installed.left()
    return installed


def _run(hotel: Application, as_of: str) -> list[tuple[Any, ...]]:
    hotel.judged(as_of)
    return alerts(hotel.url, columns=COLUMNS)


def _shown(hotel: Application, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    capsys.readouterr()
    done(hotel.url, "alerts", "show", "1", *options, "--as-of", LATER)
    out = capsys.readouterr().out
    return json.loads(out) if "--json" in options else out


def test_a_typing_error_that_was_corrected_is_corrected_with_history(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 40)
    assert _run(hotel, FOUND) == [("vacant_consumption", 1, "open", 40.0, None, 1)]
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 4 WHERE islem_id = :row", row=row)
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "open", 4.0, None, 1)]
    shown = _shown(hotel, capsys, "--json")
    assert [(one["event"], one["value"]) for one in shown["events"]] == [("opened", 40.0), ("corrected", 4.0)]
    assert shown["impact"] == 40.0
    assert "4 units missing" in shown["message"]
    assert "Corrected on 11 Nov, after records were changed or added." in shown["message"]
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "open", 4.0, None, 1)], "and only once"
    assert len(_shown(hotel, capsys, "--json")["events"]) == 2


def test_a_deleted_row_withdraws_its_alert_which_says_so(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 4)
    assert _run(hotel, FOUND) == [("vacant_consumption", 1, "open", 4.0, None, 1)]
    assert "10 Nov 2025: 4, as the records say now" in _shown(hotel, capsys)
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=row)
    sql(hotel.url, "DELETE FROM minibar_islemleri WHERE id = :row", row=row)
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "resolved", 4.0, "records_changed", 1)]
    shown = _shown(hotel, capsys, "--json")
    assert shown["suggested_action"] == "Nothing needs to be done."
    assert shown["events"][-1]["reason"] == "records_changed"
    text = " ".join(_shown(hotel, capsys).split())
    assert "resolved, records changed" in text
    assert "The records were changed and no longer show this." in text


def test_a_figure_that_is_not_its_points_stands_while_the_records_are(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 4)
    _run(hotel, FOUND)
    # As of a write-off or a leak, which are computed from several points.
    sql(hotel.url, "UPDATE minibar_ml.ml_alert_days SET value = 2")
    assert "10 Nov 2025: 2, as the records say now" in _shown(hotel, capsys)
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 9 WHERE islem_id = :row", row=row)
    done(hotel.url, "collect", "--as-of", LATER, "--quiet")
    assert "10 Nov 2025: 2 in the alert, 9 on record now" in _shown(hotel, capsys)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE misafir_kayitlari SET cikis_tarihi = '2025-11-12' WHERE oda_id = 1",
        "UPDATE minibar_islemleri SET oda_id = 5 WHERE oda_id = 1 AND islem_tipi = 'setup_kontrol'",
        "UPDATE minibar_islemleri SET islem_tarihi = '2025-11-08 12:00+02' WHERE islem_tipi = 'setup_kontrol'",
    ],
    ids=["a stay extended late", "a row of another room", "a row of another day"],
)
def test_whatever_takes_its_ground_away_withdraws_an_alert(hotel: Application, edit: str) -> None:
    hotel.setup(1, "2025-11-10 12:30", 1, 4)
    assert _run(hotel, FOUND) == [("vacant_consumption", 1, "open", 4.0, None, 1)]
    sql(hotel.url, edit)
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "resolved", 4.0, "records_changed", 1)]


def test_records_that_change_back_raise_the_alert_again(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 4)
    _run(hotel, FOUND)
    moved = "UPDATE minibar_islemleri SET oda_id = :room WHERE id = :row"
    sql(hotel.url, moved, room=5, row=row)
    _run(hotel, LATER)
    sql(hotel.url, moved, room=1, row=row)
    assert [row[2] for row in _run(hotel, "2025-11-12T20:00")] == ["resolved", "open"]


def test_a_visit_that_is_dated_back_with_all_else_as_it_was_moves_its_day(hotel: Application) -> None:
    hotel.setup(1, "2025-11-12 12:30", 1, 4)
    days = "SELECT occurred_on, judged_on FROM minibar_ml.ml_alert_days"
    assert _run(hotel, "2025-11-12T20:00") == [("vacant_consumption", 1, "open", 4.0, None, 1)]
    sql(hotel.url, "UPDATE minibar_islemleri SET islem_tarihi = islem_tarihi - interval '1 day'"
                   " WHERE islem_tarihi >= '2025-11-12'")  # fmt: skip
    assert sorted(_run(hotel, "2025-11-13T20:00")) == [
        ("vacant_consumption", 1, "open", 4.0, None, 1),
        ("vacant_consumption", 1, "resolved", 4.0, "records_changed", 1),
    ]
    assert sql(hotel.url, days) == [(date(2025, 11, 11), date(2025, 11, 11))]


def test_a_quarter_of_an_hour_later_an_alert_has_the_records_of_now(hotel: Application) -> None:
    rows = [hotel.setup(1, f"2025-11-{day} 12:30", 1, 40) for day in (10, 11)]
    days = "SELECT occurred_on, value FROM minibar_ml.ml_alert_days ORDER BY 1"
    _run(hotel, FOUND)
    _run(hotel, LATER)
    assert sql(hotel.url, days) == [(date(2025, 11, 10), 40.0), (date(2025, 11, 11), 40.0)]
    for at, row, units in zip(("20:15", "20:30"), rows, (4, 5), strict=True):
        sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = :units WHERE islem_id = :row",
            row=row, units=units)  # fmt: skip
        _run(hotel, f"2025-11-11T{at}")
    assert sql(hotel.url, days) == [(date(2025, 11, 10), 4.0), (date(2025, 11, 11), 5.0)]


def test_that_there_was_no_point_is_a_ground_which_a_late_row_changes(hotel: Application) -> None:
    ground = (
        "SELECT ground FROM minibar_ml.ground_of("
        "'product_consumption', NULL, 1, 'product', 1, date '2025-11-12', date '2025-11-12')"
    )
    _run(hotel, "2025-11-13T20:00")
    ((before,),) = sql(hotel.url, ground)
    assert before is not None, "null is what lasts and rests on no day"
    hotel.setup(1, "2025-11-12 12:30", 1, 4)
    _run(hotel, "2025-11-14T20:00")
    assert sql(hotel.url, ground)[0][0] != before


def test_of_two_days_the_one_that_is_left_holds_the_alert(hotel: Application) -> None:
    first = hotel.setup(1, "2025-11-10 12:30", 1, 9)
    _run(hotel, FOUND)
    hotel.setup(1, "2025-11-11 12:30", 1, 2)
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "open", 2.0, None, 2)], "each day is a fault of its own"
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=first)
    assert _run(hotel, "2025-11-12T20:00") == [("vacant_consumption", 1, "open", 2.0, None, 1)]
    assert alerts(hotel.url, columns="occurred_on, last_occurred_on") == [(date(2025, 11, 11), date(2025, 11, 11))]


def test_a_sentence_names_no_earlier_day_that_the_records_no_longer_show(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    first = hotel.setup(1, "2025-11-10 12:30", 1, 9)
    hotel.empty(1, "2025-11-20 12:30")
    hotel.setup(1, "2025-11-21 12:30", 1, 2)
    hotel.recorded(date(2025, 11, 17), date(2025, 11, 23))
    _run(hotel, FOUND)
    _run(hotel, "2025-11-21T20:00")
    _run(hotel, "2025-11-22T20:00")
    assert _shown(hotel, capsys, "--json")["facts"]["earlier"] == [{"on": "2025-11-10", "units": 9.0}]
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 4 WHERE islem_id = :row", row=first)
    _run(hotel, "2025-11-23T20:00")
    assert _shown(hotel, capsys, "--json")["facts"]["earlier"] == [{"on": "2025-11-10", "units": 4.0}]
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=first)
    _run(hotel, "2025-11-24T20:00")
    assert "earlier" not in _shown(hotel, capsys, "--json")["facts"]


def test_a_verdict_is_not_touched_by_what_the_records_say_later(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 40)
    _run(hotel, FOUND)
    done(hotel.url, "alerts", "false-positive", "1", "--by", "Ayşe", "--quiet")
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 4 WHERE islem_id = :row", row=row)
    assert _run(hotel, LATER) == [("vacant_consumption", 1, "false_positive", 40.0, None, 1)]


def test_a_late_line_opens_an_old_alert_of_its_own_room_alone_which_says_that_it_came_late(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    for room in (2, 3):
        hotel.stay(room, "2025-10-17 15:00", "2025-10-19 08:00")
        for at in ("2025-10-19 14:00", "2025-10-19 19:00", "2025-10-20 11:30"):
            hotel.empty(room, at)
    hotel.setup(2, "2025-10-20 12:30", 1, 4)
    assert _run(hotel, FOUND) == [], "of days before the installation nobody is told"
    add(hotel.url, "ayse", "--severity", "low")
    hotel.setup(3, "2025-10-20 12:30", 1, 5)
    assert _run(hotel, LATER) == [("vacant_consumption", 3, "open", 5.0, None, 1)]
    assert (
        "Found on 11 Nov, from records that came in or were changed after that day."
        in _shown(hotel, capsys, "--json")["message"]
    )
    with serving(Mailbox()) as mailbox:
        words = ["alerts", "notify", "--as-of", LATER, "--quiet"]
        assert command(hotel.url, *words, **mailbox.settings()) == ExitCode.OK
    (mail,) = mailbox.accepted
    assert "Room 103" in mail["Subject"]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "from records that came in or were changed after that day" in text
    assert "count the minibar again" not in text


CHANGES = "SELECT entity_type, entity_id, business_date FROM minibar_ml.ml_changed_days"


def test_an_open_request_that_only_grows_older_changes_no_day(hotel: Application) -> None:
    _ask(hotel, 2, "2025-11-08 10:00")
    _run(hotel, FOUND)
    for as_of in ("2025-11-10T20:20", "2025-11-10T20:40"):
        done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    assert sql(hotel.url, CHANGES) == []
    hotel.setup(3, "2025-11-08 12:00", 1, 1)
    done(hotel.url, "collect", "--as-of", "2025-11-10T21:00", "--quiet")
    assert {tuple(row) for row in sql(hotel.url, CHANGES)} == {
        ("room", 3, date(2025, 11, 8)), ("product", 1, date(2025, 11, 8))
    }  # fmt: skip


def _ask(hotel: Application, room: int, at: str, answered: str | None = None) -> None:
    sql(
        hotel.url,
        "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum, tamamlanma_tarihi) VALUES (:room,"
        " CAST(:at AS timestamptz), CAST(:state AS dolum_talep_durum), CAST(:answered AS timestamptz))",
        room=room, at=at, state="tamamlandi" if answered else "beklemede", answered=answered,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ended_by", "leaves", "minutes", "said"),
    [
        # That hour was written down on arrival: a plan, and guests may stay until check-out time.
        ("departure", "10 11:00", 180.0, "a refill was requested and never recorded; the guest left after 3 hours"),
        ("departure", "10 14:00", 300.0, "a refill was requested and never recorded; the guest left after 5 hours"),
        ("refill", "13 11:00", 90.0, "a refill was recorded 90 minutes after it was requested"),
        ("later_request", "13 11:00", 60.0, "until a later one of the room was completed"),
    ],
    ids=["check-out time", "a late departure", "a refill", "a later request"],
)
def test_a_request_that_nobody_closed_ends_with_its_subject(
    hotel: Application, capsys: pytest.CaptureFixture[str], ended_by: str, leaves: str, minutes: float, said: str
) -> None:
    day = date(2025, 11, 10)
    hotel.stay(2, "2025-11-08 15:00", f"2025-11-{leaves}")
    _ask(hotel, 2, f"{day} 09:00")
    assert _run(hotel, f"{day}T09:45") == [("unanswered_request", 2, "open", 45.0, None, 1)]
    if ended_by == "refill":
        hotel.setup(2, f"{day} 10:30", 1, 2)
    if ended_by == "later_request":
        # Answers are written as UTC.
        _ask(hotel, 2, f"{day} 09:30", f"{day} 08:00")
    if leaves == "10 14:00":
        assert _run(hotel, f"{day}T13:00") == [("unanswered_request", 2, "open", 240.0, None, 1)], "still there"
    assert _run(hotel, f"{day}T14:30") == [("unanswered_request", 2, "resolved", minutes, None, 1)]
    assert said in _shown(hotel, capsys, "--json")["message"]


@pytest.fixture
def accused_long_ago(hotel: Application) -> int:
    """The row of an alert of 10 November that nobody has closed by January; returns its id."""
    hotel.recorded(date(2025, 11, 17), date(2026, 1, 10))
    row = hotel.setup(1, "2025-11-10 12:30", 1, 6)
    assert _run(hotel, FOUND) == [("vacant_consumption", 1, "open", 6.0, None, 1)]
    _run(hotel, "2026-01-04T20:00")
    return row


def test_what_an_alert_of_two_months_ago_rests_on_is_read_again_once_a_day(
    hotel: Application, accused_long_ago: int
) -> None:
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=accused_long_ago)
    sql(hotel.url, "DELETE FROM minibar_islemleri WHERE id = :row", row=accused_long_ago)
    assert _run(hotel, "2026-01-04T21:00")[0][2] == "open", "not a second time on one day"
    assert _run(hotel, "2026-01-05T20:00") == [("vacant_consumption", 1, "resolved", 6.0, "records_changed", 1)]


def test_records_of_two_months_ago_that_are_as_they_were_leave_an_alert_alone(
    hotel: Application, accused_long_ago: int
) -> None:
    assert _run(hotel, "2026-01-05T20:00") == [("vacant_consumption", 1, "open", 6.0, None, 1)]


def test_an_alert_whose_records_are_no_longer_read_says_so(
    hotel: Application, accused_long_ago: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(as_of: str) -> str:
        capsys.readouterr()
        done(hotel.url, "alerts", "show", "1", "--as-of", as_of)
        return " ".join(capsys.readouterr().out.split())

    assert "10 Nov 2025: 6, as the records say now" in shown("2026-01-05T20:00")
    assert "10 Nov 2025: 6 in the alert; records of that day are no longer read" in shown("2026-11-20T20:00")
    done(hotel.url, "alerts", "resolve", "1", "--by", "Ayşe", "--quiet")
    assert "records of that day are no longer read" in shown("2026-01-05T20:00")


def _stock(hotel: Application, kind: str, units: int, at: str) -> int:
    made: int = sql(
        hotel.url,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
        " VALUES (1, CAST(:kind AS hareket_tipi), :units, CAST(:at AS timestamptz)) RETURNING id",
        kind=kind, units=units, at=at,
    )[0][0]  # fmt: skip
    return made


STOCK = "type, status, value, end_reason, is_counted"


def test_detect_says_how_many_alerts_it_withdrew(hotel: Application, capsys: pytest.CaptureFixture[str]) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 4)
    _run(hotel, FOUND)
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=row)
    done(hotel.url, "collect", "--as-of", LATER, "--quiet")
    capsys.readouterr()
    done(hotel.url, "detect", "--as-of", LATER)
    assert "records changed: 0 corrected, 1 withdrawn" in " ".join(capsys.readouterr().err.split())


def test_stock_below_zero_by_an_entry_that_was_deleted_is_withdrawn_and_costs_nothing(hotel: Application) -> None:
    _stock(hotel, "giris", 7, "2025-11-09 10:00")
    wrong = _stock(hotel, "cikis", 9, "2025-11-10 10:00")
    _run(hotel, FOUND)
    assert alerts(hotel.url, columns=STOCK) == [("stock_anomaly", "open", -2.0, None, True)]
    sql(hotel.url, "DELETE FROM stok_hareketleri WHERE id = :wrong", wrong=wrong)
    _run(hotel, LATER)
    assert alerts(hotel.url, columns=STOCK) == [("stock_anomaly", "resolved", -2.0, "records_changed", False)]


def test_stock_below_zero_that_a_delivery_ended_was_below_zero(hotel: Application) -> None:
    _stock(hotel, "giris", 7, "2025-11-09 10:00")
    _stock(hotel, "cikis", 9, "2025-11-10 10:00")
    _run(hotel, FOUND)
    _stock(hotel, "giris", 20, "2025-11-10 21:00")
    _run(hotel, "2025-11-10T22:00")
    assert alerts(hotel.url, columns=STOCK) == [("stock_anomaly", "resolved", -2.0, None, True)]


def test_a_request_that_was_deleted_was_none(hotel: Application) -> None:
    hotel.stay(2, "2025-11-08 15:00", "2025-11-13 11:00")
    _ask(hotel, 2, "2025-11-10 09:00")
    assert [one[2] for one in _run(hotel, "2025-11-10T09:45")] == ["open"]
    sql(hotel.url, "DELETE FROM minibar_dolum_talepleri")
    assert _run(hotel, "2025-11-10T10:00")[0][2:5:2] == ("resolved", "records_changed")
