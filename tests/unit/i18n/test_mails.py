"""The texts of messages in both languages, and the headers of a mail."""

import smtplib
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.alerts.mailed_alert import ALERT, ZONE
from support.program import catalogs

import minibar_ml.notify
from minibar_ml.domain.addresses import is_address
from minibar_ml.domain.alerting.alerts import EndReason
from minibar_ml.domain.languages import LANGS
from minibar_ml.domain.messages import Attachment, Digest, Mail, Origin
from minibar_ml.i18n import LOCALE_FOLDER
from minibar_ml.notify.channels.email import Email, Server, compose
from minibar_ml.notify.summary import Summary, SummaryRow
from minibar_ml.notify.wording import Words

NOTIFY = Path(minibar_ml.notify.__file__).parent
CATALOG = LOCALE_FOLDER / "tr" / "LC_MESSAGES" / "mails"
ONE = Digest(counts={"high": 1})
SENDER, ADDRESS = "minibar@otel.example", "ayse@otel.example"


def test_every_text_is_translated_to_turkish_and_nothing_else_is() -> None:
    catalogs.require_whole(CATALOG, NOTIFY)


def test_a_digest_counts_in_the_right_number() -> None:
    assert Words("en", ZONE, {}).digest(ONE, [], "a").subject == "1 alert: High 1"
    assert (
        Words("en", ZONE, {}).digest(Digest(counts={"low": 1, "critical": 2}), [], "a").subject
        == "3 alerts: Critical 2, Low 1"
    )
    assert Words("tr", ZONE, {}).digest(ONE, [], "a").subject == "1 uyarı: Yüksek 1"


@pytest.mark.parametrize(
    ("event", "repetition", "english", "turkish"),
    [
        ("opened", 0, "[High] Room 1126: Unusual consumption · possible loss 1,234.50",
         "[Yüksek] Oda 1126: Olağandışı tüketim · olası kayıp 1.234,50"),
        ("opened", 1, "[High] Alert still unread · Room 1126: Unusual consumption · possible loss 1,234.50",
         "[Yüksek] Uyarı hâlâ okunmadı · Oda 1126: Olağandışı tüketim · olası kayıp 1.234,50"),
        ("escalated", 0, "[High] Severity raised to high · Room 1126: Unusual consumption · possible loss 1,234.50",
         "[Yüksek] Uyarının önemi arttı (yüksek) · Oda 1126: Olağandışı tüketim · olası kayıp 1.234,50"),
        ("false_positive", 0, "[High] Alert marked as a false positive · Room 1126: Unusual consumption",
         "[Yüksek] Uyarı yanlış alarm olarak işaretlendi · Oda 1126: Olağandışı tüketim"),
    ],
)  # fmt: skip
def test_a_subject_says_why_the_message_is_sent(event: str, repetition: int, english: str, turkish: str) -> None:
    assert Words("en", ZONE, {}).alert(ALERT, event, repetition, "Ayşe").subject == english
    assert Words("tr", ZONE, {}).alert(ALERT, event, repetition, "Ayşe").subject == turkish


@pytest.mark.parametrize(
    ("end_reason", "english", "turkish"),
    [(None, "Alert ended", "Uyarı sona erdi"),
     ("records_changed", "Alert withdrawn, records changed", "Uyarı geri alındı, kayıtlar değişti"),
     ("subject_gone", "Alert ended, no longer an issue", "Uyarı sona erdi, konusu kalmadı")],
)  # fmt: skip
def test_a_subject_says_why_an_alert_ended(end_reason: EndReason | None, english: str, turkish: str) -> None:
    ended = replace(ALERT, status="resolved", resolved_by="system", end_reason=end_reason)
    for lang, said in (("en", english), ("tr", turkish)):
        assert f"] {said} · " in Words(lang, ZONE, {}).alert(ended, "resolved", 0, "Ayşe").subject


