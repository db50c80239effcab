"""Who is notified of what, when, and by which message: the rules of the outbox, and mails as a server gets them."""

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.alerts.outbox import add, change, mails, names
from support.hotels.simulated import ZONE, command, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


def at_clock(hours: int) -> str:
    """The last instant at which the hotel's clock struck this hour."""
    now = datetime.now(ZoneInfo(ZONE))
    struck = now.replace(hour=hours, minute=0, second=0, microsecond=0)
    return (struck if struck <= now else struck - timedelta(days=1)).isoformat()


def test_severity_type_and_hotel_decide_who_is_notified(store_url: str, mailbox: Mailbox) -> None:
    sql(store_url, "INSERT INTO oteller (id, ad) VALUES (1, 'Bir'), (2, 'İki')")
    add(store_url, "everything", "--severity", "low")
    add(store_url, "urgent", "--severity", "critical")
    add(store_url, "other", "--hotel", "2")
    add(store_url, "stock", "--role", "storekeeper", "--hotel", "1")
    raise_alerts(store_url, severity="high", hotel=1)
    assert names(mails(store_url, mailbox)) == ["everything"]
    raise_alerts(store_url, severity="critical", hotel=2, first=2)
    assert names(mails(store_url, mailbox)) == ["everything", "other", "urgent"]
    raise_alerts(store_url, severity="high", type_="shrinkage", hotel=0, first=3)
    assert names(mails(store_url, mailbox)) == ["everything", "other", "stock"], "the common store serves every hotel"


def test_an_alert_is_announced_again_when_its_severity_rises_and_not_when_it_is_merely_seen_again(
    store_url: str, mailbox: Mailbox
) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, severity="medium")
    assert mails(store_url, mailbox) == [("ayse", "[Medium] Room Oda 1: Unusual consumption")]
    change(store_url, "occurrences = 2, last_seen = now()")
    assert mails(store_url, mailbox) == []
    change(store_url, "severity = 'critical'")
    assert mails(store_url, mailbox) == [
        ("ayse", "[Critical] Severity raised to critical · Room Oda 1: Unusual consumption")
    ]


