"""`minibar-ml alerts`: what it prints, what it changes, and how it refuses."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from findings import HIGH_ROOM, LOW_STOCK, STALE, VACANT, D, evening, rows
from sqlalchemy import Connection, text

from minibar_ml import cli
from minibar_ml.cli import alert_ids
from minibar_ml.cli.app import main
from minibar_ml.cli.sparkline import carets, sparkline
from minibar_ml.domain.alerts import ALERT_TYPES, SEVERITIES, Finding
from minibar_ml.i18n.messages import sentences
from minibar_ml.store import alerts

FIELDS = [
    "id", "type", "severity", "status", "hotel_id", "entity_type", "entity_id", "entity_name", "metric", "value",
    "expected", "lower", "upper", "deviation_percent", "score", "detector", "impact", "message", "suggested_action",
    "occurred_on", "raised_at", "last_seen", "occurrences", "read_at", "read_by", "resolved_at",
]  # fmt: skip
NAMES: dict[Any, str] = {("room", 1126): "1126", ("product", 146): "Efes", ("room", 66): "9\x1b[31m[bold]\u202ex\x9b"}


def _raise(connection: Connection, *findings: Finding) -> None:
    def texts(finding: Finding, name: str) -> tuple[str, str]:
        return sentences(finding, name, "en")

    for finding in findings:
        alerts.upsert(connection, [finding], NAMES, evening(finding.occurred_on), texts, ())
    connection.commit()


@pytest.fixture
def three(connection: Connection) -> Iterator[Connection]:
    """Alert 1: high, room 1126; 2: critical, room 66 of a nasty name; 3: medium, product 146, a day later."""
    _raise(
        connection,
        HIGH_ROOM,
        replace(VACANT, entity_id=66, impact=1145.0),
        replace(LOW_STOCK, occurred_on=D + timedelta(days=1), hotel_id=2),
    )
    yield connection


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["alerts", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _ids(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[int]:
    return [alert["id"] for alert in _json(capsys, "list", *arguments)]


def test_json_has_every_promised_field_in_the_promised_order(
    three: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    for alert in _json(capsys, "list"):
        assert list(alert)[: len(FIELDS)] == FIELDS


def test_json_tells_a_room_in_full(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    alert = _json(capsys, "list", "--type", "consumption_anomaly")[0]
    assert (alert["entity_name"], alert["value"], alert["expected"], alert["impact"]) == ("1126", 9.0, 3.1, 27.5)
    assert alert["occurred_on"] == "2025-11-19"
    assert alert["raised_at"].startswith("2025-11-19T22:00:00+02:00")
    assert alert["message"].startswith("Room 1126: 9 units consumed")


def test_json_of_nothing_is_an_empty_array(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(capsys, "list") == []


def test_an_empty_list_says_so_on_stderr_only(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, "`minibar-ml detect` has not run yet" in printed.err) == ("", True)


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ((), [2, 1, 3]),
        (("--sort", "time"), [3, 1, 2]),
        (("--sort", "impact"), [2, 1, 3]),
        (("--severity", "high", "--severity", "medium"), [1, 3]),
        (("--type", "stock_depletion"), [3]),
        (("--hotel", "2"), [3]),
        (("--since", "2025-11-20"), [3]),
        (("--until", "2025-11-20"), [2, 1]),
        (("--limit", "1"), [2]),
        (("--entity", "room:1126"), [1]),
        (("--entity", "room:66"), [2]),
        (("--entity", "product:EF"), [3]),
        (("--entity", "ef"), [3]),
        (("--entity", "room:ef"), []),
        (("--text", "12 units"), []),
        (("--text", "ROOM 1126: 9"), [1]),
        (("--text", "%"), []),
        (("--status", "snoozed"), []),
        (("--muted",), []),
        (("--status", "resolved"), []),
        (("--status", "all"), [2, 1, 3]),
    ],
)
def test_filters_and_orders(
    three: Connection, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], ids: list[int]
) -> None:
    assert _ids(capsys, *arguments) == ids


def test_the_default_is_what_is_live_and_open_means_open(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "read", "1"])
    main(["alerts", "resolve", "2"])
    capsys.readouterr()
    assert _ids(capsys) == [1, 3]
    assert _ids(capsys, "--status", "open") == [3]
    assert _ids(capsys, "--status", "resolved", "--status", "open") == [2, 3]


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_table_fits_its_width_and_names_each_severity(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert main(["alerts", "list"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= int(width)
    assert [word for word in printed.split() if word in SEVERITIES] == ["critical", "high", "medium"]
    assert "1,145.00" in printed


def test_a_name_is_data_and_steers_neither_terminal_nor_markup(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for command in (["list"], ["show", "2"]):
        assert main(["alerts", *command]) == 0
        printed = capsys.readouterr().out
        assert r"9\x1b[31m[bold]\u202ex\x9b" in printed
        assert not {"\x1b", "\x9b", "\u202e"} & set(printed)


def test_json_carries_a_nasty_name_whole_but_written_out(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "show", "2", "--json"]) == 0
    printed = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e"} & set(printed)
    assert json.loads(printed)["entity_name"] == NAMES["room", 66]


def test_a_terminal_sees_colour_and_no_color_takes_it_away(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    main(["alerts", "list"])
    assert "\x1b[31m" not in capsys.readouterr().out
    monkeypatch.delenv("NO_COLOR")
    main(["alerts", "list"])
    assert "\x1b[31mhigh" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("list", "--type", "theft"), ALERT_TYPES),
        (("list", "--severity", "awful"), SEVERITIES),
        (("list", "--status", "asleep"), ("open", "acknowledged", "snoozed", "resolved", "false_positive", "all")),
        (("list", "--group", "colour"), ("hotel", "floor", "type")),
        (("list", "--format", "xml"), ("table", "json", "ndjson", "csv")),
        (("list", "--json", "--format", "csv"), ("--json", "csv")),
        (("list", "--text", " "), ("--text",)),
        (("list", "--entity", "room:99999999999"), ("--entity",)),
        (("read", "1,2"), ("1,2", "alerts list")),
        (("read", "9223372036854775808"), ("9223372036854775808",)),
        (("snooze", "1", "--until", "2025-11-20"), ("past",)),
        (("snooze", "1", "--until", "2225-11-20"), ("year",)),
        (("snooze", "1", "--until", "25:00"), ("25:00",)),
        (("comment", "1", " "), ("comment",)),
        (("list", "--sort", "name"), ("severity", "impact", "time")),
        (("stats", "--window", "1y"), ("24h", "7d", "30d")),
        (("list", "--since", "2025-11-20", "--until", "2025-11-19"), ("--since", "--until")),
        (("resolve", "1", "--by", " "), ("--by",)),
        (("resolve", "1", "--by", "system"), ("--by",)),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_names_the_right_ones(
    store_url: str, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], named: Sequence[str]
) -> None:
    assert main(["alerts", *arguments]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in named)


@pytest.mark.parametrize(
    "arguments",
    [("show", "77"), ("read", "77"), ("resolve", "77"), ("false-positive", "77"), ("list", "--hotel", "77")],
)
def test_an_unknown_id_is_named_and_refused(
    three: Connection, capsys: pytest.CaptureFixture[str], arguments: Sequence[str]
) -> None:
    assert main(["alerts", *arguments]) == 5
    assert "77" in capsys.readouterr().err


def test_a_hotel_that_only_the_source_knows_is_no_error(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.execute(text("INSERT INTO oteller (id, ad) VALUES (5, 'Palas')"))
    connection.commit()
    assert _ids(capsys, "--hotel", "5") == _ids(capsys, "--hotel", "0") == []
    assert main(["alerts", "list", "--hotel", "6"]) == 5
    assert "5 (Palas)" in capsys.readouterr().err


def test_one_unknown_id_among_known_ones_changes_nothing(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "resolve", "1", "77"]) == 5
    assert {alert.status for alert in rows(three)} == {"open"}


def test_a_verdict_is_recorded_with_who_gave_it(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "false-positive", "1", "2", "--by", "ayse"]) == 0
    judged = {alert["id"]: alert for alert in _json(capsys, "list", "--status", "false_positive")}
    assert {alert["resolved_by"] for alert in judged.values()} == {"ayse"}
    actions = three.execute(text("SELECT action, operator FROM minibar_ml.ml_audit_log")).all()
    assert actions == [("alert.false_positive", "ayse")] * 2


def test_a_repeated_verdict_says_that_it_changed_nothing(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "read", "1"])
    assert "alert 1: marked as read" in capsys.readouterr().err
    assert main(["alerts", "read", "1", "3"]) == 0
    error = capsys.readouterr().err
    assert "alert 1: already marked as read" in error
    assert "alert 3: marked as read" in error


def test_show_explains_range_series_odds_and_action(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    three.execute(text("SELECT minibar_ml.ensure_partitions('2025-11-01', '2025-12-01')"))
    three.execute(
        text("""INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value,
                observed_at, business_date) VALUES ('room_consumption', 1, 'room', 1126, 9, :at, :day)"""),
        {"at": evening(D), "day": D},
    )
    three.commit()
    assert main(["alerts", "show", "1", "--as-of", "2025-11-20T12:00"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    drawn = next(number for number, line in enumerate(lines) if "█" in line)
    assert lines[drawn].rstrip().endswith("····█·")
    assert lines[drawn + 1].index("^") == lines[drawn].index("█")
    told = " ".join(" ".join(lines).split())
    for said in ("3.1 (0 … 6)", "+190 %", "1 time in 270,000", "Compare with the guest's bill"):
        assert said in told, said


def test_showing_leaves_one_entry_in_the_audit_log(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(_json(capsys, "show", "1")["series"]) == 30
    entries = three.execute(text("SELECT action, subject FROM minibar_ml.ml_audit_log")).all()
    assert entries == [("alert.view", "alert 1")]


def test_turkish_is_spoken_where_it_is_set(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    assert _json(capsys, "list")[1]["message"].startswith("Oda 1126: 9 adet tüketilmiş")
    main(["alerts", "list"])
    printed = capsys.readouterr().out
    assert "kritik" in printed
    assert "1.145,00" in printed


def test_stats_count_the_window_and_rates(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "false-positive", "1"])
    capsys.readouterr()
    counted = _json(capsys, "stats", "--window", "24h", "--as-of", "2025-11-20T12:00")
    assert (counted["alerts"], counted["by_status"]) == (2, {"false_positive": 1, "open": 1})
    assert counted["by_type"]["consumption_anomaly"]["false_positive_rate"] == 1.0
    assert counted["by_type"]["vacant_consumption"]["false_positive_rate"] is None
    assert counted["by_day"] == [{"day": "2025-11-19", "alerts": 2}, {"day": "2025-11-20", "alerts": 0}]


def _rooms(connection: Connection, count: int) -> None:
    """So many rooms in use, and one that is not."""
    connection.execute(text("INSERT INTO oteller (id, ad) VALUES (1, 'Palas')"))
    connection.execute(text("INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, '1', 1)"))
    connection.execute(
        text("INSERT INTO odalar (kat_id, oda_no, aktif) SELECT 1, n, n > 0 FROM generate_series(0, :count) n"),
        {"count": count},
    )
    connection.commit()


def test_stats_tell_the_budget_beside_what_came_true(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _rooms(three, 250)
    monkeypatch.setenv("ML_ALERT_BUDGET", "2")
    counted = _json(capsys, "stats", "--as-of", "2025-11-20T12:00")
    raised = counted["alerts"]
    figures = ("budget_per_1000_rooms_day", "rooms", "days", "room_days", "budget_alerts")
    assert [counted[name] for name in figures] == [2.0, 250, 7, 1750, 3.5]
    assert counted["raised_per_1000_rooms_day"] == pytest.approx(1000 * raised / 1750)
    assert counted["alerts_per_day"] == pytest.approx(raised / 7)
    assert [counted[name] for name in ("confirmed", "false_positives", "precision")] == [0, 0, None]
    main(["alerts", "false-positive", "1"])
    main(["alerts", "resolve", "2"])
    capsys.readouterr()
    counted = _json(capsys, "stats", "--as-of", "2025-11-20T12:00")
    assert [counted[name] for name in ("confirmed", "false_positives", "precision")] == [1, 1, 0.5]
    assert main(["alerts", "stats", "--as-of", "2025-11-20T12:00"]) == 0
    shown = capsys.readouterr().out
    assert "250 rooms, 7 days" in shown
    assert re.search(r"Budget of false alerts +3\.5 +0\.5 +2\n", shown)
    assert re.search(r"Judged true +1\b.*\n.*Judged false +1\b.*\n.*Precision +50 %", shown)


def test_without_a_readable_source_the_rooms_checked_in_the_window_count(
    three: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    _rooms(three, 20)
    three.execute(text("SELECT minibar_ml.ensure_partitions('2025-11-01', '2025-11-30')"))
    three.execute(
        text(
            "INSERT INTO minibar_ml.ml_metrics SELECT 'room_consumption', 1, 'room', room, 0, day, CAST(day AS date)"
            " FROM generate_series(1, 8) room, generate_series(timestamptz '2025-11-10', '2025-11-19', '1 day') day"
        )
    )
    three.execute(text("DROP TABLE odalar CASCADE"))
    three.commit()
    assert _json(capsys, "stats", "--as-of", "2025-11-20T12:00")["rooms"] == 8
    unknown = _json(capsys, "stats", "--as-of", "2025-10-20T12:00")
    figures = ("rooms", "room_days", "budget_alerts", "raised_per_1000_rooms_day")
    assert [unknown[name] for name in figures] == [None] * 4


def test_stats_are_readable_even_of_nothing(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "stats", "--window", "30d", "--as-of", "2025-11-20"]) == 0
    assert "highest 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "option", "unwanted"),
    [("list", "--json", "rich.table"), ("list", "--limit=5", "jinja2"), ("stats", "--json", "rich.table")],
)
def test_reading_imports_nothing_heavy(store_url: str, word: str, option: str, unwanted: str) -> None:
    code = (
        "import sys; from minibar_ml.cli.app import main; main(['alerts', sys.argv[3], sys.argv[1]]);"
        "heavy = {'pandas', 'numpy', 'sklearn', 'scipy', sys.argv[2]} & sys.modules.keys(); sys.exit(str(heavy))"
    )
    package = str(Path(cli.__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {package!r}); " + code, option, unwanted, word],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stderr.strip().splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0.0, 7.0, None, 3.5], "▁█·▅"),
        ([], ""),
        ([None], "·"),
        ([0.0, 0.0], "▁▁"),
        ([-3.0, 0.0, 4.0], "▁▄█"),
    ],
)
def test_a_sparkline_starts_at_zero(values: list[float | None], drawn: str) -> None:
    assert sparkline(values) == drawn


def test_carets_stand_beneath_the_marked_days() -> None:
    assert carets([False, True, False]) == " ^ "


def test_a_snoozed_alert_leaves_the_list_which_says_so(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "snooze", "1", "3", "--until", "tomorrow 08:00", "--by", "ayse", "--reason", "party"]) == 0
    assert "alert 1: snoozed until " in capsys.readouterr().err
    assert main(["alerts", "list", "--json"]) == 0
    printed = capsys.readouterr()
    assert [alert["id"] for alert in json.loads(printed.out)] == [2]
    assert "2 snoozed, not shown: --status snoozed" in printed.err
    (snoozed, _) = _json(capsys, "list", "--status", "snoozed")
    assert (snoozed["snoozed_by"], snoozed["status"]) == ("ayse", "snoozed")
    assert "T08:00:00+02:00" in snoozed["snoozed_until"] or "T08:00:00+03:00" in snoozed["snoozed_until"]
    main(["alerts", "list", "--status", "snoozed"])
    assert "(snoozed until " in capsys.readouterr().out


def test_a_snooze_is_ended_and_a_verdict_taken_back(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "snooze", "1", "--until", "08:00"])
    main(["alerts", "false-positive", "2"])
    capsys.readouterr()
    assert main(["alerts", "reopen", "1", "2", "3"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told == ["alert 1: open", "alert 2: open", "alert 3: already open; left as it is"]


def test_show_tells_the_whole_history(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdin", io.StringIO("wedding\nin the garden\x1b[31m\n"))
    main(["alerts", "read", "1", "--by", "ayse"])
    assert main(["alerts", "comment", "1", "-", "--by", "mehmet"]) == 0
    main(["alerts", "resolve", "1", "--by", "mehmet"])
    _raise(three, replace(HIGH_ROOM, occurred_on=D + timedelta(days=2)))
    capsys.readouterr()
    assert main(["alerts", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    told = " ".join(shown.split())
    for said in ("raised", "read, ayse", r"comment, mehmet: wedding in the garden\x1b[31m", "resolved, mehmet"):
        assert said in told, said
    document = _json(capsys, "show", "1")
    assert [one["event"] for one in document["events"]] == ["opened", "acknowledged", "resolved"]
    assert [(one["by"], one["text"]) for one in document["comments"]] == [("mehmet", "wedding\nin the garden\x1b[31m")]
    again = next(alert for alert in _json(capsys, "list") if alert["previous_id"])
    main(["alerts", "show", str(again["id"])])
    assert "Last time it was alert 1, resolved, " in capsys.readouterr().out


@pytest.mark.parametrize(
    "given", ["1 3", "1\n3\n", "[1, 3]", '[\n  {"id": 1},\n  {"id": 3}\n]\n', '{"id": 1}\n{"id": 3, "x": 2}\n', "1 1 3"]
)
def test_ids_come_from_stdin_as_scripts_print_them(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main(["alerts", "read", "-"]) == 0
    assert capsys.readouterr().err.splitlines() == ["alert 1: marked as read", "alert 3: marked as read"]


@pytest.mark.parametrize("given", ['{"number": 1}', "1 two", "[1, null]", "true", "1.5", "-1", "[[[", '"; DROP TABLE'])
def test_what_is_no_number_on_stdin_is_named_and_nothing_is_changed(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main(["alerts", "resolve", "-"]) == 2
    assert "is no alert number" in capsys.readouterr().err
    assert {alert.status for alert in rows(three)} == {"open"}


def test_nothing_on_stdin_is_no_error(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("[]\n"))
    assert main(["alerts", "read", "-"]) == 0
    assert "nothing was changed" in capsys.readouterr().err


def test_lines_of_json_are_an_alert_each_and_go_back_in(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list", "--format", "ndjson"]) == 0
    printed = capsys.readouterr().out
    assert [json.loads(line)["id"] for line in printed.splitlines()] == [2, 1, 3]
    assert list(json.loads(printed.splitlines()[0]))[: len(FIELDS)] == FIELDS
    assert alert_ids.read(printed) == [2, 1, 3]


def test_csv_has_a_header_and_no_formula(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    three.execute(text("UPDATE minibar_ml.ml_alerts SET entity_name = '=HYPERLINK(\"http://x\")' WHERE id = 1"))
    three.execute(text("UPDATE minibar_ml.ml_alerts SET value = -3 WHERE id = 3"))
    three.commit()
    assert main(["alerts", "list", "--format", "csv", "--sort", "time"]) == 0
    printed = capsys.readouterr().out
    table = list(csv.DictReader(io.StringIO(printed)))
    assert printed.splitlines()[0].split(",")[: len(FIELDS)] == FIELDS
    assert {row["id"]: row["value"] for row in table}["3"] == "-3.0"
    assert {row["id"]: row["entity_name"] for row in table}["1"] == '\'=HYPERLINK("http://x")'
    assert "\x1b" not in printed


def test_csv_of_nothing_is_a_header(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["alerts", "list", "--format", "ndjson"]) == 0
    assert capsys.readouterr().out == ""


def _two_floors(connection: Connection) -> None:
    connection.execute(text("INSERT INTO oteller (id, ad) VALUES (1, 'Palas'), (2, 'Yali')"))
    connection.execute(
        text("INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, 'KAT 1', 1), (2, 1, 'Çatı', 2)")
    )
    connection.execute(text("INSERT INTO odalar (id, kat_id, oda_no) VALUES (1126, 1, '1126'), (66, 2, '66')"))
    connection.commit()


def test_alerts_are_grouped_and_found_by_floor(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    _two_floors(three)
    grouped = _json(capsys, "list", "--group", "floor")
    assert {alert["id"]: alert["group"] for alert in grouped} == {1: "Palas, KAT 1", 2: "Palas, Çatı", 3: "Yali"}
    assert _ids(capsys, "--floor", "çatı") == [2]
    assert main(["alerts", "list", "--floor", "9"]) == 5
    assert "KAT 1" in capsys.readouterr().err


def test_groups_stand_together_the_gravest_first(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    _raise(three, replace(HIGH_ROOM, entity_id=5, hotel_id=2, severity="low"))
    _two_floors(three)
    assert main(["alerts", "list", "--group", "hotel"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("Palas (2)") < shown.index("Yali (2)")
    assert [alert["group"] for alert in _json(capsys, "list", "--group", "type")] == [
        "vacant_consumption", "consumption_anomaly", "consumption_anomaly", "stock_depletion",
    ]  # fmt: skip


def test_muted_alerts_are_left_out_counted_and_shown_on_demand(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    _raise(connection, replace(HIGH_ROOM, type="silent_room"), STALE)
    assert main(["alerts", "list"]) == 0
    printed = capsys.readouterr()
    assert "Silent room" not in printed.out
    assert "1 muted by alert 2 (data_stale, 1), not shown: --muted shows them." in printed.err
    (muted,) = _json(capsys, "list", "--muted")
    assert (muted["id"], muted["muted_by"]) == (1, 2)
    main(["alerts", "list", "--status", "all"])
    assert "Silent room (muted by alert 2)" in " ".join(capsys.readouterr().out.split())


INJECTIONS = [
    "'; DROP TABLE minibar_ml.ml_alerts; --",
    "%' OR '1'='1",
    "\\",
    "%(x)s",
    ":ids",
    "{0}",
    "$1",
    "\u202e",
    "𓀀",
]


@pytest.mark.parametrize("word", INJECTIONS)
def test_what_looks_like_sql_is_looked_for_literally(
    three: Connection, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    assert _ids(capsys, "--text", word) == [] or word == "\u202e"
    assert _ids(capsys, "--entity", word) == ([2] if word == "\u202e" else [])
    assert main(["alerts", "comment", "1", word, "--by", word]) == 0
    assert _ids(capsys, "--text", word)[-1:] == [1]
    assert main(["alerts", "list", "--floor", word]) == 5
    assert main(["alerts", "read", word]) == 2
    assert len(rows(three)) == 3


def test_a_reader_who_has_seen_enough_is_no_error(three: Connection) -> None:
    many = [replace(HIGH_ROOM, entity_id=number) for number in range(2000)]
    _raise(three, *many[:1])
    alerts.upsert(three, many, {}, evening(D), lambda finding, name: ("m" * 200, "a"), ())
    three.commit()
    package = str(Path(cli.__file__).parents[2])
    for format_ in ("table", "json", "ndjson", "csv"):
        code = f"import sys; sys.path.insert(0, {package!r}); from minibar_ml.cli.app import run; run()"
        command = [sys.executable, "-c", code, "alerts", "list", "--format", format_]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
            assert ran.stdout is not None
            assert ran.stderr is not None
            ran.stdout.readline()
            ran.stdout.close()
            assert (ran.wait(), ran.stderr.read()) == (0, "")
