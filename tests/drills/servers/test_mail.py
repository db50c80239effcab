"""Mail servers fail in every way they know: nothing is lost, nothing is sent twice, a second copy is known for one."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.hotels.simulated import KEY, ZONE, command, sql
from support.servers.mail_server import Mailbox, free_port, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode

OUTBOX = "SELECT kind, status, attempts, reason, next_at - now() AS pause FROM minibar_ml.ml_outbox ORDER BY id"
LATER = "UPDATE minibar_ml.ml_outbox SET next_at = now() WHERE status = 'waiting'"


@pytest.fixture
def hotel(store_url: str) -> str:
    """A store with one person, whom every alert of hotel 1 concerns."""
    add(store_url, "ayse")
    return store_url


def add(url: str, name: str, *options: str) -> None:
    address = f"{name}@otel.example"
    assert (
        command(
            url,
            "people",
            "add",
            name,
            "--role",
            "administrator",
            "--email",
            address,
            "--severity",
            "low",
            *options,
            "--quiet",
        )
        == 0
    )


def notify(url: str, mailbox: Mailbox, *options: str, **settings: str) -> int:
    return command(url, "alerts", "notify", "--quiet", *options, **mailbox.settings(**settings))


def outbox(url: str) -> list[Any]:
    return sql(url, OUTBOX)


def ids(mailbox: Mailbox) -> list[str]:
    return [message["Message-ID"] for message in mailbox.accepted]


def test_each_alert_is_sent_once_however_often_notify_runs(hotel: str) -> None:
    raise_alerts(hotel, 3)
    with serving(Mailbox()) as mailbox:
        for _ in range(3):
            assert notify(hotel, mailbox) == ExitCode.OK
    assert len(set(ids(mailbox))) == len(mailbox.accepted) == 3
    assert {row.status for row in outbox(hotel)} == {"sent"}


def test_where_nothing_listens_the_message_waits_longer_each_time_and_arrives_later(hotel: str) -> None:
    raise_alerts(hotel)
    away = Mailbox()
    away.port = free_port()
    pauses = []
    for attempt in range(1, 5):
        assert notify(hotel, away) == ExitCode.PARTLY_DONE
        (row,) = outbox(hotel)
        assert (row.status, row.attempts) == ("waiting", attempt)
        assert "connection refused" in row.reason
        pauses.append(row.pause)
        sql(hotel, LATER)
    assert all(timedelta(seconds=20 * 2**n) < pause <= timedelta(minutes=2**n) for n, pause in enumerate(pauses))
    with serving(Mailbox()) as mailbox:
        assert notify(hotel, mailbox) == ExitCode.OK
    assert len(mailbox.accepted) == 1


def test_a_server_that_does_not_answer_in_time_is_given_up_for_this_run(hotel: str) -> None:
    raise_alerts(hotel, 5)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        mailbox = Mailbox()
        mailbox.port = deaf.getsockname()[1]
        assert notify(hotel, mailbox, ML_SMTP_TIMEOUT="1") == ExitCode.PARTLY_DONE
    rows = outbox(hotel)
    assert sorted(row.attempts for row in rows) == [0, 0, 0, 0, 1]
    (reason,) = [row.reason for row in rows if row.attempts]
    # Before the greeting or while it is read, smtplib says it in other words.
    assert reason.startswith(f"mail server localhost, port {mailbox.port}: ") and reason.endswith("timed out")


def test_a_refusal_in_passing_is_tried_again_with_the_same_message_id(hotel: str) -> None:
    raise_alerts(hotel)
    refused: list[str] = []

    def busy(mailbox: Mailbox, _server: Any) -> str | None:
        refused.append(mailbox.accepted[-1]["Message-ID"])
        return "451 greylisted, come back" if len(refused) == 1 else None

    with serving(Mailbox(at_data=busy)) as mailbox:
        assert notify(hotel, mailbox) == ExitCode.OK
        (row,) = outbox(hotel)
        assert (row.status, row.reason) == ("waiting", "the mail server replied 451 greylisted, come back")
        sql(hotel, LATER)
        assert notify(hotel, mailbox) == ExitCode.OK
    assert refused == ids(mailbox) * 2


def test_an_address_that_is_refused_for_good_is_given_up_at_once_and_the_others_get_theirs(
    hotel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add(hotel, "mehmet")
    raise_alerts(hotel)

    def unknown(_mailbox: Mailbox, address: str) -> str | None:
        return "550 no such user" if address.startswith("ayse") else None

    with serving(Mailbox(at_rcpt=unknown)) as mailbox:
        assert notify(hotel, mailbox) == ExitCode.PARTLY_DONE
    assert "1 message given up" in capsys.readouterr().err
    assert [message["To"] for message in mailbox.accepted] == ["mehmet <mehmet@otel.example>"]
    assert sorted((row.status, row.attempts, row.reason) for row in outbox(hotel)) == [
        ("failed", 1, "the mail server replied 550 no such user"),
        ("sent", 1, None),
    ]
    capsys.readouterr()
    assert command(hotel, "status") == ExitCode.UNEXPECTED
    assert "given up: the mail server replied 550 no such user" in " ".join(capsys.readouterr().out.split())
    with serving(Mailbox()) as repaired:
        assert notify(hotel, repaired) == ExitCode.OK
        assert repaired.accepted == []
        assert notify(hotel, repaired, "--retry-failed") == ExitCode.OK
    assert [message["To"] for message in repaired.accepted] == ["ayse <ayse@otel.example>"]


def test_after_so_many_attempts_a_message_is_given_up_and_says_why(hotel: str) -> None:
    raise_alerts(hotel)
    away = Mailbox()
    away.port = free_port()
    for _ in range(3):
        notify(hotel, away, ML_NOTIFY_ATTEMPTS="3")
        sql(hotel, LATER)
    (row,) = outbox(hotel)
    assert row.status == "failed"
    assert row.reason.endswith("(given up after 3 attempts)")


def test_a_connection_that_breaks_after_the_text_leads_to_a_second_copy_with_the_same_message_id(hotel: str) -> None:
    raise_alerts(hotel)

    def drop(mailbox: Mailbox, server: Any) -> str | None:
        if len(mailbox.accepted) == 1:
            server.transport.abort()
        return None

    with serving(Mailbox(at_data=drop)) as mailbox:
        notify(hotel, mailbox)
        assert outbox(hotel)[0].status == "waiting"
        sql(hotel, LATER)
        assert notify(hotel, mailbox) == ExitCode.OK
    assert outbox(hotel)[0].status == "sent"
    assert len(mailbox.accepted) == 2
    assert len(set(ids(mailbox))) == 1


def start_notify(url: str, mailbox: Mailbox, folder: Path) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ML_")}
    environment |= {"ML_DATABASE_URL": url, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY, **mailbox.settings()}
    code = "from minibar_ml.cli.app import run; run()"
    words = [sys.executable, "-c", code, "alerts", "notify"]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, env=environment, cwd=folder, stdout=pipe, stderr=pipe, text=True)


def test_a_run_killed_between_acceptance_and_commit_loses_nothing(hotel: str, tmp_path: Path) -> None:
    raise_alerts(hotel, 3)
    running: list[subprocess.Popen[str]] = []

    def kill(mailbox: Mailbox, _server: Any) -> str | None:
        if len(mailbox.accepted) == 2:
            running[0].send_signal(signal.SIGKILL)
            running[0].wait()
        return None

    with serving(Mailbox(at_data=kill)) as mailbox:
        running.append(start_notify(hotel, mailbox, tmp_path))
        running[0].communicate()
        assert running[0].returncode == -signal.SIGKILL
        assert sorted(row.status for row in outbox(hotel)) == ["sent", "waiting", "waiting"]
        assert notify(hotel, mailbox) == ExitCode.OK
        assert len(mailbox.accepted) == 2, "nobody touches what another run may still be sending"
        sql(hotel, LATER)
        assert notify(hotel, mailbox) == ExitCode.OK
    assert len(mailbox.accepted) == 4
    assert len(set(ids(mailbox))) == 3
    assert {row.status for row in outbox(hotel)} == {"sent"}


def test_a_run_that_is_asked_to_end_gives_back_what_it_has_not_begun(hotel: str, tmp_path: Path) -> None:
    raise_alerts(hotel, 4)
    running: list[subprocess.Popen[str]] = []

    def end(mailbox: Mailbox, _server: Any) -> str | None:
        if len(mailbox.accepted) == 2:
            running[0].send_signal(signal.SIGTERM)
            running[0].wait()
        return None

    with serving(Mailbox(at_data=end)) as mailbox:
        running.append(start_notify(hotel, mailbox, tmp_path))
        _, said = running[0].communicate()
        assert running[0].returncode == 128 + signal.SIGTERM
        assert "Stopped by SIGTERM; " in said
        ((outcome, error),) = sql(hotel, "SELECT outcome, error FROM minibar_ml.ml_job_runs WHERE job = 'notify'")
        assert (outcome, error) == ("failed", said.strip().splitlines()[-1])
        assert notify(hotel, mailbox) == ExitCode.OK
        assert len(set(ids(mailbox))) == len(mailbox.accepted) == 4, "but the one that was being sent"
        sql(hotel, LATER)
        assert notify(hotel, mailbox) == ExitCode.OK
    assert len(set(ids(mailbox))) == 4
    assert {row.status for row in outbox(hotel)} == {"sent"}


def test_of_two_runs_at_once_one_works_and_nothing_is_sent_twice(hotel: str, tmp_path: Path) -> None:
    raise_alerts(hotel, 8)
    with serving(Mailbox()) as mailbox:
        both = [start_notify(hotel, mailbox, tmp_path) for _ in range(2)]
        for one in both:
            one.communicate()
        assert {one.returncode for one in both} <= {ExitCode.OK, ExitCode.LOCKED}
        assert ExitCode.OK in {one.returncode for one in both}
    assert len(mailbox.accepted) == len(set(ids(mailbox))) == 8


def test_ten_thousand_alerts_at_once_are_one_digest_a_person(hotel: str) -> None:
    add(hotel, "mehmet", "--lang", "tr")
    raise_alerts(hotel, 10_000)
    with serving(Mailbox()) as mailbox:
        assert notify(hotel, mailbox) == ExitCode.OK
        assert notify(hotel, mailbox) == ExitCode.OK
    subjects = {message["To"].addresses[0].username: message["Subject"] for message in mailbox.accepted}
    assert len(mailbox.accepted) == 2
    assert subjects == {"ayse": "10000 alerts: High 10000", "mehmet": "10000 uyarı: Yüksek 10000"}
    kinds = {(row.kind, row.status) for row in outbox(hotel)}
    assert kinds == {("alert", "sent"), ("digest", "sent")}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate of localhost and its key, in one PEM file each."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_starttls_with_a_certificate_that_is_trusted_delivers_and_doctor_is_let_in(
    hotel: str, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_alerts(hotel)
    trusted = {"ML_SMTP_TLS": "starttls", "ML_SMTP_CA_FILE": str(certificate / "cert.pem")}
    with serving(Mailbox(), tls_context=server_context(certificate), require_starttls=True) as mailbox:
        assert notify(hotel, mailbox, **trusted) == ExitCode.OK
        capsys.readouterr()
        command(hotel, "doctor", **mailbox.settings(**trusted))
        shown = capsys.readouterr().out
    reached = f"localhost, port {mailbox.port}: reached with STARTTLS; no login is set (ML_SMTP_USER)"
    assert f"ok        mail        {reached}" in shown
    assert len(mailbox.accepted) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused_and_the_mail_waits(
    hotel: str, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_alerts(hotel)
    with serving(Mailbox(), tls_context=server_context(certificate), require_starttls=True) as mailbox:
        assert notify(hotel, mailbox, ML_SMTP_TLS="starttls") == ExitCode.PARTLY_DONE
        capsys.readouterr()
        assert command(hotel, "doctor", **mailbox.settings(ML_SMTP_TLS="starttls")) == ExitCode.UNEXPECTED
        assert "certificate not trusted" in " ".join(capsys.readouterr().out.split())
    assert mailbox.accepted == []
    assert "certificate not trusted" in outbox(hotel)[0].reason


def test_a_server_without_tls_gets_no_mail_where_tls_is_wanted(hotel: str) -> None:
    raise_alerts(hotel)
    with serving(Mailbox()) as mailbox:
        assert notify(hotel, mailbox, ML_SMTP_TLS="starttls") == ExitCode.PARTLY_DONE
    assert mailbox.accepted == []


def test_a_wrong_password_is_reported_without_the_password_and_the_mail_waits(
    hotel: str, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_alerts(hotel)

    def right(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
        return AuthResult(success=login.password == b"right-Passw0rd", handled=False)

    known = {
        "ML_SMTP_TLS": "starttls",
        "ML_SMTP_CA_FILE": str(certificate / "cert.pem"),
        "ML_SMTP_USER": "minibar",
    }
    options = {"authenticator": right, "auth_required": True, "auth_require_tls": True}
    with serving(Mailbox(), tls_context=server_context(certificate), **options) as mailbox:
        wrong = mailbox.settings(**known, ML_SMTP_PASSWORD="wr0ng-Passw0rd")
        assert command(hotel, "alerts", "notify", "--verbose", **wrong) == ExitCode.PARTLY_DONE
        command(hotel, "doctor", "--verbose", **wrong)
        command(hotel, "people", "test", "ayse", "--verbose", **wrong)
        shown = capsys.readouterr()
        assert "login failed for user minibar" in outbox(hotel)[0].reason
        assert "wr0ng" not in shown.out + shown.err + str(sql(hotel, "SELECT a.*::text FROM minibar_ml.ml_audit_log a"))
        assert mailbox.accepted == []
        sql(hotel, LATER)
        assert notify(hotel, mailbox, **known, ML_SMTP_PASSWORD="right-Passw0rd") == ExitCode.OK
    assert len(mailbox.accepted) == 1
