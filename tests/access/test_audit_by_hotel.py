"""Who administers one hotel reads of the audit log what concerns it, and verifies all of it."""

from collections.abc import Iterator

import pytest
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.logins import drop_logins, login
from support.servers.sessions import staying

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine

LOG = "minibar_ml.ml_audit_log"
PEOPLE = {"ali": ("1", "ali@one.example"), "banu": ("2", "banu@two.example"), "genel": ("all", "genel@all.example")}
MODELS = (
    "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points, trained_at,"
    " is_active) SELECT 'statistics', 'room_consumption', h, 1, '', 1, now(), true FROM generate_series(1, 12) h"
)
MUTE = (
    "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
    " SELECT h, now(), now() + interval '1 day', 'x', 'x' FROM unnest('{1,2,12}'::int[]) h"
)
SEEN = f"SELECT action, subject FROM {LOG} WHERE action LIKE :action || '%' ORDER BY id"
SECRET = f"SELECT count(*) FROM {LOG} l WHERE CAST(l AS text) ~ 'banu|two.example'"


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """Two hotels with an alert, people, mutes, models and facts of each, and what the log says of them."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    with make_engine(store_url, ZONE).connect() as connection:
        raise_alerts(connection, HIGH_ROOM, LOW_STOCK)
        connection.commit()
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET hotel_id = 2 WHERE id = 2")
    for name, (hotel, address) in PEOPLE.items():
        _add(store_url, name, hotel, address)
        sql(store_url, "SELECT minibar_ml.record_action(NULL, 'message.sent', :said, NULL, NULL)",
            said=f"report 9 to {name} by email")  # fmt: skip
    for number in ("1", "2"):
        done(store_url, "alerts", "read", number, "--by", "x", "--quiet")
        done(store_url, "config", "set", "lead_time_days", "4", "--hotel", number, "--quiet")
    done(store_url, "config", "set", "lead_time_days", "5", "--quiet")
    sql(store_url, MUTE)
    sql(store_url, MODELS)
    for hotel in (1, 2, 12):
        sql(store_url, "UPDATE minibar_ml.ml_models SET is_active = false WHERE hotel_id = :hotel", hotel=hotel)
    yield store_url
    drop_logins(store_url)


def _add(url: str, name: str, hotel: str, address: str) -> None:
    words = ("--role", "administrator", "--hotel", hotel, "--email", address, "--quiet")
    done(url, "people", "add", name, *words)


def _subjects(url: str, action: str) -> list[str]:
    return [subject for _, subject in sql(url, SEEN, action=action)]


def test_an_administrator_reads_what_concerns_their_hotel_and_the_common_store(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    assert _subjects(boss, "people.") == ["person ali", "person ali", "person genel", "person genel"]
    assert _subjects(boss, "message.") == ["report 9 to ali by email", "report 9 to genel by email"]
    assert _subjects(boss, "alert.") == ["alert 1"]
    assert _subjects(boss, "config.")[-2:] == ["lead_time_days, hotel 1", "lead_time_days"]
    assert not any("hotel 2" in subject for subject in _subjects(boss, ""))
    assert _subjects(boss, "mute.") == ["mute 1"]
    assert _subjects(boss, "models.") == ["room_consumption, hotel 1"]
    assert sql(hotels, SECRET) != [(0,)]
    assert sql(boss, SECRET) == [(0,)]


def test_what_waited_for_the_log_is_read_by_the_same_people(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    keeper = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "2")
    with staying(keeper, "SELECT minibar_ml.record_action(NULL, 'alert.list', 'x', NULL, NULL)"):
        sql(hotels, MUTE)
        for name, hotel in (("can", "1"), ("deniz", "2")):
            _add(hotels, name, hotel, f"{name}@{'one' if hotel == '1' else 'two'}.example")
        done(hotels, "people", "set", "can", "--hotel", "2", "--quiet")
        done(hotels, "people", "set", "can", "--hotel", "1", "--quiet")
    sql(hotels, "UPDATE minibar_ml.ml_audit_waiting SET at = at - interval '2 minutes'")
    sql(hotels, "SELECT minibar_ml.record_waiting()")
    assert sql(hotels, f"SELECT count(*) > 4 FROM {LOG} WHERE after ? 'done_at'") == [(True,)]
    assert _subjects(boss, "mute.") == ["mute 1", "mute 4"]
    assert _subjects(boss, "people.").count("person can") == 4
    assert "person deniz" not in _subjects(boss, "people.")
    assert sql(boss, SECRET) == [(0,)]


def test_they_read_what_they_did_themselves(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    done(boss, "alerts", "list", "--quiet")
    assert _subjects(boss, "alert.list") == ["1 alerts"]
    assert _subjects(login(hotels, "other", "--as", "administrator", "--hotel", "1"), "alert.list") == []


def test_an_administrator_of_all_hotels_reads_the_whole_log(hotels: str) -> None:
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    count = f"SELECT count(*) FROM {LOG}"
    assert sql(chief, count) == sql(hotels, count)


def test_an_address_of_a_person_who_is_gone_is_not_read_under_their_name(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    done(hotels, "people", "remove", "banu", "--quiet")
    _add(hotels, "banu", "1", "b@one.example")
    assert sql(boss, f"SELECT count(*) FROM {LOG} l WHERE CAST(l AS text) ~ 'two.example'") == [(0,)]
    assert _subjects(boss, "people.channel") == ["person ali", "person genel", "person banu"]


def test_whatever_reads_some_of_the_log_verifies_all_of_it(hotels: str, capsys: pytest.CaptureFixture[str]) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    chief = login(hotels, "chief", "--as", "administrator", "--all-hotels")
    viewer = login(hotels, "viewer", "--as", "viewer", "--all-hotels")
    ((entries,),) = sql(hotels, f"SELECT count(*) FROM {LOG}")
    for who in (boss, chief):
        capsys.readouterr()
        assert command(who, "audit", "verify") == ExitCode.OK
        assert f"{entries} entries, chain intact" in capsys.readouterr().out
        head = command(who, "audit", "head")
        assert head == ExitCode.OK
        kept = capsys.readouterr().out.strip()
        assert command(who, "audit", "verify", "--head", kept) == ExitCode.OK
    assert command(viewer, "audit", "verify") == ExitCode.PRECONDITION
    sql(hotels, f"ALTER TABLE {LOG} DISABLE TRIGGER ml_audit_log_grows")
    sql(hotels, f"UPDATE {LOG} SET os_user = 'x' WHERE subject = 'person banu'")
    said = {}
    for name, who in (("boss", boss), ("chief", chief)):
        capsys.readouterr()
        assert command(who, "audit", "verify") == ExitCode.UNEXPECTED
        shown = capsys.readouterr()
        said[name] = shown.out + shown.err
    assert "(people.add, person banu) does not follow" in said["chief"]
    assert "(people.add) does not follow" in said["boss"]
    assert "banu" not in said["boss"]
