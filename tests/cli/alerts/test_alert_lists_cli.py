"""`alerts list` and `alerts show` for people: one line an alert, what is not shown, hotels by name, the pager."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, text
from support.alerts.alert_commands import listed, printed, raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK, NEGATIVE, D, detect, evening, on
from support.hotels.simulated import command, done
from support.program.terminals import Terminal
from support.servers.logins import drop_logins, login

from minibar_ml.cli.alerts.table import cut
from minibar_ml.cli.app import main

HOTELS = "INSERT INTO public.oteller (id, ad) VALUES (1, 'Deniz Otel'), (2, 'Kale Otel'), (3, 'Kale Konak')"


@pytest.fixture
def two(three: Connection) -> Connection:
    """Alerts 1 and 2 of Deniz Otel, 3 of Kale Otel."""
    three.execute(text(HOTELS))
    three.commit()
    return three


def _lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    capsys.readouterr()
    assert main(["alerts", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("lang", "day"), [("en", "by 23 Nov"), ("tr", "son 23 Kas")])
def test_stock_that_runs_out_shows_the_last_day_to_order_and_not_since_when_it_is_low(
    connection: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, day: str
) -> None:
    monkeypatch.setenv("ML_LANG", lang)
    ordered = replace(LOW_STOCK, facts={"order_quantity": 40, "order_by": "2025-11-23"})
    raise_alerts(connection, ordered, replace(LOW_STOCK, entity_id=147))
    rows = _lines(capsys, "list", "--as-of", "2025-11-20T10:00")[4:]
    assert sorted(day in row for row in rows) == [False, True]
    assert sum(row.count("19 ") for row in rows) == 1


def test_an_alert_is_one_line_below_a_heading_with_counts_and_money(
    two: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    heading, _, _, _, *rows = _lines(capsys, "list")
    assert heading == "3 alerts: 1 critical, 1 high, 1 medium; possible loss 1,172.50"
    assert [row.split()[0] for row in rows] == ["2", "1", "3"]
    assert "Room 1126" in rows[1]
    assert "Deniz Otel" in rows[1]
    assert "Kale Otel" in rows[2]


def test_long_adds_the_message_below_each(two: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    shown = "\n".join(_lines(capsys, "list", "--long"))
    assert "Deniz Otel: Room 1126: 9 units consumed" in " ".join(shown.split())


def test_a_limit_says_how_many_there_are(two: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert _lines(capsys, "list", "--limit", "1")[0] == (
        "1 of 3 alerts shown: 1 critical, 1 high, 1 medium; possible loss 1,172.50"
    )
    assert _lines(capsys, "list", "--limit", "3")[0].startswith("3 alerts: ")


def test_the_name_of_the_only_hotel_stands_above_and_not_in_each_row(
    two: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    heading, *rows = _lines(capsys, "list", "--hotel", "deniz")
    assert heading.startswith("Deniz Otel. 2 alerts: ")
    assert not any("Deniz" in row for row in rows)
    assert _lines(capsys, "list", "--limit", "1")[0].startswith("1 of 3 alerts")
    assert _lines(capsys, "list", "--hotel", "1", "--limit", "1")[0].startswith("Deniz Otel. 1 of 2 alerts")


def test_hotels_are_chosen_by_name_or_id_and_there_may_be_several(
    two: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(capsys, "--hotel", "KALE OTEL") == [3]
    assert listed(capsys, "--hotel", "1", "--hotel", "kale otel") == [2, 1, 3]
    assert main(["alerts", "list", "--hotel", "kale"]) == 5
    assert "2 (Kale Otel), 3 (Kale Konak)" in capsys.readouterr().err
    assert main(["alerts", "list", "--hotel", "Pera"]) == 5
    assert "1 (Deniz Otel)" in capsys.readouterr().err


def test_json_names_the_hotel_or_says_that_it_is_not_known(two: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert [one["hotel_name"] for one in printed(capsys, "list")] == ["Deniz Otel", "Deniz Otel", "Kale Otel"]
    assert printed(capsys, "show", "3")["hotel_name"] == "Kale Otel"
    two.execute(text("DELETE FROM public.oteller WHERE id = 2"))
    two.commit()
    assert printed(capsys, "show", "3")["hotel_name"] is None


def test_stats_count_the_chosen_hotels_alone(two: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    span = ("--as-of", "2025-11-21T12:00")
    assert printed(capsys, "stats", *span)["alerts"] == 3
    counted = printed(capsys, "stats", "--hotel", "Kale Otel", *span)
    assert (counted["alerts"], counted["by_type"].keys()) == (1, {"stock_depletion"})
    assert sum(day["alerts"] for day in counted["by_day"]) == 1


def test_an_alert_about_minibar_ml_is_not_one_of_the_common_store(
    two: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    named = "entity_type = 'hotel', entity_id = 0, entity_name = 'minibar-ml'"
    two.execute(text(f"UPDATE minibar_ml.ml_alerts SET type = 'job_late', hotel_id = 0, {named} WHERE id = 1"))
    two.commit()
    for options in ((), ("--long",)):
        shown = "\n".join(_lines(capsys, "list", *options))
        assert "Kale Otel" in shown
        assert "common store" not in shown
    closed = (
        "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'x' WHERE id = :id"
    )
    two.execute(text(closed), {"id": 3})
    two.commit()
    for options in ((), ("--limit", "1")):
        assert _lines(capsys, "list", *options)[0].startswith("Deniz Otel. "), "the only hotel that is named"
    two.execute(text(closed), {"id": 2})
    two.commit()
    assert _lines(capsys, "list")[0].startswith("1 alert: "), "nor is minibar-ml a hotel"


def test_show_names_one_instant_once(two: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    for last, times in (("raised_at", 1), ("raised_at + interval '1 hour'", 2)):
        two.execute(text(f"UPDATE minibar_ml.ml_alerts SET last_seen = {last} WHERE id = 1"))
        two.commit()
        (seen,) = [line for line in _lines(capsys, "show", "1") if line.startswith("Seen")]
        assert seen.count("19 Nov 2025") + seen.count("20 Nov 2025") == times


def test_show_explains_several_alerts_in_the_order_asked(two: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert [one["id"] for one in printed(capsys, "show", "3", "1")] == [3, 1]
    shown = "\n".join(_lines(capsys, "show", "3", "1"))
    assert shown.index("Stock running out") < shown.index("Unusual consumption")
    assert "Room 1126 (id 1126); Deniz Otel" in shown
    assert main(["alerts", "show", "1", "78", "77"]) == 5
    assert "77, 78" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Not shown: 2 snoozed"),
        (("--hotel", "Kale Otel"), "Not shown: 1 snoozed"),
        (("--entity", "1126"), "Not shown: 1 snoozed"),
        (("--severity", "medium"), "Not shown: 1 snoozed"),
        (("--type", "vacant_consumption"), ""),
        (("--until", "2025-11-19"), ""),
    ],
)
def test_what_is_not_shown_is_counted_by_the_same_filters(
    two: Connection, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    main(["alerts", "snooze", "1", "3", "--until", "23:59"])
    capsys.readouterr()
    main(["alerts", "list", *arguments])
    hidden = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Not shown")]
    assert "".join(hidden).startswith(said)
    assert bool(hidden) == bool(said)


def test_the_parts_of_an_incident_are_counted_in_its_row(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_alerts(connection, HIGH_ROOM, replace(LOW_STOCK, occurred_on=D + timedelta(days=1)))
    connection.execute(text("UPDATE minibar_ml.ml_alerts SET incident_id = 1"))
    connection.commit()
    heading, *rows = _lines(capsys, "list")
    assert "2 alerts" in heading
    assert [row.split()[0] for row in rows[3:]] == ["1"]
    assert ", +1" in rows[3]
    assert len(_lines(capsys, "list", "--flat")) == len(rows) + 2


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_each_alert_is_one_line_of_80_columns_in_both_languages(
    two: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("ML_LANG", lang)
    monkeypatch.setenv("COLUMNS", "80")
    lines = _lines(capsys, "list")
    assert len(lines) == 4 + 3
    assert max(map(len, lines)) <= 80
    assert {"en": "possible loss 1,172.50", "tr": "olası kayıp 1.172,50"}[lang] in lines[0]


def test_a_text_is_cut_to_its_columns() -> None:
    assert [cut("Köpüklü", 7), cut("Köpüklü Şarap", 9), cut("漢字漢字", 4)] == ["Köpüklü", "Köpüklü…", "漢…"]


def _many(connection: Connection) -> None:
    raise_alerts(connection, *(replace(HIGH_ROOM, entity_id=2000 + number) for number in range(30)))


def test_a_list_longer_than_the_terminal_goes_through_the_pager(two: Connection, store_url: str) -> None:
    _many(two)
    with Terminal("alerts", "list", ML_DATABASE_URL=store_url, PAGER="sed s/^/paged/") as terminal:
        assert terminal.end() == 0
        assert "paged33 alerts" in terminal.output
    with Terminal("alerts", "list", "--limit", "3", ML_DATABASE_URL=store_url, PAGER="sed s/^/paged/") as terminal:
        assert terminal.end() == 0
        assert "paged" not in terminal.output


@pytest.mark.parametrize(("arguments", "pager"), [(("--no-pager",), "sed s/^/paged/"), ((), "cat"), ((), "")])
def test_without_a_pager_the_most_severe_come_last_and_stay_on_the_terminal(
    two: Connection, store_url: str, arguments: tuple[str, ...], pager: str
) -> None:
    _many(two)
    with Terminal("alerts", "list", *arguments, ML_DATABASE_URL=store_url, PAGER=pager) as terminal:
        assert terminal.end() == 0
        *_, worst, _, _, _, heading = terminal.output.strip().splitlines()
    assert "critical" in worst
    assert heading.startswith("33 alerts")


def test_a_pipe_is_never_paged(
    two: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(two)
    monkeypatch.setenv("PAGER", "sed s/^/paged/")
    assert _lines(capsys, "list")[0].startswith("33 alerts")
    assert main(["alerts", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 33


def test_a_workbook_has_real_types_and_texts_that_stay_texts(
    two: Connection, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    two.execute(text("UPDATE minibar_ml.ml_alerts SET entity_name = '=1+1' WHERE id = 1"))
    two.commit()
    assert main(["alerts", "list", "--format", "xlsx"]) == 0
    sheet = load_workbook(BytesIO(capfdbinary.readouterr().out)).active
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, sheet[3], strict=True))
    assert row["entity_name"].value == "=1+1"
    assert row["entity_name"].data_type == "s"
    assert row["occurred_on"].value.isoformat() == "2025-11-19T00:00:00"
    assert row["raised_at"].value.isoformat() == "2025-11-19T22:00:00"
    assert (row["value"].value, row["hotel_name"].value) == (9, "Deniz Otel")


def test_a_workbook_is_not_written_to_a_terminal(store_url: str) -> None:
    with Terminal("alerts", "list", "--format", "xlsx", ML_DATABASE_URL=store_url) as terminal:
        assert terminal.end() == 2
        assert "add > alerts.xlsx" in terminal.output


def test_a_storekeeper_who_decides_gets_a_sentence(
    three: Connection, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(store_url, "db", "roles", "--apply", "--quiet")
    try:
        url = login(store_url, "keeper", "--as", "storekeeper", "--hotel", "2")
        for words, said in (
            (["alerts", "read", "3"], "may not decide on alerts: administrators of the hotel may"),
            (["models", "list"], "may not see or change models: administrators of the hotel may"),
            (["people", "list"], "may not see who is notified"),
            (["train"], "may not run jobs: the account of the jobs may"),
        ):
            capsys.readouterr()
            assert command(url, *words) == 5
            error = capsys.readouterr().err
            assert said in error
            assert "permission denied" not in error
    finally:
        drop_logins(store_url)


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (("--type", "Consumption in a vacant room"), [2]),
        (("--type", "boş odada tüketim", "--type", "STOK TÜKENİYOR"), [2, 3]),
        (("--severity", "Kritik"), [2]),
        (("--severity", "yuksek", "--severity", "medium"), [1, 3]),
        (("--status", "okundu", "--status", "açık"), [2, 1, 3]),
        (("--since", "3 gün"), [2, 1, 3]),
        (("--until", "dün"), []),
        (("--since", "1 hafta", "--until", "now"), [2, 1, 3]),
    ],
)
def test_words_of_both_languages_and_times_as_people_write_them(
    three: Connection, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], ids: list[int]
) -> None:
    three.execute(text("UPDATE minibar_ml.ml_alerts SET raised_at = now() - interval '1 minute'"))
    three.commit()
    assert listed(capsys, *arguments) == ids


def test_a_code_stands_beside_its_title(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Unusual consumption (consumption_anomaly)" in "\n".join(_lines(capsys, "show", "1"))


def test_what_is_raised_at_an_instant_is_known_as_of_it(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_alerts(connection, NEGATIVE)
    at, before = evening(D), evening(D) - timedelta(seconds=1)
    for instant, alerts in ((at, 1), (before, 0)):
        assert len(listed(capsys, "--as-of", instant.isoformat())) == alerts
        assert printed(capsys, "stats", "--window", "24h", "--as-of", instant.isoformat())["alerts"] == alerts
    next_day = (at + timedelta(days=1)).isoformat()
    assert printed(capsys, "stats", "--window", "24h", "--as-of", next_day)["alerts"] == 0, "no alert in two windows"
    assert listed(capsys, "--until", at.isoformat()) == []


def test_a_list_as_of_an_instant_names_no_part_that_was_raised_later(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    leak = replace(NEGATIVE, type="shrinkage", metric="stock_outflow", reason="leak", value=244.0, score=30.0)
    detect(connection, NEGATIVE)
    detect(connection, on(leak, 1), NEGATIVE, day=D + timedelta(days=1))
    connection.commit()
    first = "\n".join(_lines(capsys, "list", "--as-of", evening(D).isoformat()))
    assert "+1" not in first
    both = "\n".join(_lines(capsys, "list", "--as-of", evening(D + timedelta(days=1)).isoformat()))
    assert "+1" in both


def test_a_past_instant_speaks_the_language_of_then_in_list_and_show(
    store_url: str, two: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    before = datetime.now(UTC)
    done(store_url, "config", "set", "lang", "tr")
    for command_ in (["list"], ["show", "1"]):
        assert "Oda" in "".join(_lines(capsys, *command_))
        then = "".join(_lines(capsys, *command_, "--as-of", before.isoformat()))
        assert "Room" in then and "Oda" not in then
