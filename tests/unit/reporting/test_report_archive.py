"""The archive of reports: what lies in the folder, its index, and what is deleted after a time."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.reports.report_values import AS_OF, HOSTILE, MONTH, ZONE, a_report

from minibar_ml.cli.views.archive import row
from minibar_ml.domain.reporting.periods import days_ending, week_ending
from minibar_ml.jobs import report as job
from minibar_ml.jobs.reports import report_archive
from minibar_ml.render.formats import RENDERERS
from minibar_ml.render.tables import printable
from minibar_ml.render.words import Words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two weeks, a month and a dashboard, and files of others."""
    for report in (a_report(), a_report(week_ending(date(2026, 3, 1))), a_report(week_ending(date(2026, 2, 22)))):
        for name, content in job.rendered(report, "en", ("html", "json")).items():
            (tmp_path / name).write_bytes(content)
    dashboard = replace(a_report(), kind="dashboard", hotels={1: HOSTILE[0]})
    for name, content in job.rendered(dashboard, "tr", ("html",)).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "minibar-weekly-2026-02-30-all-en.html").write_text("no such day")
    (tmp_path / "notes.html").write_text("<meta name='description' content='mine'>")
    return tmp_path


def test_the_newest_come_first_and_each_says_its_sentence(folder: Path) -> None:
    found = report_archive.fetch(folder)
    assert [(one.kind, one.last_day) for one in found if one.heads] == [
        ("dashboard", None),
        ("weekly", date(2026, 3, 1)),
        ("monthly", date(2026, 2, 28)),
        ("weekly", date(2026, 2, 22)),
    ]
    month = found[-2]
    assert month.files.keys() == {("en", "html"), ("en", "json")}
    head = month.head("tr")
    assert head is not None
    assert head.title == "Minibar monthly report: Şelale Otel & Spa, 1–28 Feb 2026"
    assert head.sentence.startswith("February: 1,234 new alerts, 987 in January.")
    assert head.figures[:2] == ("Waiting: 14", "New: 1,234")
    assert row(month, "tr", ZoneInfo(ZONE))[:4] == ("monthly", "2026-02-28", "all", "html en; json en")


def test_each_file_says_its_days_and_as_of_when_it_is(tmp_path: Path) -> None:
    later = AS_OF + timedelta(hours=30)
    dashboard = {"html": replace(a_report(), kind="dashboard")}
    month = {name: replace(a_report(), generated_at=at) for name, at in zip(RENDERERS, (AS_OF, later) * 2, strict=True)}
    for name, report in (*dashboard.items(), *month.items()):
        for file, content in job.rendered(report, "en", (name,)).items():
            (tmp_path / file).write_bytes(content)
    last, whole = report_archive.fetch(tmp_path)
    instants = {format: file.as_of for (_lang, format), file in whole.files.items()}
    assert instants == {name: report.generated_at for name, report in month.items()}
    zone = ZoneInfo(ZONE)
    assert {whole.period(file, zone) for file in whole.files.values()} == {MONTH}
    (page,) = last.files.values()
    assert last.period(page, zone) == days_ending(AS_OF.astimezone(zone).date(), 30)
    report_archive.write_index(tmp_path, "tr", zone, hint="")
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert index.count("1–28 Şub 2026 · 2 Mar 2026 12:00 itibarıyla") == 2
    assert index.count("1–28 Şub 2026 · 1 Mar 2026 06:00 itibarıyla") == 2
    assert "31 Oca – 1 Mar 2026 · 1 Mar 2026 06:00 itibarıyla" in index
    assert row(whole, "en", zone)[4] == "1 Mar 2026 06:00\n2 Mar 2026 12:00"


def test_a_file_that_does_not_say_as_of_when_it_is_is_listed_as_such(tmp_path: Path) -> None:
    for end in RENDERERS:
        (tmp_path / f"minibar-weekly-2026-03-01-all-en.{end}").write_text("<meta name='description' content='old'>")
    (found,) = report_archive.fetch(tmp_path)
    assert {file.as_of for file in found.files.values()} == {None}
    report_archive.write_index(tmp_path, "en", ZoneInfo(ZONE), hint="")
    assert (tmp_path / "index.html").read_text().count("as of unknown") == len(RENDERERS)


def test_the_index_links_to_every_file_and_escapes_every_text(folder: Path) -> None:
    report_archive.write_index(folder, "en", ZoneInfo(ZONE), hint="")
    page = (folder / "index.html").read_text(encoding="utf-8")
    for path in folder.iterdir():
        assert (f'href="{path.name}"' in page) == path.name.startswith("minibar-"), path.name
    assert HOSTILE[0] not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert printable(HOSTILE[0]) in {head.title.split(": ")[1].split(",")[0] for one in report_archive.fetch(folder)
                                     for head in one.heads.values()}  # fmt: skip
    assert "mine" not in page
    assert page.count(f"as of {Words('en', ZoneInfo(ZONE)).instant(AS_OF)}") == 7, "every file that says it"


def test_somebody_elses_index_is_left_alone(folder: Path) -> None:
    (folder / "index.html").write_text("<h1>Welcome</h1>")
    report_archive.write_index(folder, "en", ZoneInfo(ZONE), hint="")
    assert (folder / "index.html").read_text() == "<h1>Welcome</h1>"
    (folder / "index.html").unlink()
    for _again in range(2):
        report_archive.write_index(folder, "en", ZoneInfo(ZONE), hint="")
    assert "Minibar reports" in (folder / "index.html").read_text(encoding="utf-8")


def test_only_reports_that_are_too_old_are_deleted(folder: Path) -> None:
    before = {path.name for path in folder.iterdir()}
    assert report_archive.prune(folder, date(2030, 1, 1), 0) == ()
    gone = report_archive.prune(folder, date(2026, 3, 3), 4)
    assert set(gone) == {f"minibar-{name}.{end}" for name in ("weekly-2026-02-22-all-en",) for end in ("html", "json")}
    assert {path.name for path in folder.iterdir()} == before - set(gone)
    assert len(report_archive.prune(folder, date(2027, 1, 1), 30)) == 4
    assert {path.name for path in folder.iterdir()} == {
        "minibar-dashboard-all-tr.html",
        "minibar-weekly-2026-02-30-all-en.html",
        "notes.html",
    }


def test_a_folder_that_is_not_there_has_no_report(tmp_path: Path) -> None:
    assert report_archive.fetch(tmp_path / "nowhere") == ()
