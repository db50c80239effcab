"""`minibar-ml alerts`: what it prints, what it changes, and how it refuses."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from support.alerts.alert_commands import FIELDS, NAMES, listed, printed
from support.alerts.findings import D, evening, rows

from minibar_ml import cli
from minibar_ml.cli.app import main
from minibar_ml.cli.views.sparkline import carets, sparkline
from minibar_ml.domain.alerting.alerts import SEVERITIES
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.ml.detectors import shares


def test_json_has_every_promised_field_in_the_promised_order(
    three: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    for alert in printed(capsys, "list"):
        assert list(alert)[: len(FIELDS)] == FIELDS


def test_json_describes_a_room_in_full(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    alert = printed(capsys, "list", "--type", "consumption_anomaly")[0]
    assert (alert["entity_name"], alert["value"], alert["expected"], alert["impact"]) == ("1126", 9.0, 3.1, 27.5)
    assert alert["occurred_on"] == "2025-11-19"
    assert alert["raised_at"].startswith("2025-11-19T22:00:00+02:00")
    assert alert["message"].startswith("Room 1126: 9 units consumed")


def test_json_of_nothing_is_an_empty_array(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "list") == []


def test_an_empty_list_says_so_on_stderr_only(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, "`minibar-ml detect` has not run yet" in shown.err) == ("", True)


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
    assert listed(capsys, *arguments) == ids


def test_the_default_is_what_is_live_and_open_means_open(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "read", "1"])
    main(["alerts", "resolve", "2"])
    capsys.readouterr()
    assert listed(capsys) == [1, 3]
    assert listed(capsys, "--status", "open") == [3]
    assert listed(capsys, "--status", "resolved", "--status", "open") == [2, 3]


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_table_fits_its_width_and_names_each_severity(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert main(["alerts", "list"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= int(width)
    assert [word for word in shown.split() if word in SEVERITIES] == ["critical", "high", "medium"]
    assert "1,145.00" in shown


def test_a_name_is_data_and_steers_neither_terminal_nor_markup(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for command in (["list"], ["show", "2"]):
        assert main(["alerts", *command]) == 0
        shown = capsys.readouterr().out
        assert r"9\x1b[31m[bold]\u202ex\x9b" in shown
        assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


def test_json_carries_a_nasty_name_whole_but_written_out(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "show", "2", "--json"]) == 0
    shown = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
    assert json.loads(shown)["entity_name"] == NAMES["room", 66]


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
        (("snooze", "1", "--until", "2025-11-20"), ("not in the future",)),
        (("snooze", "1", "--until", "2 days ago"), ("not in the future",)),
        (("snooze", "1", "--until", "2 gün önce"), ("not in the future",)),
        (("snooze", "1", "--until", "now"), ("not in the future",)),
        (("snooze", "1", "--until", "0d"), ("not in the future",)),
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
    connection.execute(text("INSERT INTO public.oteller (id, ad) VALUES (5, 'Palas')"))
    connection.commit()
    assert listed(capsys, "--hotel", "5") == listed(capsys, "--hotel", "0") == []
    assert main(["alerts", "list", "--hotel", "6"]) == 5
    assert "5 (Palas)" in capsys.readouterr().err


def test_one_unknown_id_among_known_ones_changes_nothing(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "resolve", "1", "77"]) == 5
    assert {alert.status for alert in rows(three)} == {"open"}


def test_a_verdict_is_recorded_with_who_gave_it(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "false-positive", "1", "2", "--by", "ayse"]) == 0
    marked = {alert["id"]: alert for alert in printed(capsys, "list", "--status", "false_positive")}
    assert {alert["resolved_by"] for alert in marked.values()} == {"ayse"}
    verdicts = "SELECT action, operator FROM minibar_ml.ml_audit_log WHERE action <> 'alert.list'"
    actions = three.execute(text(verdicts)).all()
    assert actions == [("alert.false_positive", "ayse")] * 2


def test_a_repeated_verdict_says_that_it_changed_nothing(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "read", "1"])
    assert "alert 1: marked as read" in capsys.readouterr().err
    assert main(["alerts", "read", "1", "3"]) == 0
    error = capsys.readouterr().err
    assert "alert 1: unchanged, already marked as read" in error
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
    words = " ".join(" ".join(lines).split())
    for said in ("3.1 (0 … 6)", "+190%", "1 in 270,000", "Compare with the guest's bill"):
        assert said in words, said


def test_showing_leaves_one_entry_in_the_audit_log(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(printed(capsys, "show", "1")["series"]) == 30
    entries = three.execute(text("SELECT action, subject FROM minibar_ml.ml_audit_log")).all()
    assert entries == [("alert.view", "alert 1")]


def test_messages_are_turkish_where_it_is_set(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    assert printed(capsys, "list")[1]["message"].startswith("Oda 1126: 9 adet tüketilmiş")
    main(["alerts", "list"])
    shown = capsys.readouterr().out
    assert "kritik" in shown
    assert "1.145,00" in shown


def test_stats_count_the_window_and_rates(three: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    main(["alerts", "false-positive", "1"])
    capsys.readouterr()
    counted = printed(capsys, "stats", "--window", "24h", "--as-of", "2025-11-20T12:00")
    assert (counted["alerts"], counted["by_status"]) == (2, {"false_positive": 1, "open": 1})
    consumed = counted["by_type"]["consumption_anomaly"]
    assert (consumed["judged"], consumed["false_positives"], consumed["false_positive_rate"]) == (1, 1, None), "too few"
    assert counted["by_type"]["vacant_consumption"]["false_positive_rate"] is None
    assert counted["by_day"] == [{"day": "2025-11-19", "alerts": 2}, {"day": "2025-11-20", "alerts": 0}]
    renamed = "UPDATE minibar_ml.ml_alerts SET detector = 'room_consumption+isolation_forest' WHERE id = 1"
    three.execute(text(renamed))
    # What detect writes down of itself, and `stats` reads.
    run = "INSERT INTO minibar_ml.ml_job_runs (job, as_of, outcome, counts) VALUES ('detect', now(), 'done', :counts)"
    three.execute(text(run), {"counts": json.dumps({"shares": shares()})})
    three.commit()
    (split,) = [
        one
        for one in printed(capsys, "stats", "--window", "24h", "--as-of", "2025-11-20T12:00")["by_detector"]
        if one["detector"] == "room_consumption"
    ]
    assert (
        split.items() >= {"share": shares()["room_consumption"], "alerts": 1, "judged": 1, "false_positives": 1}.items()
    )


def _rooms(connection: Connection, count: int) -> None:
    """So many rooms in use, and one that is not."""
    connection.execute(text("INSERT INTO public.oteller (id, ad) VALUES (1, 'Palas')"))
    connection.execute(text("INSERT INTO public.katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, '1', 1)"))
    connection.execute(
        text("INSERT INTO public.odalar (kat_id, oda_no, aktif) SELECT 1, n, n > 0 FROM generate_series(0, :count) n"),
        {"count": count},
    )
    connection.commit()


def test_stats_compare_the_budget_with_what_was_confirmed(
    three: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _rooms(three, 250)
    monkeypatch.setenv("ML_ALERT_BUDGET", "2")
    counted = printed(capsys, "stats", "--as-of", "2025-11-20T12:00")
    raised = counted["alerts"]
    figures = ("budget_per_1000_rooms_day", "rooms", "days", "room_days", "budget_alerts")
    assert [counted[name] for name in figures] == [2.0, 250, 7, 1750, 3.5]
    assert counted["raised_per_1000_rooms_day"] == pytest.approx(1000 * raised / 1750)
    assert counted["alerts_per_day"] == pytest.approx(raised / 7)
    assert [counted[name] for name in ("confirmed", "false_positives", "precision")] == [0, 0, None]
    main(["alerts", "false-positive", "1"])
    main(["alerts", "resolve", "2"])
    capsys.readouterr()
    counted = printed(capsys, "stats", "--as-of", "2025-11-20T12:00")
    assert [counted[name] for name in ("confirmed", "false_positives", "precision")] == [1, 1, 0.5]
    assert main(["alerts", "stats", "--as-of", "2025-11-20T12:00"]) == 0
    shown = capsys.readouterr().out
    assert "250 rooms, 7 days" in shown
    assert re.search(r"False-alert budget +3\.5 +0\.5 +2\n", shown)
    assert re.search(r"Confirmed +1\b.*\n.*False positives +1\b.*\n.*Precision +50%", shown)


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
    three.execute(text("DROP TABLE public.odalar CASCADE"))
    three.commit()
    assert printed(capsys, "stats", "--as-of", "2025-11-20T12:00")["rooms"] == 8
    unknown = printed(capsys, "stats", "--as-of", "2025-10-20T12:00")
    figures = ("rooms", "room_days", "budget_alerts", "raised_per_1000_rooms_day")
    assert [unknown[name] for name in figures] == [None] * 4


def test_stats_are_readable_even_of_nothing(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "stats", "--window", "30d", "--as-of", "2025-11-20"]) == 0
    assert "highest 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "option", "unwanted"),
    [
        ("list", "--json", "rich.table"),
        ("list", "--limit=5", "jinja2"),
        ("stats", "--json", "rich.table"),
        ("notify", "--json", "apprise"),
    ],
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