def test_a_message_reads_well_in_english() -> None:
    assert (
        Words("en", ZONE, {1: "Palas"}).alert(ALERT, "opened", 0, "Ayşe").text
        == """\
New alert

Unusual consumption: Room 1126
Room 1126: 9 units consumed; 0 to 4 is normal for 2 guests and 1 night.

Severity: ◆ High
Type: Unusual consumption
Hotel: Palas
Day: 16 Nov 2026
Raised: 17 Nov 2026 06:00
Seen on: 2 days
Possible loss: 1,234.50

What to do
Compare with the guest's bill. If they differ, count the minibar again.

Details: minibar-ml alerts show 17
Mark as read: minibar-ml alerts read 17

--
Sent to Ayşe by minibar-ml. To change what is sent to whom: minibar-ml people set
"""
    )


def test_a_message_reads_well_in_turkish() -> None:
    assert (
        Words("tr", ZONE, {1: "Palas"}).alert(ALERT, "opened", 0, "Ayşe").text
        == """\
Yeni uyarı

Olağandışı tüketim: Oda 1126
Oda 1126: 9 adet tüketilmiş; 2 misafir ve 1 gece için normali 0–4 adet.

Önem: ◆ Yüksek
Tür: Olağandışı tüketim
Otel: Palas
Gün: 16 Kas 2026
Uyarı zamanı: 17 Kas 2026 06:00
Görülme: 2 gün
Olası kayıp: 1.234,50

Ne yapmalı
Misafirin hesabıyla karşılaştırın. Tutmuyorsa minibarı yeniden sayın.

Ayrıntılar: minibar-ml alerts show 17
Okundu olarak işaretlemek için: minibar-ml alerts read 17

--
minibar-ml tarafından gönderildi. Alıcı: Ayşe. Kime ne gönderileceğini değiştirmek için: minibar-ml people set
"""
    )


def test_a_subject_names_hotel_deadline_and_money() -> None:
    hotels = {1: "Palas", 2: "Liman", 3: "Koy", 4: "Dağ"}
    words = Words("en", ZONE, hotels, currency="TRY")
    low = replace(ALERT, hotel_id=0, entity_type="product", entity_name="Kola", type="stock_depletion", impact=None,
                  facts={"order_by": "2026-11-20"})  # fmt: skip
    mail = words.alert(low, "opened", 0, "Ayşe")
    assert mail.subject == "[High] Common store, Kola: Stock running out · order by 20 Nov 2026"
    assert "\nHotel: Common store\n" in mail.text and "\nOrder by: 20 Nov 2026\n" in mail.text
    digest = Digest(counts={"high": 2}, impact=10114.0, order_by=date(2026, 11, 20), hotel_ids=[0, 2])
    mail = words.digest(digest, [], "Ayşe")
    outlook = "order by 20 Nov 2026 · possible loss 10,114.00 TRY · Common store, Liman"
    assert mail.subject == f"2 alerts: High 2 · {outlook}"
    assert mail.text.startswith(f"2 alerts\n{outlook}\n")
    assert words.digest(replace(digest, hotel_ids=[1, 2, 3, 4]), [], "Ayşe").subject.endswith("TRY · 4 hotels")


def test_the_mail_about_a_false_positive_says_who_said_so_and_why() -> None:
    closed = replace(ALERT, status="false_positive", resolved_by="mehmet")
    text = Words("en", ZONE, {}).alert(closed, "false_positive", 0, "Ayşe", comment="A wedding party").text
    assert "Closed by: mehmet\nComment: A wedding party\n" in text


def test_a_digest_lists_live_and_ended_alerts_and_counts_the_rest() -> None:
    ended = replace(ALERT, id=9, status="resolved", entity_name="7")
    digest = Words("en", ZONE, {}).digest(Digest(counts={"high": 2}, over=3), [ALERT], "Ayşe", [ended])
    assert digest.subject == "2 alerts: High 2; 3 alerts ended"
    assert "1 more alert: minibar-ml alerts list\n" in digest.text
    assert "◆ Unusual consumption: Room 7 (resolved): minibar-ml alerts show 9\n" in digest.text
    assert "2 more alerts: minibar-ml alerts list --status all\n" in digest.text


def test_a_digest_of_the_ended_alone_has_no_live_heading() -> None:
    ended = replace(ALERT, status="false_positive")
    digest = Words("tr", ZONE, {}).digest(Digest(counts={}, over=1), [], "Ayşe", [ended])
    assert digest.subject == "1 uyarı sona erdi"
    assert digest.text.count("uyarı sona erdi") == 1
    assert "Oda 1126 (yanlış alarm)" in digest.text


