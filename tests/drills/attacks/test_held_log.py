"""Who holds the audit log stops no job and has nothing sent twice; what was done meanwhile is on record afterwards."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url
from support.alerts.outbox import add
from support.hotels.simulated import NOTHING_TO_LEARN, command, done, sql
from support.servers.logins import drop_logins, login
from support.servers.mail_server import Mailbox, raise_alerts, serving
from support.servers.sessions import staying

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store import failures

WAIT = 1
HOLD = ("SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, NULL)",
        "SET idle_in_transaction_session_timeout = 0")  # fmt: skip
ENTRIES = "SELECT subject FROM minibar_ml.ml_audit_log WHERE action = :action ORDER BY id"
CHANGED = {"ML_NOTIFY_SECONDS": "49", **NOTHING_TO_LEARN}
JOBS = (("collect",), ("train",), ("detect",), ("alerts", "notify"), ("report", "weekly", "--out", "."),
        ("report", "dashboard", "--out", "."))  # fmt: skip
MOST = 20
"""Seconds; a wait for the log in vain takes longer, since jobs try four times."""
USER = (
    "INSERT INTO kullanicilar (kullanici_adi, ad, soyad, email, rol, aktif)"
    " VALUES ('mehmet', 'Mehmet', 'Kaya', 'mehmet@otel.example', 'admin', true)"
)


@pytest.fixture
def hotel(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store with two people and three alerts to send."""
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", WAIT)
    done(store_url, "db", "roles", "--apply", "--quiet")
    for name in ("ayse", "fatma"):
        add(store_url, name)
    raise_alerts(store_url, 3)
    yield store_url
    drop_logins(store_url)


@pytest.fixture
def jobs(hotel: str) -> str:
    """The login of the jobs, which has no more rights than they need."""
    url = login(hotel, "jobs")
    sql(hotel, f"GRANT minibar_ml_collector TO {make_url(url).username}")
    return url


@pytest.fixture
def keeper(hotel: str) -> str:
    """The login of a storekeeper of hotel 1, who may only look."""
    return login(hotel, "keeper", "--as", "storekeeper", "--hotel", "1")


def test_who_holds_the_log_has_no_message_kept_back_or_sent_twice(
    hotel: str, jobs: str, keeper: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Mailbox()) as mailbox:
        done(jobs, "collect", "--quiet", **mailbox.settings())  # after which no settings have changed
        with staying(keeper, *HOLD) as pid:
            capsys.readouterr()
            assert command(jobs, "alerts", "notify", **mailbox.settings()) == ExitCode.OK
            said = capsys.readouterr().err
            assert "6 entries wait for the audit log" in said
            assert f"role {make_url(keeper).username}, process {pid}" in said
            assert len(mailbox.accepted) == 6
            assert sql(hotel, "SELECT DISTINCT status FROM minibar_ml.ml_outbox") == [("sent",)]
            assert sql(hotel, "SELECT outcome FROM minibar_ml.ml_job_runs WHERE job = 'notify'") == [("partly",)]
            command(jobs, "status")
            told = " ".join(capsys.readouterr().out.split())
            assert "notify was only partly done: 6 entries wait for the audit log" in told
            # Claims are over by then, so that what was not marked would be sent again.
            sql(hotel, "UPDATE minibar_ml.ml_outbox SET next_at = now()")
            assert command(jobs, "alerts", "notify", "--quiet", **mailbox.settings()) == ExitCode.OK
        assert sql(hotel, ENTRIES, action="message.sent") == []
        done(jobs, "alerts", "notify", "--quiet", **mailbox.settings())
        assert set(Counter(mail["Message-ID"] for mail in mailbox.accepted).values()) == {1}
    recorded = [subject for (subject,) in sql(hotel, ENTRIES, action="message.sent")]
    assert len(recorded) == 6
    assert sorted(recorded) == sorted(set(recorded))
    done(hotel, "audit", "verify", "--quiet")


