"""`minibar-ml report`: what it prints, what it refuses."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.alerts.outbox import add
from support.hotels.simulated import sql
from support.reports.report_rows import LAST_DAY, AlertRow, insert_alerts, insert_points, some_alerts

from minibar_ml.cli.app import main

AT = ["--as-of", "2026-03-02T05:00"]


def test_the_path_is_printed_and_the_default_week_is_the_last_complete_one(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    insert_alerts(connection, some_alerts())
    assert main(["report", "weekly", *AT, "--out", str(tmp_path / "out"), "--lang", "tr", "--format", "html"]) == 0
    printed = Path(capsys.readouterr().out.strip())
    assert printed.name == f"minibar-weekly-{LAST_DAY}-all-tr.html"
    assert '<html lang="tr">' in printed.read_text(encoding="utf-8")


def test_an_empty_store_gives_a_report_that_says_so(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ML_REPORT_DIR", str(tmp_path / "default"))
    assert main(["report", "weekly", *AT]) == 0
    printed = capsys.readouterr()
    assert "There is no data yet" in printed.err
    assert "Nothing to report yet" in Path(printed.out.strip()).read_text(encoding="utf-8")


def test_without_subscribers_it_says_why_no_mail_was_written(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    insert_alerts(connection, some_alerts())
    assert main(["report", "weekly", *AT, "--out", str(tmp_path / "out"), "--email"]) == 0
    words = " ".join(capsys.readouterr().err.split())
    assert "this report has no subscribers" in words


def test_a_row_of_the_mail_names_severity_type_and_age(connection: Connection, store_url: str, tmp_path: Path) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY, "stock_anomaly", "critical")])
    add(store_url, "ayse", "--report", "weekly")
    assert main(["report", "weekly", *AT, "--out", str(tmp_path), "--email", "--quiet"]) == 0
    ((body, page),) = sql(store_url, "SELECT body, html FROM minibar_ml.ml_mails")
    row = re.search(r"^Critical · Unusual stock movement · .*ago · no\. 1$", body, re.MULTILINE)
    assert row, body
    assert row.group().removesuffix("no. 1") in page


def test_json_prints_the_figures_and_writes_nothing(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = some_alerts()
    insert_alerts(connection, rows)
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, LAST_DAY, 3)])
    before = sorted(tmp_path.iterdir())
    assert main(["report", "weekly", *AT, "--json", "--ending", "2026-02-22"]) == 0
    document = json.loads(capsys.readouterr().out)
    since, last = date(2026, 2, 16), date(2026, 2, 22)
    assert document["period"]["last_day"] == "2026-02-22"
    assert document["total"]["alerts"] == sum(since <= row.day <= last for row in rows)
    assert document["live_total"] == sum(row.is_live for row in rows)
    assert document["false_positives"][0]["rate"] is not None
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--ending", "someday"], 2, "--ending 'someday' is not a date"),
        (["--ending", "2026-03-03"], 2, "in the future"),
        (["--ending", "0001-01-03"], 2, "before 2000"),
        (["--lang", "de"], 2, "use tr or en"),
        (["--format", "docx"], 2, "'docx' is not one of html"),
        (["--out", "/dev/null/x"], 3, "/dev/null/x"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    store_url: str, capsys: pytest.CaptureFixture[str], words: list[str], code: int, problem: str
) -> None:
    assert main(["report", "weekly", *AT, *words]) == code
    printed = capsys.readouterr()
    assert problem in printed.err
    assert printed.out == ""


def test_the_month_is_the_newest_that_is_over(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    insert_alerts(connection, some_alerts())
    asked = ["report", "monthly", "--out", str(tmp_path), "--lang", "en", "--format", "html", "--format", "json"]
    assert main([*asked, *AT]) == 0
    printed = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert printed == ["minibar-monthly-2026-02-all-en.html", "minibar-monthly-2026-02-all-en.json"]
    assert main(["report", "monthly", *AT, "--ending", "2026-02-27", "--json"]) == 0
    period = json.loads(capsys.readouterr().out)["period"]
    assert (period["since"], period["last_day"]) == ("2026-01-01", "2026-01-31")


def test_the_dashboard_is_one_file_that_is_written_over(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = ["report", "dashboard", "--out", str(tmp_path), "--lang", "en"]
    assert main([*asked, *AT]) == 0
    insert_alerts(connection, some_alerts())
    assert main([*asked, *AT]) == 0
    assert set(capsys.readouterr().out.split()) == {str(tmp_path / "minibar-dashboard-all-en.html")}
    assert "Recent alerts" in (tmp_path / "minibar-dashboard-all-en.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.glob("*dashboard*")] == ["minibar-dashboard-all-en.html"]
    assert main(["report", "dashboard", *AT, "--json"]) == 0
    windows = json.loads(capsys.readouterr().out)["windows"]
    assert [window["hours"] for window in windows] == [24, 168, 720]


def test_nothing_is_done_where_jobs_are_switched_off(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_ENABLED", "false")
    assert main(["report", "weekly", *AT]) == 0
    assert capsys.readouterr().out == ""
    assert not Path("reports").exists()


def test_the_written_reports_are_listed_with_their_sentence(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    insert_alerts(connection, some_alerts())
    assert main(["report", "list", "--out", str(tmp_path)]) == 0
    assert "No report in" in capsys.readouterr().err
    for lang in ("en", "tr"):
        assert main(["report", "weekly", *AT, "--out", str(tmp_path), "--lang", lang, "--quiet"]) == 0
    assert main(["report", "list", "--out", str(tmp_path)]) == 0
    heads, _rule, first = capsys.readouterr().out.splitlines()[:3]
    assert re.split(r"\s{2,}", heads.strip()) == ["kind", "last day", "hotel", "files", "as of", "summary"]
    kind, day, hotel, files, as_of, summary = re.split(r"\s{2,}", first.strip())
    assert (kind, day, hotel, files) == ("weekly", str(LAST_DAY), "all", "html en,tr")
    assert as_of == "2 Mar 2026 05:00"
    assert summary.startswith("56 new alerts, 56 the week before.")
    assert main(["report", "list", "--out", str(tmp_path), "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["sentence"].startswith(summary)
    assert listed["as_of"] == "2026-03-02T03:00:00+00:00"
    names = [f"minibar-weekly-{LAST_DAY}-all-{lang}.html" for lang in ("en", "tr")]
    assert [(file["name"], file["last_day"], file["as_of"]) for file in listed["files"]] == [
        (name, str(LAST_DAY), listed["as_of"]) for name in names
    ]


def test_the_list_of_reports_has_no_english_word_in_turkish(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert_alerts(connection, some_alerts())
    assert main(["report", "weekly", *AT, "--out", str(tmp_path), "--lang", "tr", "--quiet"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("ML_LANG", "tr")
    assert main(["report", "list", "--out", str(tmp_path)]) == 0
    first = capsys.readouterr().out.splitlines()[2]
    assert re.split(r"\s{2,}", first.strip())[:5] == ["haftalık", str(LAST_DAY), "tümü", "html tr", "2 Mar 2026 05:00"]


def test_reports_that_are_too_old_are_deleted_by_the_next_one(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    insert_alerts(connection, some_alerts())
    monkeypatch.setenv("ML_REPORTS_KEEP_DAYS", "5")
    for last in ("2026-02-22", "2026-03-01"):
        assert main(["report", "weekly", *AT, "--out", str(tmp_path), "--ending", last, "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "minibar-weekly-2026-03-01-all-en.html"]
