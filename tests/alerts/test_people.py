"""Who is notified by default, and what somebody sets by hand; tokens are sealed and shown nowhere."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from support.hotels.simulated import command, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.alerting.kinds import types_where
from minibar_ml.domain.errors import ExitCode

USERS = """
INSERT INTO oteller (id, ad) VALUES (1, 'Bir'), (2, 'İki');
INSERT INTO kullanicilar (id, kullanici_adi, ad, soyad, email, rol, aktif, otel_id) VALUES
    (1, 'patron', 'A', 'A', 'patron@otel.example', 'sistem_yoneticisi', true, NULL),
    (2, 'mudur', 'B', 'B', NULL, 'admin', true, 1),
    (3, 'depo', 'C', 'C', ' depo@otel.example ', 'depo_sorumlusu', NULL, NULL),
    (4, 'yersiz', 'D', 'D', 'yersiz@otel.example', 'depo_sorumlusu', true, NULL),
    (5, 'kat', 'E', 'E', 'kat@otel.example', 'kat_sorumlusu', true, 1),
    (6, 'eski', 'F', 'F', 'eski@otel.example', 'admin', false, 1),
    (7, 'bozuk', 'G', 'G', E'x@otel.example\\nBcc: y@otel.example', 'admin', true, 2);
INSERT INTO kullanici_otel (kullanici_id, otel_id) VALUES (3, 2), (3, 1);
"""


@pytest.fixture
def hotel(store_url: str) -> str:
    """A store whose source has users of every role."""
    sql(store_url, USERS)
    return store_url


def people(url: str, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert command(url, "people", "list", "--json") == ExitCode.OK
    return {one["name"]: one for one in json.loads(capsys.readouterr().out)}


def test_administrators_and_storekeepers_are_people_by_default_and_attendants_are_not(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = people(hotel, capsys)
    assert {name: (one["role"], one["hotels"], one["channels"]) for name, one in found.items()} == {
        "patron": ("administrator", None, {"email": "patron@otel.example"}),
        "mudur": ("administrator", [1], {}),
        "depo": ("storekeeper", [1, 2], {"email": "depo@otel.example"}),
        "yersiz": ("storekeeper", [], {"email": "yersiz@otel.example"}),
        "bozuk": ("administrator", [2], {}),
    }
    assert found["depo"]["alert_types"] == list(types_where(lambda kind: kind.is_stock))
    assert found["patron"]["alert_types"] is None
    assert (found["patron"]["reports"], found["depo"]["reports"]) == (["monthly"], [])


def test_by_default_each_is_notified_of_their_hotels_and_storekeepers_of_stock_alone(hotel: str) -> None:
    sql(hotel, "UPDATE kullanicilar SET email = kullanici_adi || '@otel.example'")
    raise_alerts(hotel, hotel=1)
    raise_alerts(hotel, hotel=1, type_="shrinkage", first=2)
    raise_alerts(hotel, hotel=2, type_="custody_loss", first=3)
    with serving(Mailbox()) as mailbox:
        assert command(hotel, "alerts", "notify", "--quiet", **mailbox.settings()) == ExitCode.OK
    sent: dict[str, int] = {}
    for mail in mailbox.accepted:
        name = mail["To"].addresses[0].username
        sent[name] = sent.get(name, 0) + 1
    assert sent == {"patron": 3, "mudur": 2, "depo": 1, "bozuk": 1}


def test_what_changes_in_the_hotel_application_is_taken_over(hotel: str, capsys: pytest.CaptureFixture[str]) -> None:
    people(hotel, capsys)
    sql(hotel, "UPDATE kullanicilar SET aktif = false WHERE kullanici_adi = 'patron'")
    sql(hotel, "UPDATE kullanicilar SET rol = 'kat_sorumlusu' WHERE kullanici_adi = 'mudur'")
    sql(hotel, "UPDATE kullanicilar SET otel_id = 1, email = NULL WHERE kullanici_adi = 'depo'")
    sql(hotel, "DELETE FROM kullanici_otel")
    found = people(hotel, capsys)
    assert [name for name, one in found.items() if not one["is_active"]] == ["mudur", "patron"]
    assert (found["depo"]["hotels"], found["depo"]["channels"]) == ([1], {})


def test_what_is_set_by_hand_stays_whatever_the_hotel_application_says(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    people(hotel, capsys)
    assert command(hotel, "people", "set", "depo", "--quiet-hours", "22:00-07:00", "--quiet") == ExitCode.OK
    assert people(hotel, capsys)["depo"]["follows_source"] is True
    assert command(hotel, "people", "set", "depo", "--email", "ev@example.com", "--hotel", "2", "-q") == ExitCode.OK
    sql(hotel, "UPDATE kullanicilar SET email = 'yeni@otel.example', aktif = false WHERE kullanici_adi = 'depo'")
    found = people(hotel, capsys)["depo"]
    assert (found["channels"], found["hotels"], found["is_active"]) == ({"email": "ev@example.com"}, [2], True)
    assert found["quiet_from"] == "22:00"


@pytest.mark.parametrize(
    ("name", "role", "hotels"), [("patron", "administrator", None), ("mudur", "administrator", [1]),
                                 ("depo", "storekeeper", [1, 2])]
)  # fmt: skip
def test_somebody_added_under_the_login_of_a_user_is_what_that_user_is(
    hotel: str, name: str, role: str, hotels: list[int] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(hotel, "people", "add", name, "--email", "sef@example.com", "--quiet") == ExitCode.OK
    found = people(hotel, capsys)[name]
    assert (found["role"], found["hotels"], found["follows_source"]) == (role, hotels, False)
    assert found["channels"] == {"email": "sef@example.com"}
    is_keeper = role == "storekeeper"
    assert found["alert_types"] == (list(types_where(lambda kind: kind.is_stock)) if is_keeper else None)
    assert command(hotel, "people", "add", name, "--email", "x@example.com") == ExitCode.USAGE, "only once"


def test_before_the_first_run_too_a_change_starts_from_what_the_application_says(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(hotel, "people", "set", "depo", "--email", "ev@example.com", "--quiet") == ExitCode.OK
    found = people(hotel, capsys)["depo"]
    assert (found["role"], found["hotels"]) == ("storekeeper", [1, 2])


def test_nobody_becomes_an_administrator_of_everything_by_what_was_left_out(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("people", "add", "ayse", "--email", "ayse@otel.example")
    assert command(hotel, *add) == ExitCode.USAGE
    assert "--role administrator, storekeeper, server" in capsys.readouterr().err
    assert command(hotel, *add, "--role", "administrator") == ExitCode.USAGE
    assert "--hotel all" in capsys.readouterr().err
    assert command(hotel, *add, "--role", "administrator", "--hotel", "2", "--quiet") == ExitCode.OK
    assert people(hotel, capsys)["ayse"]["hotels"] == [2]


def test_another_role_comes_with_its_types(hotel: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(hotel, "people", "set", "mudur", "--role", "storekeeper", "--quiet") == ExitCode.OK
    assert people(hotel, capsys)["mudur"]["alert_types"] == list(types_where(lambda kind: kind.is_stock))
    assert command(hotel, "people", "set", "mudur", "--role", "server", "--quiet") == ExitCode.OK
    assert people(hotel, capsys)["mudur"]["alert_types"] == list(types_where(lambda kind: kind.is_operational))
    words = ["people", "set", "mudur", "--role", "administrator", "--type", "shrinkage", "--quiet"]
    assert command(hotel, *words) == ExitCode.OK
    assert people(hotel, capsys)["mudur"]["alert_types"] == ["shrinkage"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--email", "a@b\nBcc: c@d"], "--email"),
        (["--email", "nobody"], "--email"),
        (["--email", "ayşe@otel.example"], "--email"),
        (["--quiet-hours", "22-25:00"], "--quiet-hours"),
        (["--quiet-hours", "07:00-07:00"], "--quiet-hours"),
        (["--digest", "08:30:15"], "--digest"),
        (["--repeat", "0"], "--repeat"),
        (["--severity", "huge"], "--severity"),
        (["--type", "'; DROP TABLE ml_people; --"], "--type"),
        (["--role", "kat_sorumlusu"], "--role"),
        (["--report", "daily"], "--report"),
    ],
)
def test_a_preference_that_makes_no_sense_is_refused_by_its_option(
    store_url: str, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(store_url, "people", "add", "ayse", "--role", "administrator", *options) == ExitCode.USAGE
    assert words in capsys.readouterr().err
    assert sql(store_url, "SELECT FROM minibar_ml.ml_people") == []


def test_an_unknown_person_a_taken_name_and_an_unknown_hotel_are_named(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(store_url, "people", "set", "nobody", "--repeat", "5") == ExitCode.PRECONDITION
    assert "'nobody'" in capsys.readouterr().err
    assert command(store_url, "people", "add", "ayse", "--role", "administrator", "--quiet") == ExitCode.OK
    assert command(store_url, "people", "add", "ayse") == ExitCode.USAGE
    assert (
        command(store_url, "people", "add", "ali", "--role", "administrator", "--hotel", "77") == ExitCode.PRECONDITION
    )
    assert "hotel 77" in capsys.readouterr().err
    assert command(store_url, "people", "remove", "ayse", "--quiet") == ExitCode.OK
    assert sql(store_url, "SELECT FROM minibar_ml.ml_people") == []


def test_a_user_of_the_hotel_application_is_made_inactive_and_not_removed(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    people(hotel, capsys)
    assert command(hotel, "people", "remove", "patron") == ExitCode.USAGE
    assert "people set patron --inactive" in capsys.readouterr().err


LOCAL = {"ML_PRIVATE_CHANNELS": "127.0.0.1"}
"""A service on this machine is on the hotel's own network."""


