"""Whatever is typed or stands in the hotel's tables: a literal, or a usage error; never other SQL, never an escape."""

import re
from collections.abc import Callable

import pytest
from support.hotels.simulated import command, done, sql
from support.hotels.sources import SmallHotel
from support.program.commands import COMMANDS, call, options, text_parameters

Capture = pytest.CaptureFixture[str]
AT = "2025-11-17"
CORPUS = (
    "'; DROP TABLE minibar_ml.ml_alerts CASCADE; --",
    '"$$; DELETE FROM urunler; SELECT pg_sleep(60); $$',
    "1 OR 1=1",
    "%s %(id)s :hotel_id {0} \\'",
    "x\nERROR forged line\x1b[2J\x1b]0;title\x07\x1b[31m",
    "\u202egnp.exe\u2028\x9b31m",
)
"""Ends of each kind of SQL literal, where a syntax error would be a bug that is reported; a condition without quotes;
placeholders; lines and escapes; what terminals take for an escape and readers for other text."""
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]")
ANSWERS = {0, 1, 2, 3, 5}


def said(capsys: Capture, arguments: object, *, is_status: bool = False) -> str:
    shown = capsys.readouterr()
    text = shown.out + shown.err
    assert not STEERING.search(text), (arguments, text)
    assert not re.search(r"^ERROR forged|^error: forged", text, re.MULTILINE), (arguments, text)
    assert "a bug" not in text, (arguments, text)
    assert "traceback" not in text, (arguments, text)
    return text


def state(url: str) -> list[object]:
    """What no call of the sweep may change: the tables that are there, the hotel's rows, the alerts, the roles."""
    tables = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'i') AND relname NOT LIKE 'ml_metrics_2%'"
    rows = "(SELECT count(*) FROM urunler), (SELECT count(*) FROM minibar_ml.ml_alerts)"
    return list(sql(url, f"SELECT ({tables}), {rows}")[0])


@pytest.fixture(scope="module")
def small_hotel(make_database: Callable[..., str], template: str) -> str:
    """A hotel with one visit, and the store; cloned, never used itself."""
    url = make_database(template)
    SmallHotel(url).visit(1, "2025-11-10 10:00", {1: 1})
    return url


@pytest.mark.parametrize(
    ("path", "name"), text_parameters(), ids=lambda one: one if isinstance(one, str) else "_".join(one)
)
def test_what_is_typed_is_a_literal_or_a_usage_error(
    path: tuple[str, ...], name: str, small_hotel: str, passing_database: Callable[..., str], capsys: Capture
) -> None:
    url = passing_database(small_hotel)
    before = state(url)
    for value in CORPUS:
        arguments = call(path, name, value)
        status = command(url, *arguments)
        text = said(capsys, arguments)
        # 1 is a finding of status and doctor, or a bug; a bug is reported as one.
        assert status in ANSWERS, (arguments, status, text)
        assert status != 1 or path[0] in ("status", "doctor"), (arguments, text)
    assert state(url) == before


@pytest.mark.parametrize("value", CORPUS)
def test_who_decided_is_kept_letter_by_letter(value: str, store_url: str, capsys: Capture) -> None:
    _alert(store_url, "Room 101", "usual")
    assert command(store_url, "alerts", "read", "1", f"--by={value}") in (0, 2)
    said(capsys, value)
    kept = sql(store_url, "SELECT read_by FROM minibar_ml.ml_alerts")[0][0]
    assert kept in (None, value, value.strip())


def _alert(url: str, name: str, message: str) -> None:
    sql(
        url,
        "INSERT INTO minibar_ml.ml_alerts (type, severity, hotel_id, entity_type, entity_id, entity_name, metric,"
        " value, detector, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,"
        " raised_at, last_seen)"
        " VALUES ('stock_anomaly', 'high', 1, 'product', 1, :name, 'stock_level', 1, 'below_zero', 'below_zero',"
        " :message, :message, '2025-11-16', '2025-11-16', '2025-11-16', '2025-11-16 12:00+00', '2025-11-16 12:00+00')",
        name=name, message=message,
    )  # fmt: skip


def test_names_in_the_hotels_tables_steer_no_terminal_and_forge_no_line(store_url: str, capsys: Capture) -> None:
    hotel = SmallHotel(store_url)
    evil = "Cola\x1b[31m\x9b2J\u202e\nERROR forged line"
    hotel.movement(1, "devir", 5, "2025-11-01 08:00")
    for day in range(1, 17):
        hotel.visit(1, f"2025-11-{day:02} 10:00", {1: 1})
    sql(store_url, "UPDATE urunler SET urun_adi = :evil", evil=evil)
    sql(store_url, "UPDATE odalar SET oda_no = id || substr(:evil, 5, 8)", evil=evil)
    _alert(store_url, evil, evil)
    for job in ("collect", "train", "detect"):
        done(store_url, job, "--as-of", AT, "--verbose")
        said(capsys, job)
    for path in COMMANDS:
        extra = ["--as-of", AT] if "--as-of" in options(path) else []
        command(store_url, *call(path), *extra, "--verbose")
        said(capsys, path)
        if "--json" in options(path):
            command(store_url, *call(path), *extra, "--json")
            said(capsys, path)