def test_a_report_mail_has_its_outcome_in_the_subject_and_counts_what_its_files_hold_more() -> None:
    rows = [
        SummaryRow("Kola: stock for 2 days.", "Order 84 units.", ["by tomorrow"], None, None),
        SummaryRow("Room 1126: 9 units.", "Count again.", ["High", "", "1,234.50 TRY"], 17, "high"),
    ]
    summary = Summary(
        title="Weekly report", sentence="2 new alerts. 1 order is due by tomorrow.", health="data complete",
        whose="Palas", days="10–16 Nov 2026", figures=[("New", "2", "")], list_title="Waiting as of 20 Nov",
        today=rows, more=1,
    )  # fmt: skip
    mail = Words("en", ZONE, {}).report(summary, [Attachment("report.pdf", "application/pdf", b"%PDF")])
    assert mail.subject == "Palas: 2 new alerts. 1 order is due by tomorrow."
    assert mail.text.startswith("2 new alerts. 1 order is due by tomorrow.\n")
    today = (
        "↻ Kola: stock for 2 days.\nOrder 84 units.\nby tomorrow\n\n"
        "◆ Room 1126: 9 units.\nCount again.\nHigh · 1,234.50 TRY · no. 17\n"
    )
    assert "Waiting as of 20 Nov\n\n" + today in mail.text
    assert "1 more row; see the attached files.\nAttached: report.pdf\n" in mail.text
    assert "2 more rows" in Words("en", ZONE, {}).report(replace(summary, more=2), []).text


def test_mails_link_to_their_alert_on_the_dashboard_where_that_has_an_address() -> None:
    words = Words("en", ZONE, {}, origin=Origin("https://hotel.example/minibar.html"))
    link = "https://hotel.example/minibar.html#alert-17"
    row = SummaryRow("Room 1126: 9 units.", "Count again.", [], 17, "high")
    summary = Summary(
        title="t", sentence="s", health="h", whose="w", days="d", figures=[], list_title="Today", today=[row], more=0
    )
    for mail in (words.alert(ALERT, "opened", 0, "Ayse"), words.digest(ONE, [ALERT], "Ayse"),
                 words.report(summary, [])):  # fmt: skip
        assert link in mail.text
        assert f'href="{link}"' in mail.html
    assert "#alert-" not in Words("en", ZONE, {}).alert(ALERT, "opened", 0, "Ayse").text


def test_mails_link_to_the_dashboard_in_the_readers_language() -> None:
    for lang in LANGS:
        words = Words(lang, ZONE, {}, origin=Origin("https://hotel.example/minibar-{lang}.html"))
        assert f"https://hotel.example/minibar-{lang}.html#alert-17" in words.alert(ALERT, "opened", 0, "Ayse").text


def test_the_audit_logs_checkpoint_stands_at_the_end_of_a_report_mail_as_a_command() -> None:
    summary = Summary(
        title="t", sentence="s", health="h", whose="w", days="d", figures=[], list_title="Today", today=[], more=0
    )
    mail = Words("en", ZONE, {}).report(replace(summary, checkpoint="37:ff2f"), [])
    assert mail.text.endswith("For the audit log: minibar-ml audit verify --head 37:ff2f\n")
    assert "audit verify" not in Words("en", ZONE, {}).report(summary, []).text


def test_mails_of_one_of_several_databases_name_its_profile_with_every_number() -> None:
    words = Words("tr", ZONE, {}, origin=Origin(profile="izmir"))
    row = SummaryRow("Room 1126: 9 units.", "Count again.", [], 17, "high")
    summary = Summary(
        title="t", sentence="s", health="h", whose="w", days="d", figures=[], list_title="Today", today=[row], more=0
    )
    for mail in (words.alert(ALERT, "opened", 0, "Ayse"), words.digest(ONE, [ALERT], "Ayse")):
        assert "minibar-ml --profile izmir alerts show 17" in mail.text
        assert "minibar-ml --profile izmir alerts show 17" in mail.html
        assert "minibar-ml alerts" not in mail.text + mail.html
    report = words.report(summary, [])
    assert "no. izmir-17" in report.text and "no. izmir-17" in report.html