def test_what_rises_to_the_least_severity_is_announced_for_the_first_time(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--severity", "high")
    raise_alerts(store_url, severity="low")
    assert mails(store_url, mailbox) == []
    change(store_url, "severity = 'high'")
    assert names(mails(store_url, mailbox)) == ["ayse"]


def test_what_is_muted_or_put_off_is_announced_when_it_no_longer_is(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    first, second = raise_alerts(store_url, 2)
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET muted_by = :by WHERE id = :id", by=first, id=second)
    sql(
        store_url,
        "UPDATE minibar_ml.ml_alerts SET status = 'snoozed', snoozed_until = now(), snoozed_by = 'a' WHERE id = :id",
        id=first,
    )
    assert mails(store_url, mailbox) == []
    change(store_url, "muted_by = NULL, status = 'open', snoozed_until = NULL")
    assert mails(store_url, mailbox) == [
        ("ayse", "[High] New alert · Room Oda 2: Unusual consumption"),
        ("ayse", "[High] Snooze ended, alert still open · Room Oda 1: Unusual consumption"),
    ]


def test_a_snooze_that_ends_is_announced_however_old_the_alert_is_by_then(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url)
    assert len(mails(store_url, mailbox)) == 1
    change(store_url, "status = 'snoozed', snoozed_until = now(), snoozed_by = 'a'")
    change(
        store_url,
        "status = 'open', snoozed_until = NULL, occurred_on = occurred_on - 30, last_occurred_on = occurred_on - 30",
    )
    assert mails(store_url, mailbox) == [
        ("ayse", "[High] Snooze ended, alert still open · Room Oda 1: Unusual consumption")
    ]


def test_what_was_closed_before_it_was_announced_is_not_announced(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--quiet-hours", "00:00-23:59", "--resolved")
    raise_alerts(store_url)
    assert mails(store_url, mailbox) == []
    change(store_url, "status = 'resolved', resolved_at = now(), resolved_by = 'system'")
    assert command(store_url, "people", "set", "ayse", "--quiet-hours", "none", "--quiet") == ExitCode.OK
    assert mails(store_url, mailbox) == []
    assert sql(store_url, "SELECT status, reason FROM minibar_ml.ml_outbox") == [("skipped", "over")]


def test_what_was_read_before_it_was_announced_waits_until_its_severity_rises(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--quiet-hours", "00:00-23:59")
    add(store_url, "veli", "--digest", f"{datetime.now(ZoneInfo(ZONE)) + timedelta(hours=2):%H:%M}")
    raise_alerts(store_url, 2, severity="medium")
    assert mails(store_url, mailbox) == []
    change(store_url, "status = 'acknowledged', read_at = now(), read_by = 'ayse' WHERE entity_id = 1001")
    assert command(store_url, "people", "set", "ayse", "--quiet-hours", "none", "--quiet") == ExitCode.OK
    sql(store_url, "UPDATE minibar_ml.ml_outbox SET next_at = now()")
    assert mails(store_url, mailbox) == [
        ("ayse", "[Medium] Room Oda 2: Unusual consumption"),
        ("veli", "1 alert: Medium 1"),
    ]
    change(store_url, "severity = 'high' WHERE entity_id = 1001")
    # To whom nothing of it was sent before, it is new.
    assert mails(store_url, mailbox) == [("ayse", "[High] Room Oda 1: Unusual consumption")]


def test_the_end_of_an_alert_is_announced_to_whoever_wants_it_and_got_the_beginning(
    store_url: str, mailbox: Mailbox
) -> None:
    add(store_url, "wants", "--resolved")
    add(store_url, "does-not")
    raise_alerts(store_url)
    assert names(mails(store_url, mailbox)) == ["does-not", "wants"]
    add(store_url, "late", "--resolved")
    change(store_url, "status = 'resolved', resolved_at = now(), resolved_by = 'system'")
    assert mails(store_url, mailbox) == [("wants", "[High] Alert ended · Room Oda 1: Unusual consumption")]


def test_a_false_alarm_is_announced_to_whoever_wants_to_know_its_end(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "wants", "--resolved")
    add(store_url, "does-not")
    [alert] = raise_alerts(store_url)
    assert len(mails(store_url, mailbox)) == 2
    assert command(store_url, "alerts", "false-positive", str(alert), "--quiet") == ExitCode.OK
    assert mails(store_url, mailbox) == [
        ("wants", "[High] Alert marked as a false positive · Room Oda 1: Unusual consumption")
    ]


def test_history_is_no_news(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 3, days=10)
    raise_alerts(store_url, 2, days=2, first=10)
    change(store_url, "status = 'resolved', resolved_at = now(), resolved_by = 'system' WHERE entity_id = 1010")
    assert mails(store_url, mailbox) == [("ayse", "[High] Room Oda 11: Unusual consumption")]
    assert mails(store_url, mailbox) == []


def test_only_what_was_found_by_records_that_came_late_is_news_of_an_old_day(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, days=10)
    assert mails(store_url, mailbox) == [], "of a day that was never looked at"
    raise_alerts(store_url, days=10, first=2)
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET facts = facts || jsonb_build_object('found_late_on', current_date)")
    assert mails(store_url, mailbox) == [("ayse", "[High] Room Oda 2: Unusual consumption")]
    assert (
        "from records that came in or were changed after that day"
        in mailbox.accepted[-1].get_body(("plain",)).get_content()
    )


def test_whoever_got_an_alert_learns_that_the_records_no_longer_show_it(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 2)
    assert len(mails(store_url, mailbox)) == 2
    add(store_url, "late")
    sql(
        store_url,
        "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'system',"
        " end_reason = CASE WHEN entity_name = 'Oda 1' THEN 'records_changed' END",
    )
    assert mails(store_url, mailbox) == [
        ("ayse", "[High] Alert withdrawn, records changed · Room Oda 1: Unusual consumption")
    ]
    text = mailbox.accepted[-1].get_body(("plain",)).get_content()
    assert "The records were changed and no longer show this." in " ".join(text.split())


def test_quiet_hours_hold_all_but_critical_alerts_back(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--quiet-hours", "22:00-07:00")
    raise_alerts(store_url, severity="high")
    raise_alerts(store_url, severity="critical", first=2)
    night, noon = at_clock(23), at_clock(12)
    assert mails(store_url, mailbox, "--as-of", night) == [("ayse", "[Critical] Room Oda 2: Unusual consumption")]
    sql(store_url, "UPDATE minibar_ml.ml_outbox SET next_at = :noon WHERE status = 'waiting'", noon=noon)
    assert mails(store_url, mailbox, "--as-of", noon) == [("ayse", "[High] Room Oda 1: Unusual consumption")]


def test_whoever_wants_a_digest_gets_one_at_its_time(store_url: str, mailbox: Mailbox) -> None:
    now = datetime.now(ZoneInfo(ZONE))
    add(store_url, "ayse", "--digest", f"{now + timedelta(hours=2):%H:%M}")
    raise_alerts(store_url, 3)
    assert mails(store_url, mailbox) == []
    (row,) = sql(store_url, "SELECT DISTINCT next_at FROM minibar_ml.ml_outbox")
    assert timedelta(minutes=118) < row.next_at - now < timedelta(minutes=121)
    sql(store_url, "UPDATE minibar_ml.ml_outbox SET next_at = now()")
    assert mails(store_url, mailbox) == [("ayse", "3 alerts: High 3")]
    assert mails(store_url, mailbox) == []


def test_a_digest_lists_what_is_over_apart_from_what_needs_action(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--digest", f"{datetime.now(ZoneInfo(ZONE)) + timedelta(hours=2):%H:%M}", "--resolved")
    due = "UPDATE minibar_ml.ml_outbox SET next_at = now() WHERE status = 'waiting'"
    first, second = raise_alerts(store_url, 2)
    mails(store_url, mailbox)
    sql(store_url, due)
    assert mails(store_url, mailbox) == [("ayse", "2 alerts: High 2")]
    change(store_url, f"status = 'resolved', resolved_at = now(), resolved_by = 'system' WHERE id = {first}")
    (third,) = raise_alerts(store_url, first=3)
    mails(store_url, mailbox)
    sql(store_url, due)
    assert mails(store_url, mailbox) == [("ayse", "1 alert: High 1; 1 alert ended")]
    for part in mailbox.accepted[-1].iter_parts():
        live, over = part.get_content().split("1 alert ended")[-2:]
        assert f"alerts show {third}" in live
        assert f"alerts show {first}" in over
        assert "Room Oda 1 (resolved)" in over
    change(store_url, f"status = 'false_positive', resolved_at = now(), resolved_by = 'a' WHERE id = {second}")
    mails(store_url, mailbox)
    sql(store_url, due)
    assert mails(store_url, mailbox) == [("ayse", "1 alert ended")]


def test_more_than_the_digest_threshold_is_a_digest_and_fewer_are_mails_of_their_own(
    store_url: str, mailbox: Mailbox
) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 4)
    assert len(mails(store_url, mailbox, ML_NOTIFY_DIGEST_THRESHOLD="4")) == 4
    raise_alerts(store_url, 5, first=10)
    assert mails(store_url, mailbox, ML_NOTIFY_DIGEST_THRESHOLD="4") == [("ayse", "5 alerts: High 5")]


def test_an_alert_that_nobody_reads_is_announced_again_until_somebody_does(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--repeat", "60")
    raise_alerts(store_url)
    assert len(mails(store_url, mailbox)) == 1
    assert mails(store_url, mailbox) == []
    earlier = "UPDATE minibar_ml.ml_outbox SET ended_at = ended_at - interval '61 minutes'"
    sql(store_url, earlier)
    assert mails(store_url, mailbox) == [("ayse", "[High] Alert still unread · Room Oda 1: Unusual consumption")]
    assert mails(store_url, mailbox) == []
    sql(store_url, earlier)
    change(store_url, "status = 'acknowledged', read_at = now(), read_by = 'ayse'")
    assert mails(store_url, mailbox) == []
    assert len({mail["Message-ID"] for mail in mailbox.accepted}) == 2


def test_without_a_mail_server_mails_wait_and_status_says_so(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 2)
    assert command(store_url, "alerts", "notify", "--quiet") == ExitCode.OK
    capsys.readouterr()
    command(store_url, "status")
    shown = capsys.readouterr().out
    assert re.search(r"outbox: 2 waiting \(oldest: \d+ s\), 0 given up", shown)
    assert "2 mails wait for a mail server: set ML_SMTP_HOST" in shown


def test_what_waited_for_a_mail_server_is_one_digest_of_what_is_still_open(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    for first in (1, 101, 201):
        raise_alerts(store_url, 20, first=first)
        assert command(store_url, "alerts", "notify", "--quiet") == ExitCode.OK
    change(store_url, "status = 'resolved', resolved_at = now(), resolved_by = 'system' WHERE entity_id > 1200")
    assert mails(store_url, mailbox) == [("ayse", "40 alerts: High 40")]


def test_a_mail_is_html_with_its_plain_text_and_says_what_made_it(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse", "--lang", "tr")
    raise_alerts(store_url)
    mails(store_url, mailbox)
    (mail,) = mailbox.accepted
    assert mail["Subject"] == "[Yüksek] Oda Oda 1: Olağandışı tüketim"
    assert mail["From"] == "minibar-ml <minibar@otel.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "minibar-ml <minibar-ml.otel.example>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert "Ne yapmalı" in plain
    assert "Ne yapmalı" in html
    assert "http" not in html
    assert "<style" not in html


def test_a_name_in_the_database_can_not_break_out_of_subject_or_page(store_url: str, mailbox: Mailbox) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url)
    change(store_url, r"entity_name = E'x\r\nBcc: all@otel.example\r\n\r\n<script>alert(1)</script>'")
    mails(store_url, mailbox)
    (mail,) = mailbox.accepted
    assert mail["Bcc"] is None
    assert "x Bcc: all@otel.example <script>" in mail["Subject"]
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<script" not in html


def reported(url: str, folder: Path, *options: str) -> None:
    words = ["report", "weekly", "--ending", "2026-03-01", "--as-of", "2026-03-02T05:00", "--email", "--quiet"]
    assert command(url, *words, "--format", "html", "--format", "pdf", "--out", str(folder), *options) == ExitCode.OK


def test_a_report_goes_once_to_administrators_who_want_it_in_their_language(
    store_url: str, mailbox: Mailbox, tmp_path: Path
) -> None:
    add(store_url, "ayse", "--lang", "tr", "--report", "weekly")
    add(store_url, "mehmet", "--report", "monthly")
    add(store_url, "depo", "--role", "storekeeper", "--report", "weekly", "--lang", "tr")
    reported(store_url, tmp_path)
    assert [name for name, _ in mails(store_url, mailbox)] == ["ayse"]
    (mail,) = mailbox.accepted
    assert mail["Subject"] == "Tüm oteller: Bu dönemde anomali tespiti çalışmadı."
    html, pdf = mail.iter_attachments()
    assert html.get_filename() == "minibar-weekly-2026-03-01-all-tr.html"
    assert '<html lang="tr">' in html.get_content()
    assert (pdf.get_content_type(), pdf.get_content()[:5]) == ("application/pdf", b"%PDF-")
    assert "Ekler: minibar-weekly-2026-03-01-all-tr.html" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    reported(store_url, tmp_path)
    assert mails(store_url, mailbox) == []
    assert sql(store_url, "SELECT count(*) FROM minibar_ml.ml_mails")[0][0] == 1


def test_whoever_is_there_for_some_hotels_gets_a_report_of_each(
    store_url: str, mailbox: Mailbox, tmp_path: Path
) -> None:
    sql(store_url, "INSERT INTO oteller (id, ad) VALUES (1, 'Bir'), (2, 'İki'), (3, 'Üç')")
    add(store_url, "chain", "--report", "weekly")
    add(store_url, "two", "--report", "weekly", "--hotel", "1", "--hotel", "3")
    reported(store_url, tmp_path)
    subjects = [(name, subject.split(": ")[0]) for name, subject in mails(store_url, mailbox)]
    assert subjects == [("chain", "All hotels"), ("two", "Bir"), ("two", "Üç")]
    reported(store_url, tmp_path, "--hotel", "2")
    assert [name for name, _ in mails(store_url, mailbox)] == ["chain"]


def test_the_source_s_administrators_want_the_month_s_report(store_url: str, mailbox: Mailbox, tmp_path: Path) -> None:
    sql(
        store_url,
        "INSERT INTO kullanicilar (kullanici_adi, ad, soyad, email, rol, aktif)"
        " VALUES ('mudur', 'A', 'B', 'mudur@otel.example', 'sistem_yoneticisi', true)",
    )
    words = ["report", "monthly", "--as-of", "2026-03-02T05:00", "--email", "--quiet", "--out", str(tmp_path)]
    assert command(store_url, *words) == ExitCode.OK
    assert [name for name, _ in mails(store_url, mailbox)] == ["mudur"]


def test_a_bounded_run_leaves_the_rest_for_the_next(store_url: str) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 4)

    def slow(_mailbox: Mailbox, _server: object) -> None:
        time.sleep(0.7)

    with serving(Mailbox(at_data=slow)) as mailbox:
        assert 1 <= len(mails(store_url, mailbox, ML_NOTIFY_SECONDS="1")) < 4
        assert sql(store_url, "SELECT count(*) FROM minibar_ml.ml_outbox WHERE attempts = 0 AND next_at <= now()")[0][0]
        mails(store_url, mailbox)
    assert len({mail["Message-ID"] for mail in mailbox.accepted}) == len(mailbox.accepted) == 4


def test_the_password_of_a_file_that_others_can_read_is_refused(
    store_url: str, mailbox: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "smtp"
    secret.write_text("hush-hush\n", encoding="utf-8")
    secret.chmod(0o644)
    settings = mailbox.settings(ML_SMTP_USER="u", ML_SMTP_PASSWORD_FILE=str(secret))
    assert command(store_url, "alerts", "notify", **settings) == ExitCode.CONFIGURATION
    shown = capsys.readouterr()
    assert "chmod 600" in shown.err
    assert "hush-hush" not in shown.out + shown.err
