"""Whoever may write an address of SMS, push or chat does not have this machine call wherever they like."""

import inspect
import io
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager
from support.hotels.simulated import KEY, command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.messages import Mail
from minibar_ml.notify.channels.apprise import AppriseChannel, check
from minibar_ml.notify.channels.services import ALLOWED
from minibar_ml.notify.contract import NeverDeliverable, NotDelivered

Capture = pytest.CaptureFixture[str]
MAIL = Mail("s", "t", "h")
PRIVATE = "ML_PRIVATE_CHANNELS"


class Internal(BaseHTTPRequestHandler):
    """Something of the hotel's own network; it may send on to elsewhere."""

    asked: list[str] = []
    location = ""

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307 if self.location else 200)
        self.send_header("Content-Length", "2")
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def internal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server on this machine, at 127.0.0.1 and every other address of it."""
    monkeypatch.setattr(Internal, "asked", [])
    monkeypatch.setattr(Internal, "location", "")
    server = HTTPServer(("0.0.0.0", 0), Internal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def _add(url: str, monkeypatch: pytest.MonkeyPatch, address: str, **settings: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(address + "\n"))
    return command(url, "people", "add", "ayse", "--role", "administrator", "--chat", "-", "--quiet", **settings)


@pytest.mark.parametrize(
    "address",
    ["json://example.com/x", "jsons://example.com/x", "xml://example.com", "form://example.com", "forms://example.com",
     "syslog://", "rsyslog://example.com", "dbus://", "gnome://", "windows://", "macosx://", "mailto://u:p@example.com",
     "mqtt://example.com/t", "irc://example.com/x", "apprise://example.com/token", "growl://example.com", "glib://",
     "smpp://u:p@example.com/49123456789/49123456780", "kodi://example.com", "file:///etc/passwd",
     "ntfy://example.com/t,json://127.0.0.1", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd",
     "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template=http://127.0.0.1/"],
)  # fmt: skip
def test_a_service_that_could_be_anything_is_refused_and_its_url_not_repeated(
    address: str, store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert _add(store_url, monkeypatch, address) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "example.com" not in said and "127.0.0.1" not in said and "passwd" not in said
    assert sql(store_url, "SELECT FROM minibar_ml.ml_people") == []
    with pytest.raises(NeverDeliverable):
        AppriseChannel("chat").send(address, "A", MAIL, "1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost",
             "10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]", "[fe80::1]", "0.0.0.0"]
)  # fmt: skip
def test_a_private_address_is_refused_when_it_is_added(
    host: str, store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert _add(store_url, monkeypatch, f"gotify://{host}/Abcdefghijklmno") == ExitCode.USAGE
    said = capsys.readouterr().err
    assert PRIVATE in said or "is not a URL that apprise supports" in said
    assert sql(store_url, "SELECT FROM minibar_ml.ml_people") == []


def test_what_the_servers_settings_name_is_reached_and_nothing_else(
    internal: int, store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    address = f"ntfy://127.0.0.1:{internal}/topic"
    assert _add(store_url, monkeypatch, address, ML_PRIVATE_CHANNELS="127.0.0.1") == ExitCode.OK
    assert command(store_url, "people", "test", "ayse", ML_PRIVATE_CHANNELS="127.0.0.1") == ExitCode.OK
    assert len(Internal.asked) == 1
    # Who took the setting away again, or put the address there in another way, sends nothing.
    assert command(store_url, "people", "test", "ayse") == ExitCode.PARTLY_DONE
    assert PRIVATE in capsys.readouterr().out
    assert len(Internal.asked) == 1


def test_a_redirect_does_not_lead_to_a_private_address(internal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Internal, "location", f"http://127.0.0.2:{internal}/secret")
    for wish, reason in (("", "did not accept"), ("?redirect=yes", PRIVATE)):
        with pytest.raises(NotDelivered, match=reason):
            AppriseChannel("chat", ["127.0.0.1"]).send(f"ntfy://127.0.0.1:{internal}/t{wish}", "A", MAIL, "1")
    assert "/secret" not in Internal.asked


def test_a_name_that_leads_elsewhere_the_second_time_reaches_what_was_checked(
    internal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, list[str]()

    def rebinding(host: Any, *more: Any, **options: Any) -> Any:
        if host != "rebinding.example":
            return real(host, *more, **options)
        asked.append(host)
        # The check before a message sees a public address, the connection's own look-up a private one.
        return real("8.8.8.8" if len(asked) == 1 else "127.0.0.1", *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(NotDelivered, match=PRIVATE):
        AppriseChannel("chat").send(f"ntfy://rebinding.example:{internal}/t", "A", MAIL, "1")
    assert len(asked) == 2
    assert Internal.asked == []


def test_a_connection_goes_to_the_address_that_was_checked_and_asks_for_no_other(
    internal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, list[str]()

    def rebinding(host: Any, *more: Any, **options: Any) -> Any:
        if host != "rebinding.example":
            return real(host, *more, **options)
        asked.append(host)
        # Before a message and before its connection the name is allowed; whoever asks once more is led elsewhere.
        return real("127.0.0.1" if len(asked) <= 2 else "127.0.0.2", *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    AppriseChannel("chat", ["127.0.0.1"]).send(f"ntfy://rebinding.example:{internal}/t", "A", MAIL, "1")
    assert len(asked) == 2
    assert Internal.asked == ["/"]


def test_services_speak_by_the_library_whose_connections_are_checked() -> None:
    manager = NotificationManager()
    for name in sorted(ALLOWED):
        source = inspect.getsource(inspect.getmodule(manager[name]) or manager[name])
        assert "requests" in source, name
        for other in ("import socket", "import smtplib", "http.client", "urllib.request", "import paho", "import ssl"):
            assert other not in source, (name, other)


def test_a_url_of_every_kind_of_allowed_service_is_taken() -> None:
    for url in ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
                "tgram://123456789:abcdefg_hijklmnop/12315544/", "ntfys://8.8.8.8/topic",
                "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"):  # fmt: skip
        check(url)


def test_another_persons_sealed_address_is_opened_in_no_other_row(
    internal: int, store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    allowed = {"ML_PRIVATE_CHANNELS": "127.0.0.1"}
    assert _add(store_url, monkeypatch, f"ntfy://127.0.0.1:{internal}/of-ayse", **allowed) == ExitCode.OK
    done(store_url, "people", "add", "fatma", "--role", "administrator", "--email", "f@example.com", "--quiet")
    whose = "(SELECT id FROM minibar_ml.ml_people WHERE name = 'fatma')"
    for change in (
        "INSERT INTO minibar_ml.ml_channels (person_id, kind, shown, sealed)"
        f" SELECT {whose}, kind, shown, sealed FROM minibar_ml.ml_channels WHERE kind = 'chat'",
        f"DELETE FROM minibar_ml.ml_channels WHERE person_id = {whose} AND kind = 'chat'",
        f"UPDATE minibar_ml.ml_channels SET person_id = {whose} WHERE kind = 'chat'",
    ):
        sql(store_url, change)
        if change.startswith("DELETE"):
            continue
        assert command(store_url, "people", "test", "fatma", **allowed) == ExitCode.CONFIGURATION
        said = capsys.readouterr().err
        assert "sealed as the chat of person" in said and "people set" in said and "of-ayse" not in said
    assert Internal.asked == []
    sql(store_url, "UPDATE minibar_ml.ml_channels SET person_id = (SELECT min(id) FROM minibar_ml.ml_people)"
                   " WHERE kind = 'chat'")  # fmt: skip
    assert command(store_url, "people", "test", "ayse", **allowed) == ExitCode.OK
    assert Internal.asked == ["/"]


@pytest.mark.parametrize("bound", [("administrator", "--all-hotels"), ("administrator", "--hotel", "1")])
def test_only_who_keeps_the_server_writes_an_address_that_this_machine_calls(
    bound: tuple[str, ...], store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    try:
        assert _add(store_url, monkeypatch, "ntfys://8.8.8.8/topic") == ExitCode.OK
        boss = login(store_url, "boss", "--as", *bound)
        channel = "minibar_ml.ml_channels"
        (before,) = sql(store_url, f"SELECT person_id, kind, shown, sealed FROM {channel}")
        person = "INSERT INTO minibar_ml.ml_people (name, role, language) VALUES ('x', 'administrator', 'tr')"
        psql(boss, person)
        for statement in (
            f"INSERT INTO {channel} (person_id, kind, shown, sealed)"
            f" SELECT id, 'push', 'ntfy://', '\\x00' FROM minibar_ml.ml_people",
            f"INSERT INTO {channel} (person_id, kind, shown, sealed) SELECT p.id, 'chat', c.shown, c.sealed"
            f" FROM {channel} c CROSS JOIN minibar_ml.ml_people p WHERE p.name = 'x'",
            f"UPDATE {channel} SET sealed = '\\x00'",
            f"UPDATE {channel} SET person_id = (SELECT max(id) FROM minibar_ml.ml_people)",
            f"UPDATE {channel} SET kind = 'push'",
        ):
            psql(boss, statement)
            assert sql(store_url, f"SELECT person_id, kind, shown, sealed FROM {channel}") == [before], statement
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO("ntfys://8.8.8.8/other\n"))
        status = command(boss, "people", "set", "ayse", "--chat", "-", "--quiet", ML_ENCRYPTION_KEYS=KEY)
        assert status == ExitCode.PRECONDITION
        assert "error: The database role may not do this" in capsys.readouterr().err
    finally:
        drop_logins(store_url)