def test_a_digests_rows_say_until_when_what_it_may_cost_and_where() -> None:
    empty = replace(ALERT, id=18, type="stock_depletion", facts={"order_by": "2026-11-20"}, impact=None)
    text = (
        Words("en", ZONE, {1: "Palas"}, currency="TRY").digest(Digest(counts={"high": 2}), [ALERT, empty], "Ayse").text
    )
    assert "\npossible loss 1,234.50 TRY · Palas\n" in text
    assert "\norder by 20 Nov 2026 · Palas\n" in text


def test_a_line_that_begins_with_from_is_sent_as_it_is() -> None:
    sent: list[bytes] = []

    class Listener(smtplib.SMTP):
        """A server's end that only keeps what it is given."""

        def __init__(self) -> None:
            pass

        def sendmail(
            self, _sender: str, _to: object, content: object, *_rest: object, **_more: object
        ) -> dict[str, Any]:
            sent.append(content)  # type: ignore[arg-type]
            return {}

    channel = Email(Server("127.0.0.1", 25, "none", SENDER))
    channel._open = Listener()
    channel.send(ADDRESS, "Ayse", Mail("s", "Look:\nFrom Monday on\n", "<p>x</p>"), "1")
    assert b"\r\nFrom Monday on\r\n" in sent[0]
    assert b">From" not in sent[0]


@given(st.text(), st.text(), st.text())
@settings(deadline=None)
def test_no_text_breaks_a_header(subject: str, name: str, file: str) -> None:
    message = compose(SENDER, ADDRESS, name, Mail(subject, "text", "<p>html</p>"), file)
    head = bytes(message).partition(b"\r\n\r\n")[0].decode()
    known = {"subject", "from", "to", "date", "message-id", "list-id", "auto-submitted", "x-auto-response-suppress",
             "mime-version", "content-type"}  # fmt: skip
    starts = {line.partition(":")[0].lower() for line in head.split("\r\n") if not line.startswith((" ", "\t"))}
    assert starts == known
    assert str(message["To"].addresses[0].addr_spec) == ADDRESS


def test_a_subject_keeps_its_spaces_and_its_lines_short() -> None:
    for name in ("Rakı Minyatür 5 cl", "Soğuk Kahve 240 ml", "Çikolata Fındıklı 33 gr " * 8):
        for severity in ("Kritik", "Yüksek", "Orta", "Düşük"):
            subject = f"[{severity}] {name.strip()}: Olağandışı tüketim"
            person = "Kat Görevlisi Ayşegül Çığıroğlu Öztürk"
            sent = bytes(compose(SENDER, ADDRESS, person, Mail(subject, "t", "h"), "1"))
            arrived = message_from_bytes(sent, policy=default)
            assert arrived["Subject"] == subject
            # By the older parser: the newer one puts a space between two encoded words of a name.
            ((known, address),) = getaddresses(message_from_bytes(sent).get_all("To"))
            assert (str(make_header(decode_header(known))), address) == (person, ADDRESS)
            head = sent.partition(b"\r\n\r\n")[0].split(b"\r\n")
            assert max(map(len, head)) <= 78


def test_a_message_keeps_its_id_and_no_other_has_it() -> None:
    mail = Mail("s", "t", "h")
    first, again, other = (compose(SENDER, ADDRESS, "a", mail, one)["Message-ID"] for one in ("1", "1", "2"))
    assert first == again != other
    assert first.endswith("@otel.example>")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("ayse@otel.example", True),
        ("a.b+c@x-y.example", True),
        ("root@localhost", True),
        ("ayse@otel.example\nBcc: x@y.example", False),
        ("ayse@otel.example\n", False),
        ("ayşe@otel.example", False),
        ("Ayse <ayse@otel.example>", False),
        ("ayse@", False),
        ("a@b@c", False),
        ("a,b@c", False),
        ("", False),
    ],
)
def test_only_plain_addresses_are_accepted(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one
