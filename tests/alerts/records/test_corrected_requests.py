"""Requests of guests whose row is corrected or deleted: an alert is about one request, by the moment it was made."""

import json
from datetime import date
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, sql

COLUMNS = "status, facts ->> 'requested_time', end_reason"
MISTYPED, NOW = "2025-11-10T12:00", "2025-11-10T14:00"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; the guest of room 2 asked for a refill at eight, says the application."""
    installed.recorded(date(2025, 10, 1), date(2025, 11, 30))
    installed.stay(2, "2025-11-08 15:00", "2025-11-13 11:00")
    _ask(installed, "2025-11-10 08:00")
    assert _run(installed, MISTYPED) == [("open", "08:00", None)]
    return installed


def _ask(hotel: Application, at: str) -> None:
    sql(
        hotel.url,
        "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
        " VALUES (2, CAST(:at AS timestamptz), 'beklemede')",
        at=at,
    )  # fmt: skip


def _move(hotel: Application, to: str) -> None:
    sql(hotel.url, "UPDATE minibar_dolum_talepleri SET talep_tarihi = CAST(:at AS timestamptz)", at=to)


def _answer(hotel: Application, minutes: int) -> None:
    """What the application wrote down as UTC without a zone."""
    sql(
        hotel.url,
        "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi',"
        " tamamlanma_tarihi = talep_tarihi - interval '2 hours' + make_interval(mins => :minutes)",
        minutes=minutes,
    )  # fmt: skip


def _run(hotel: Application, as_of: str) -> list[tuple[Any, ...]]:
    hotel.judged(as_of)
    return alerts(hotel.url, columns=COLUMNS)


def test_a_request_that_was_never_made_at_that_time_is_withdrawn(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    _move(hotel, "2025-11-10 13:45")
    withdrawn = ("resolved", "08:00", "records_changed")
    assert _run(hotel, NOW) == [withdrawn]
    capsys.readouterr()
    done(hotel.url, "alerts", "show", "1", "--json", "--as-of", NOW)
    assert json.loads(capsys.readouterr().out)["suggested_action"] == "Nothing needs to be done."
    assert _run(hotel, "2025-11-10T14:30") == [withdrawn, ("open", "13:45", None)]


@pytest.mark.parametrize("to", ["2025-11-10 09:30", "2025-11-10 07:30", "2025-11-09 20:00"])
def test_a_request_that_was_made_at_another_time_and_waits_too_is_the_alerts_now(hotel: Application, to: str) -> None:
    _move(hotel, to)
    live = [one for one in _run(hotel, NOW) if one[0] == "open"]
    assert live == [("open", to[11:], None)]


def test_a_request_that_was_made_later_is_as_severe_as_its_own_wait(hotel: Application) -> None:
    assert sql(hotel.url, "SELECT severity FROM minibar_ml.ml_alerts") == [("critical",)]
    _move(hotel, "2025-11-10 12:50")
    assert _run(hotel, NOW) == [("open", "12:50", None)]
    assert sql(hotel.url, "SELECT severity FROM minibar_ml.ml_alerts") == [("high",)], "seventy minutes"


def test_a_request_that_was_answered_in_time_is_none_although_another_waits(hotel: Application) -> None:
    _ask(hotel, "2025-11-10 13:45")
    sql(hotel.url, "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi', tamamlanma_tarihi = talep_tarihi"
                   " + interval '10 minutes' WHERE talep_tarihi < '2025-11-10 12:00+02'")  # fmt: skip
    assert _run(hotel, NOW) == [("resolved", "08:00", "records_changed")], "nobody waited for long"


def test_a_request_that_was_answered_late_was_one(hotel: Application) -> None:
    sql(hotel.url, "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi', tamamlanma_tarihi = talep_tarihi"
                   " + interval '65 minutes'")  # fmt: skip
    assert _run(hotel, NOW) == [("resolved", "08:00", None)]


def test_a_request_that_was_deleted_is_withdrawn_although_another_was_answered(hotel: Application) -> None:
    sql(hotel.url, "DELETE FROM minibar_dolum_talepleri")
    sql(hotel.url, "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum, tamamlanma_tarihi) VALUES"
                   " (2, '2025-11-10 10:00+02', 'tamamlandi', '2025-11-10 10:10+02')")  # fmt: skip
    assert _run(hotel, NOW) == [("resolved", "08:00", "records_changed")]


def test_the_day_after_a_request_that_was_never_made_then_is_withdrawn_too(hotel: Application) -> None:
    _move(hotel, "2025-11-11 08:50")
    assert _run(hotel, "2025-11-11T09:00") == [("resolved", "08:00", "records_changed")]


@pytest.mark.parametrize("as_of", [NOW, "2025-11-11T09:00"])
def test_a_request_that_was_answered_in_time_is_withdrawn_on_its_day_and_later(hotel: Application, as_of: str) -> None:
    _answer(hotel, minutes=10)
    assert _run(hotel, as_of) == [("resolved", "08:00", "records_changed")]


@pytest.mark.parametrize("as_of", [NOW, "2025-11-11T09:00"])
def test_an_answer_that_came_sooner_is_as_severe_as_that_wait(hotel: Application, as_of: str) -> None:
    assert sql(hotel.url, "SELECT severity FROM minibar_ml.ml_alerts") == [("critical",)]
    _answer(hotel, minutes=40)
    assert _run(hotel, as_of) == [("resolved", "08:00", None)]
    assert sql(hotel.url, "SELECT severity, value FROM minibar_ml.ml_alerts") == [("medium", 40.0)]


@pytest.mark.parametrize("verdict", ["false-positive", "resolve"])
def test_a_day_that_was_decided_hides_no_correction_of_another_request(hotel: Application, verdict: str) -> None:
    done(hotel.url, "alerts", verdict, "1", "--quiet")
    _ask(hotel, "2025-11-11 08:00")
    sql(hotel.url, "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi', tamamlanma_tarihi = '2025-11-10 10:00+02'"
                   " WHERE talep_tarihi < '2025-11-11'")  # fmt: skip
    assert _run(hotel, "2025-11-11T09:00")[1] == ("open", "08:00", None)
    sql(hotel.url, "UPDATE minibar_dolum_talepleri SET talep_tarihi = '2025-11-10 16:00+02'"
                   " WHERE talep_tarihi > '2025-11-11'")  # fmt: skip
    assert _run(hotel, "2025-11-11T09:30")[1:] == [("open", "16:00", None)], "it is that one's now"


def test_a_request_that_was_deleted_is_withdrawn_although_one_that_was_decided_waits(hotel: Application) -> None:
    done(hotel.url, "alerts", "false-positive", "1", "--quiet")
    _ask(hotel, "2025-11-11 08:00")
    assert _run(hotel, "2025-11-11T11:00")[1:] == [("open", "08:00", None)]
    sql(hotel.url, "DELETE FROM minibar_dolum_talepleri WHERE talep_tarihi > '2025-11-11'")
    assert _run(hotel, "2025-11-11T11:30")[1:] == [("resolved", "08:00", "records_changed")]


def test_the_end_of_a_request_that_somebody_had_looked_after_is_no_more_severe(hotel: Application) -> None:
    hotel.empty(2, "2025-11-10 13:00")
    _run(hotel, NOW)
    assert sql(hotel.url, "SELECT severity, status FROM minibar_ml.ml_alerts") == [("medium", "open")]
    hotel.setup(2, "2025-11-11 09:00", 1, 1)
    assert _run(hotel, "2025-11-11T10:00") == [("resolved", "08:00", None)]
    assert sql(hotel.url, "SELECT severity FROM minibar_ml.ml_alerts") == [("medium",)]


def test_a_request_of_a_room_that_is_out_of_use_asks_nobody_to_go_there(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(hotel.url, "UPDATE odalar SET aktif = false WHERE id = 2")
    assert _run(hotel, NOW) == [("resolved", "08:00", "subject_gone")]
    capsys.readouterr()
    done(hotel.url, "alerts", "show", "1", "--json", "--as-of", NOW)
    assert json.loads(capsys.readouterr().out)["suggested_action"] == "Nothing needs to be done."


def test_a_request_is_open_again_where_what_had_ended_it_is_taken_back(hotel: Application) -> None:
    row = hotel.setup(2, "2025-11-10 09:30", 1, 2)
    assert _run(hotel, NOW) == [("resolved", "08:00", None)]
    assert len(_run(hotel, "2025-11-10T14:15")) == 1, "it is closed"
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=row)
    sql(hotel.url, "DELETE FROM minibar_islemleri WHERE id = :row", row=row)
    assert _run(hotel, "2025-11-10T14:30")[1:] == [("open", "08:00", None)]
    assert len(_run(hotel, "2025-11-10T15:00")) == 2, "and once"


@pytest.mark.parametrize("verdict", ["false-positive", "resolve"])
@pytest.mark.parametrize("other", ["2025-11-10 09:30", "2025-11-10 06:00", "2025-11-09 20:00"])
def test_a_request_that_was_decided_hides_no_other_of_the_room(hotel: Application, other: str, verdict: str) -> None:
    done(hotel.url, "alerts", verdict, "1", "--quiet")
    decided = _run(hotel, NOW)
    _ask(hotel, other)
    for as_of in ("2025-11-10T14:15", "2025-11-10T14:30"):
        assert sorted(_run(hotel, as_of)) == sorted([*decided, ("open", other[11:], None)])
    done(hotel.url, "alerts", verdict, "2", "--quiet")
    assert [status for status, *_ in _run(hotel, "2025-11-10T15:00")] == [decided[0][0]] * 2, "both are decided"


def test_an_alert_says_when_it_goes_over_to_another_request(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    _ask(hotel, "2025-11-10 11:00")
    sql(hotel.url, "UPDATE minibar_dolum_talepleri SET durum = 'iptal' WHERE talep_tarihi < '2025-11-10 09:00+02'")
    assert _run(hotel, NOW) == [("open", "11:00", None)]
    capsys.readouterr()
    done(hotel.url, "alerts", "show", "1", "--json", "--as-of", NOW)
    steps = [(one["event"], one["value"], one["value_before"]) for one in json.loads(capsys.readouterr().out)["events"]]
    assert steps == [("opened", 30.0, None), ("next_request", 180.0, 240.0)]