class Service(BaseHTTPRequestHandler):
    """A chat service that takes what it is given."""

    taken: list[Any] = []

    def do_POST(self) -> None:
        self.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def chat_service() -> Iterator[str]:
    """The apprise URL of a chat service, with a token in it."""
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Service.taken.clear()
    yield f"ntfy://user:t0psecret@127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_chat_is_notified_and_its_token_is_shown_nowhere(
    store_url: str, chat_service: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(chat_service + "\n"))
    assert (
        command(store_url, "people", "add", "ayse", "--role", "administrator", "--chat", "-", "--verbose", **LOCAL)
        == ExitCode.OK
    )
    assert command(store_url, "people", "list") == ExitCode.OK
    assert command(store_url, "people", "test", "ayse", "--verbose", **LOCAL) == ExitCode.OK
    raise_alerts(store_url)
    assert command(store_url, "alerts", "notify", "--verbose", **LOCAL) == ExitCode.OK
    assert [one["title"] for one in Service.taken] == ["Test message", "[High] Room Oda 1: Unusual consumption"]
    shown = capsys.readouterr()
    assert "chat ntfy://: accepted" in shown.out
    stored = sql(
        store_url,
        "SELECT c.*::text FROM minibar_ml.ml_channels c UNION ALL SELECT a.*::text FROM minibar_ml.ml_audit_log a",
    )
    assert "t0psecret" not in shown.out + shown.err + str(stored)


