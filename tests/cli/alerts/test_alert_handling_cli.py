"""`minibar-ml alerts`: put off, taken back, commented; grouped, looked for, and handed on to other programs."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from support.alerts.alert_commands import FIELDS, listed, printed, raise_alerts
from support.alerts.findings import HIGH_ROOM, STALE, D, evening, rows

from minibar_ml import cli
from minibar_ml.cli.alerts import ids
from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.alerting import alerts


def test_a_snoozed_alert_leaves_the_list_which_says_so(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "snooze", "1", "3", "--until", "tomorrow 08:00", "--by", "ayse", "--reason", "party"]) == 0
    assert "alert 1: snoozed until " in capsys.readouterr().err
    assert main(["alerts", "list", "--json"]) == 0
    shown = capsys.readouterr()
    assert [alert["id"] for alert in json.loads(shown.out)] == [2]
    assert "Not shown: 2 snoozed (use --status snoozed)." in shown.err
    (snoozed, _) = printed(capsys, "list", "--status", "snoozed")
    assert (snoozed["snoozed_by"], snoozed["status"]) == ("ayse", "snoozed")
    assert "T08:00:00+02:00" in snoozed["snoozed_until"] or "T08:00:00+03:00" in snoozed["snoozed_until"]
    main(["alerts", "list", "--status", "snoozed"])
    assert "(snoozed until " in capsys.readouterr().out


def test_a_snooze_is_ended_and_a_verdict_taken_back(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "snooze", "1", "--until", "08:00"])
    main(["alerts", "false-positive", "2"])
    capsys.readouterr()
    assert main(["alerts", "reopen", "1", "2", "3"]) == 0
    shown = capsys.readouterr().err.splitlines()
    assert shown == ["alert 1: open", "alert 2: open", "alert 3: unchanged, already open"]


def test_what_was_raised_again_since_stays_closed(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "resolve", "1"])
    raise_alerts(three, replace(HIGH_ROOM, occurred_on=D + timedelta(days=2)))
    capsys.readouterr()
    assert main(["alerts", "reopen", "1"]) == 0
    assert capsys.readouterr().err == "alert 1: unchanged, a newer alert of the same kind is open\n"


def test_show_prints_the_whole_history(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdin", io.StringIO("wedding\nin the garden\x1b[31m\n"))
    main(["alerts", "read", "1", "--by", "ayse"])
    assert main(["alerts", "comment", "1", "-", "--by", "mehmet"]) == 0
    main(["alerts", "resolve", "1", "--by", "mehmet"])
    raise_alerts(three, replace(HIGH_ROOM, occurred_on=D + timedelta(days=2)))
    capsys.readouterr()
    assert main(["alerts", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    words = " ".join(shown.split())
    for said in ("raised", "read, ayse", r"comment, mehmet: wedding in the garden\x1b[31m", "resolved, mehmet"):
        assert said in words, said
    document = printed(capsys, "show", "1")
    assert [one["event"] for one in document["events"]] == ["opened", "acknowledged", "resolved"]
    assert [(one["by"], one["text"]) for one in document["comments"]] == [("mehmet", "wedding\nin the garden\x1b[31m")]
    again = next(alert for alert in printed(capsys, "list") if alert["previous_id"])
    main(["alerts", "show", str(again["id"])])
    assert "Alert 1, resolved, " in capsys.readouterr().out


def test_a_verdict_takes_its_comment_along_and_only_where_it_changes_something(
    three: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "resolve", "1", "--by", "Ayşe"]) == 0
    assert main(["alerts", "false-positive", "2", "--by", "Ayşe", "--comment", " late check-out "]) == 0
    assert main(["alerts", "resolve", "1", "2", "--by", "Ayşe", "--comment", "again"]) == 0
    comments = [[one["text"] for one in printed(capsys, "show", number)["comments"]] for number in ("1", "2")]
    assert comments == [[], ["late check-out"]]
    assert main(["alerts", "resolve", "3", "--comment", " "]) == ExitCode.USAGE


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
def test_a_word_on_stdin_that_is_not_an_id_is_named_and_nothing_is_changed(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main(["alerts", "resolve", "-"]) == 2
    assert "is not an alert id" in capsys.readouterr().err
    assert {alert.status for alert in rows(three)} == {"open"}


def test_nothing_on_stdin_is_no_error(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("[]\n"))
    assert main(["alerts", "read", "-"]) == 0
    assert "nothing was changed" in capsys.readouterr().err


def test_lines_of_json_are_an_alert_each_and_go_back_in(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list", "--format", "ndjson"]) == 0
    shown = capsys.readouterr().out
    assert [json.loads(line)["id"] for line in shown.splitlines()] == [2, 1, 3]
    assert list(json.loads(shown.splitlines()[0]))[: len(FIELDS)] == FIELDS
    assert ids.read(shown) == [2, 1, 3]


def test_csv_has_a_header_and_no_formula(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    three.execute(text("UPDATE minibar_ml.ml_alerts SET entity_name = '=HYPERLINK(\"http://x\")' WHERE id = 1"))
    three.execute(text("UPDATE minibar_ml.ml_alerts SET value = -3 WHERE id = 3"))
    three.commit()
    assert main(["alerts", "list", "--format", "csv", "--sort", "time"]) == 0
    shown = capsys.readouterr().out
    table = list(csv.DictReader(io.StringIO(shown)))
    assert shown.splitlines()[0].split(",")[: len(FIELDS)] == FIELDS
    assert {row["id"]: row["value"] for row in table}["3"] == "-3.0"
    assert {row["id"]: row["entity_name"] for row in table}["1"] == '\'=HYPERLINK("http://x")'
    assert "\x1b" not in shown


def test_csv_of_nothing_is_a_header(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["alerts", "list", "--format", "ndjson"]) == 0
    assert capsys.readouterr().out == ""


def _two_floors(connection: Connection) -> None:
    connection.execute(text("INSERT INTO public.oteller (id, ad) VALUES (1, 'Palas'), (2, 'Yali')"))
    connection.execute(
        text("INSERT INTO public.katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, 'KAT 1', 1), (2, 1, 'Çatı', 2)")
    )
    connection.execute(text("INSERT INTO public.odalar (id, kat_id, oda_no) VALUES (1126, 1, '1126'), (66, 2, '66')"))
    connection.commit()


def test_alerts_are_grouped_and_found_by_floor(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    _two_floors(three)
    grouped = printed(capsys, "list", "--group", "floor")
    assert {alert["id"]: alert["group"] for alert in grouped} == {1: "Palas, KAT 1", 2: "Palas, Çatı", 3: "Yali"}
    assert listed(capsys, "--floor", "çatı") == [2]
    assert main(["alerts", "list", "--floor", "9"]) == 5
    assert "KAT 1" in capsys.readouterr().err


def test_groups_stand_together_the_most_severe_first(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    raise_alerts(three, replace(HIGH_ROOM, entity_id=5, hotel_id=2, severity="low"))
    _two_floors(three)
    assert main(["alerts", "list", "--group", "hotel"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("Palas (2)") < shown.index("Yali (2)")
    assert [alert["group"] for alert in printed(capsys, "list", "--group", "type")] == [
        "vacant_consumption", "consumption_anomaly", "consumption_anomaly", "stock_depletion",
    ]  # fmt: skip


def test_muted_alerts_are_left_out_counted_and_shown_on_demand(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_alerts(connection, replace(HIGH_ROOM, type="silent_room"), STALE)
    assert main(["alerts", "list"]) == 0
    shown = capsys.readouterr()
    assert "Silent room" not in shown.out
    assert "Not shown: 1 muted by alert 2 (No new data, 1) (use --muted)." in shown.err
    (muted,) = printed(capsys, "list", "--muted")
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
    assert listed(capsys, "--text", word) == [] or word == "\u202e"
    assert listed(capsys, "--entity", word) == ([2] if word == "\u202e" else [])
    assert main(["alerts", "comment", "1", word, "--by", word]) == 0
    assert listed(capsys, "--text", word)[-1:] == [1]
    assert main(["alerts", "list", "--floor", word]) == 5
    assert main(["alerts", "read", word]) == 2
    assert len(rows(three)) == 3


def test_a_limit_beyond_all_numbers_is_a_usage_error() -> None:
    assert main(["alerts", "list", "--limit", "99999999999999999999"]) == 2


def test_a_reader_who_has_seen_enough_is_no_error(three: Connection) -> None:
    many = [replace(HIGH_ROOM, entity_id=number) for number in range(2000)]
    raise_alerts(three, *many[:1])
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


@pytest.mark.parametrize(("shell", "said"), [(">&-", "stdout is closed"), (">/dev/full", "no space left")])
@pytest.mark.usefixtures("three")
def test_output_that_goes_nowhere_is_said_in_a_line(shell: str, said: str) -> None:
    code = "from minibar_ml.cli.app import run; run()"
    script = f'"$0" -c "$1" alerts list --format ndjson {shell}'
    ran = subprocess.run(["/bin/sh", "-c", script, sys.executable, code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "bug" not in ran.stderr
