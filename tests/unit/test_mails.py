"""What messages say, in both languages, and the headers of a mail."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import catalogs

import minibar_ml.notify
from minibar_ml.domain.messages import Mail
from minibar_ml.domain.people import is_address
from minibar_ml.i18n import LOCALE_FOLDER
from minibar_ml.notify.channels.email import compose
from minibar_ml.notify.wording import Words

NOTIFY = Path(minibar_ml.notify.__file__).parent
CATALOG = LOCALE_FOLDER / "tr" / "LC_MESSAGES" / "mails"
ZONE = ZoneInfo("Europe/Nicosia")
SENDER, ADDRESS = "minibar@otel.example", "ayse@otel.example"


def test_every_text_is_translated_to_turkish_and_nothing_else_is() -> None:
    catalogs.require_whole(CATALOG, NOTIFY)


def test_a_digest_counts_in_the_right_number() -> None:
    assert Words("en", ZONE, {}).digest({"high": 1}, [], "a").subject == "1 alert: High 1"
    assert Words("en", ZONE, {}).digest({"low": 1, "critical": 2}, [], "a").subject == "3 alerts: Critical 2, Low 1"
    assert Words("tr", ZONE, {}).digest({"high": 1}, [], "a").subject == "1 uyarı: Yüksek 1"


@given(st.text(), st.text(), st.text())
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
def test_only_plain_addresses_are_written_to(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one