def test_what_is_no_address_is_not_repeated_for_it_may_be_a_token(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("xoxb-s3cr3t\n"))
    assert (
        command(store_url, "people", "add", "ayse", "--role", "administrator", "--push", "-", "--verbose")
        == ExitCode.USAGE
    )
    assert "s3cr3t" not in "".join(capsys.readouterr())
    file = tmp_path / "url"
    file.write_text("ntfys://8.8.8.8/hook", encoding="utf-8")
    file.chmod(0o644)
    assert (
        command(store_url, "people", "add", "ayse", "--role", "administrator", "--push", str(file))
        == ExitCode.CONFIGURATION
    )
    assert f"is readable by others (mode 0644): `chmod 600 {file}`" in capsys.readouterr().err


def test_without_the_key_or_the_service_a_message_waits_and_says_why(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "url"
    file.write_text("ntfy://user:t0psecret@127.0.0.1:9/hook", encoding="utf-8")
    file.chmod(0o600)
    assert (
        command(store_url, "people", "add", "ayse", "--role", "administrator", "--push", str(file), "--quiet", **LOCAL)
        == ExitCode.OK
    )
    raise_alerts(store_url)
    reasons = []
    for key in (Fernet.generate_key().decode(), None):
        settings = {**LOCAL, "ML_ENCRYPTION_KEYS": key} if key else LOCAL
        assert command(store_url, "alerts", "notify", "--verbose", **settings) == ExitCode.OK
        reasons.append(sql(store_url, "UPDATE minibar_ml.ml_outbox SET next_at = now() RETURNING reason")[0][0])
    assert "which is missing" in reasons[0]
    assert reasons[1] == "the service ntfy:// did not accept the message"
    shown = capsys.readouterr()
    assert "t0psecret" not in shown.out + shown.err


def test_a_test_message_says_what_happened(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        command(
            store_url, "people", "add", "ayse", "--role", "administrator", "--email", "ayse@otel.example", "--quiet"
        )
        == ExitCode.OK
    )
    assert command(store_url, "people", "test", "ayse") == ExitCode.PARTLY_DONE
    assert "not sent, no mail server (ML_SMTP_HOST)" in capsys.readouterr().out
    with serving(Mailbox(at_rcpt=lambda _mailbox, _address: "550 unknown here")) as mailbox:
        assert command(store_url, "people", "test", "ayse", **mailbox.settings()) == ExitCode.PARTLY_DONE
    assert "not accepted: the mail server replied 550 unknown here" in capsys.readouterr().out
    with serving(Mailbox()) as mailbox:
        assert command(store_url, "people", "test", "ayse", **mailbox.settings()) == ExitCode.OK
    assert capsys.readouterr().out == "email ayse@otel.example: accepted\n"


def test_people_fit_a_terminal_of_80_columns(
    hotel: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    people(hotel, capsys)
    assert command(hotel, "people", "list") == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "patron (administrator, follows the hotel application)" in lines