@pytest.mark.parametrize("words", JOBS, ids=lambda words: " ".join(words))
def test_who_holds_the_log_stops_no_job_and_what_it_did_is_recorded_afterwards(
    hotel: str, jobs: str, keeper: str, words: tuple[str, ...]
) -> None:
    done(jobs, "collect", "--quiet")
    noted = len(sql(hotel, ENTRIES, action="settings.changed"))
    with staying(keeper, *HOLD):
        began = time.monotonic()
        for _ in range(2):
            assert command(jobs, *words, "--quiet", **CHANGED) == ExitCode.OK
        assert time.monotonic() - began < MOST
    waited = sql(hotel, "SELECT action, subject FROM minibar_ml.ml_audit_waiting ORDER BY id")
    assert [subject for action, subject in waited if action == "settings.changed"] == ["ML_NOTIFY_SECONDS"]
    sql(hotel, "DELETE FROM minibar_ml.ml_run_marks")
    done(jobs, "collect", "--quiet", **CHANGED)
    assert sql(hotel, "SELECT FROM minibar_ml.ml_audit_waiting") == []
    assert sql(hotel, ENTRIES, action="settings.changed")[noted:] == [("ML_NOTIFY_SECONDS",)]
    recorded = sql(
        hotel, "SELECT action, subject FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT :n", n=len(waited)
    )
    assert recorded[::-1] == waited
    done(hotel, "audit", "verify", "--quiet")


def test_an_entry_that_waited_is_of_the_login_that_left_it_and_moved_by_the_next_minute_of_notify(
    hotel: str, jobs: str, keeper: str
) -> None:
    with serving(Mailbox()) as mailbox:
        for _ in range(2):
            done(jobs, "alerts", "notify", "--quiet", **mailbox.settings())
        with staying(keeper, *HOLD):
            done(hotel, "access", "add", str(make_url(keeper).username), "--as", "viewer", "--all-hotels", "--quiet")
        assert [action for (action,) in sql(hotel, "SELECT action FROM minibar_ml.ml_audit_waiting")] == ["access.add"]
        done(jobs, "alerts", "notify", "--quiet", **mailbox.settings())
    assert sql(hotel, "SELECT FROM minibar_ml.ml_audit_waiting") == []
    asked = "SELECT database_role FROM minibar_ml.ml_audit_log WHERE action = 'access.add' ORDER BY id DESC LIMIT 1"
    owner = make_url(hotel).username or sql(hotel, "SELECT session_user")[0][0]
    assert sql(hotel, asked) == [(owner,)]
    done(hotel, "audit", "verify", "--quiet")


def test_what_the_hotel_application_makes_of_people_and_addresses_is_on_record(hotel: str, jobs: str) -> None:
    steps = (USER, "UPDATE kullanicilar SET email = 'eve@elsewhere.example' WHERE kullanici_adi = 'mehmet'",
             "UPDATE kullanicilar SET email = NULL WHERE kullanici_adi = 'mehmet'",
             "UPDATE kullanicilar SET aktif = false WHERE kullanici_adi = 'mehmet'")  # fmt: skip
    told = []
    with serving(Mailbox()) as mailbox:
        for step in steps:
            known = len(sql(hotel, ENTRIES, action="people.follow"))
            sql(hotel, step)
            for _ in range(2):  # the second time nothing is new
                sql(hotel, "DELETE FROM minibar_ml.ml_run_marks")
                done(jobs, "alerts", "notify", "--quiet", **mailbox.settings())
            told.append([table for (table,) in sql(hotel, ENTRIES, action="people.follow")[known:]])
    # Of an address that is gone, its messages are too.
    assert told == [["ml_people", "ml_channels"], ["ml_channels"], ["ml_channels", "ml_outbox"], ["ml_people"]]
    asked = "SELECT before #>> '{0,shown}', after #>> '{0,shown}' FROM minibar_ml.ml_audit_log WHERE subject = :of"
    addresses = sql(hotel, f"{asked} AND action = 'people.follow' ORDER BY id", of="ml_channels")
    assert [tuple(row) for row in addresses] == [
        (None, "mehmet@otel.example"), ("mehmet@otel.example", "eve@elsewhere.example"), ("eve@elsewhere.example", None)
    ]  # fmt: skip


def test_what_a_command_of_the_jobs_changes_of_people_is_recorded_once(hotel: str, jobs: str) -> None:
    sql(hotel, USER)
    done(jobs, "people", "set", "ayse", "--email", "ayse@elsewhere.example", "--quiet")
    done(jobs, "alerts", "notify", "--quiet")
    entries = sql(hotel, "SELECT action, subject FROM minibar_ml.ml_audit_log"
                         " WHERE action LIKE 'people.%' AND id > 0 ORDER BY id DESC LIMIT 3")  # fmt: skip
    assert sorted(tuple(entry) for entry in entries) == [
        ("people.channel", "person ayse"), ("people.follow", "ml_channels"), ("people.follow", "ml_people")
    ]  # fmt: skip
