"""`keys rotate` seals every model by a new key, in steps that each may be the last; `keys prune` takes old keys out."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from support.hotels.simulated import AS_OF, KEY, ZONE, alerts, command, sql

from minibar_ml.artifacts.envelope import open_sealed, seal
from minibar_ml.artifacts.key_file import put_new_key_first, take_out
from minibar_ml.artifacts.keys import create_key_file, fingerprint, load_keys
from minibar_ml.artifacts.tokens import UNBOUND, open_token, place_of
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.models import ModelHeader
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def key_of_models(key_file: Path) -> Path:
    """The key file with the key that the trained hotel's models are sealed by."""
    key_file.write_text(f"{KEY}\n")
    return key_file


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "the.key"
    create_key_file(path)
    return path


class Vault:
    """A store, and commands on it with a key file."""

    def __init__(self, url: str, path: Path, capsys: Capture) -> None:
        self.url, self.path, self.capsys = url, path, capsys

    def __call__(self, *arguments: str) -> int:
        return command(self.url, *arguments, ML_ENCRYPTION_KEYS="", ML_KEY_FILE=str(self.path))

    def keys(self) -> list[str]:
        return self.path.read_text().split()

    def status(self) -> dict[str, Any]:
        self.capsys.readouterr()
        assert self("keys", "status", "--json") == 0
        shown: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return shown

    def add(self, count: int) -> None:
        """Models sealed by the newest key, with ids that count up."""
        keys = load_keys(Settings(key_file=self.path))
        for version in range(1, count + 1):
            blob = seal({"a": version}, ModelHeader("statistics", "occupancy", 1, version), keys)
            sql(
                self.url,
                "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points,"
                " trained_at) VALUES ('statistics', 'occupancy', 1, :version, :blob, 1, now())",
                version=version, blob=blob,
            )  # fmt: skip

    def opened(self, path: Path | None = None) -> list[int]:
        """What is in the models that the keys of a file open, each as the very version that it is."""
        keys = load_keys(Settings(key_file=path or self.path))
        rows = sql(self.url, "SELECT version, model_data FROM minibar_ml.ml_models ORDER BY version")
        return [open_sealed(bytes(r[1]), ModelHeader("statistics", "occupancy", 1, r[0]), keys)["a"] for r in rows]


@pytest.fixture
def vault(store_url: str, key_file: Path, capsys: Capture) -> Vault:
    return Vault(store_url, key_file, capsys)


def hexed(key: str) -> str:
    return fingerprint(key).hex()


def test_a_rotation_seals_all_models_by_a_new_key_and_the_old_one_can_then_go(vault: Vault, tmp_path: Path) -> None:
    vault.add(45)
    (old,) = vault.keys()
    assert vault.status()["models"] == {hexed(old): 45}
    assert vault("keys", "rotate") == 0
    said = vault.capsys.readouterr()
    new, kept = vault.keys()
    assert kept == old != new
    assert said.out == f"{hexed(new)}  new, 45 models resealed\n"
    assert not any(key in said.out + said.err for key in (old, new))
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["the.key"], "no temporary file is left"
    shown = vault.status()
    assert (shown["models"], shown["removable"]) == ({hexed(new): 45}, [hexed(old)])
    assert vault("keys", "prune") == 0
    assert vault.keys() == [new]
    assert vault.opened() == list(range(1, 46))
    audited = sql(vault.url, "SELECT action, before, after FROM minibar_ml.ml_audit_log ORDER BY id")
    assert [row[0] for row in audited] == ["keys.rotate", *["keys.reseal"] * 3, "keys.prune"]
    assert tuple(audited[0])[1:] == ([hexed(old)], [hexed(new), hexed(old)])
    assert tuple(audited[-1])[1:] == ([hexed(new), hexed(old)], [hexed(new)])


def test_a_key_that_models_need_is_not_taken_out(vault: Vault) -> None:
    vault.add(3)
    put_new_key_first(vault.path)
    before = vault.keys()
    assert vault("keys", "prune") == 5
    assert "3 stored models still sealed with" in vault.capsys.readouterr().err
    assert vault.keys() == before
    assert vault.status()["removable"] == []


def test_a_rotation_that_a_run_began_is_finished_without_another_key(vault: Vault) -> None:
    vault.add(3)
    put_new_key_first(vault.path)
    before = vault.keys()
    vault("doctor")
    assert "3 models still sealed with an old key" in vault.capsys.readouterr().out
    assert vault("keys", "rotate") == 0
    assert "unchanged, 3 models resealed" in vault.capsys.readouterr().out
    assert vault.keys() == before
    assert vault.status()["models"] == {hexed(before[0]): 3}
    vault("doctor")
    assert "an old key" not in vault.capsys.readouterr().out


KILLED = """
import os, signal, sys
from pathlib import Path
from minibar_ml.cli.app import main
from minibar_ml.jobs import rotation
rotation.run.__defaults__ = (5,)
real, batches = rotation.models.mark_resealed, []
def slow(connection, sealed):
    real(connection, sealed)
    batches.append(len(sealed))
    if len(batches) == 3:  # in the middle of a transaction: two batches are committed, the third is not
        Path(sys.argv[1]).touch()
        signal.pause()
rotation.models.mark_resealed = slow
main(["keys", "rotate"])
"""


def test_a_rotation_that_is_killed_loses_nothing_and_the_next_one_goes_on(vault: Vault, tmp_path: Path) -> None:
    vault.add(23)
    (old,) = vault.keys()
    mark = tmp_path / "reached"
    environment = {"ML_DATABASE_URL": vault.url, "ML_TIMEZONE": ZONE, "ML_KEY_FILE": str(vault.path)}
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(mark)], env=os.environ | environment)
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    new, kept = vault.keys()
    assert kept == old
    # The server notices that its client is gone and takes the half batch back; then the lock is free.
    while sql(vault.url, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'minibar-ml keys rotate'"):
        time.sleep(0.02)
    assert vault.status()["models"] == {hexed(new): 10, hexed(old): 13}
    assert vault.opened() == list(range(1, 24)), "every model can be opened in between"
    assert vault("keys", "prune") == 5
    assert vault("keys", "rotate") == 0
    assert vault.status()["models"] == {hexed(new): 23}
    assert vault.keys() == [new, old]
    assert vault.opened() == list(range(1, 24))


def test_a_model_that_was_changed_or_swapped_is_not_sealed_again_and_hinders_no_other(vault: Vault) -> None:
    vault.add(4)
    (old,) = vault.keys()
    sql(vault.url, "UPDATE minibar_ml.ml_models SET model_data = set_byte(model_data, 90, 1) WHERE version = 1")
    sql(
        vault.url,
        "UPDATE minibar_ml.ml_models m SET model_data = o.model_data FROM minibar_ml.ml_models o"
        " WHERE m.version = 2 AND o.version = 3",
    )
    assert vault("keys", "rotate") == 6
    said = vault.capsys.readouterr()
    assert "2 models resealed" in said.out
    assert "changed after it was sealed" in said.err
    assert "put in the wrong place" in said.err
    assert vault.status()["models"] == {hexed(vault.keys()[0]): 2, hexed(old): 2}


def test_only_one_rotates_at_a_time_and_none_while_a_training_seals(vault: Vault) -> None:
    with make_engine(vault.url, ZONE).connect() as other:
        for lock in ("keys", "train"):
            with exclusive(other, lock):
                assert vault("keys", "rotate") == 75
                assert vault("keys", "prune") == 75
    assert len(vault.keys()) == 1


def test_keys_of_the_environment_are_rotated_by_whoever_sets_them(vault: Vault, tmp_path: Path) -> None:
    vault.add(2)
    (old,) = vault.keys()
    create_key_file(tmp_path / "new.key")
    new = (tmp_path / "new.key").read_text().strip()
    assert command(vault.url, "keys", "rotate", ML_ENCRYPTION_KEYS=old) == 0
    assert "put a new key in front of it" in vault.capsys.readouterr().err
    assert command(vault.url, "keys", "rotate", ML_ENCRYPTION_KEYS=f"{new},{old}") == 0
    assert vault.opened(tmp_path / "new.key") == [1, 2]
    assert command(vault.url, "keys", "prune", ML_ENCRYPTION_KEYS=f"{new},{old}") == 3
    assert vault.keys() == [old], "a file that is not in use stays as it is"


def test_status_without_the_store_says_what_it_does_not_know(key_file: Path, capsys: Capture) -> None:
    assert command("", "keys", "status", ML_ENCRYPTION_KEYS="", ML_KEY_FILE=str(key_file)) == 0
    said = capsys.readouterr()
    assert "seals and opens" in said.out
    assert "need" not in said.out
    assert "Use of keys unknown: ML_DATABASE_URL is not set" in said.err


def test_status_names_models_whose_key_is_not_here_and_damaged_ones(vault: Vault) -> None:
    vault.add(3)
    (lost,) = vault.keys()
    sql(vault.url, "UPDATE minibar_ml.ml_models SET model_data = CAST('x' AS bytea) WHERE version = 3")
    vault.path.unlink()
    create_key_file(vault.path)
    assert vault("keys", "status") == 0
    said = vault.capsys.readouterr()
    assert "not needed yet" in said.out
    assert f"2 models sealed with the missing key {hexed(lost)}" in said.err
    assert "1 damaged model" in said.err


def test_a_key_file_that_can_not_be_written_is_left_as_it_was(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_file.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match=r"No space left on device.*nothing was changed"):
        put_new_key_first(key_file)
    assert key_file.read_bytes() == before
    assert [one.name for one in key_file.parent.iterdir()] == ["the.key"]


def test_a_link_to_the_key_file_stays_a_link(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.key"
    link.symlink_to(key_file)
    keys = put_new_key_first(link)
    assert link.is_symlink()
    assert len(key_file.read_text().split()) == 2
    take_out(link, keys.fingerprints[1:])
    assert load_keys(Settings(key_file=key_file)).fingerprints == keys.fingerprints[:1]


def test_nothing_that_shows_how_much_goes_unnoticed_is_stored_in_the_clear(
    trained: str, key_of_models: Path, capsys: Capture
) -> None:
    vault = Vault(trained, key_of_models, capsys)
    clear = sql(vault.url, "SELECT DISTINCT jsonb_object_keys(parameters) FROM minibar_ml.ml_models ORDER BY 1")
    assert [row[0] for row in clear] == ["since", "until"]
    logged = sql(vault.url, "SELECT DISTINCT jsonb_object_keys(metrics) FROM minibar_ml.ml_training_logs ORDER BY 1")
    assert {row[0] for row in logged} <= {"faults", "judged", "recall", "precision", "accuracy", "margin"}
    asked = "SELECT id FROM minibar_ml.ml_models WHERE metric_type = 'room_consumption' AND model_type = 'statistics'"
    model = str(sql(vault.url, asked)[0][0])
    vault.capsys.readouterr()
    assert vault("models", "show", model, "--json") == 0
    shown = json.loads(vault.capsys.readouterr().out)
    assert shown["training"] == {"min_data_points": 100, "alert_budget": 1.0}
    assert shown["quality"]["threshold"] > 1
    assert shown["quality"]["recall"] == shown["recall"] is not None
    assert vault("models", "show", model) == 0
    shown = vault.capsys.readouterr().out
    assert "alert_budget               1\n" in shown
    assert "threshold" in shown
    assert vault("models", "show", "0") == 5
    vault.path.unlink()
    create_key_file(vault.path)
    assert vault("models", "show", model) == 5
    assert "does not hold" in vault.capsys.readouterr().err


def test_a_trained_hotel_detects_as_before_after_its_keys_were_rotated(
    trained: str, make_database: Callable[..., str], key_of_models: Path, capsys: Capture
) -> None:
    before = Vault(trained, key_of_models, capsys)
    rotated = Vault(make_database(trained), key_of_models, capsys)
    assert before("detect", "--as-of", AS_OF, "--quiet") == 0
    assert rotated("keys", "rotate", "--quiet") == 0
    assert rotated("keys", "prune", "--quiet") == 0
    assert rotated("detect", "--as-of", AS_OF, "--quiet") == 0
    assert alerts(rotated.url) == alerts(before.url) != []
    assert alerts(rotated.url, "type = 'model_fallback'") == []


MODEL = (
    "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points, trained_at,"
    " parameters) VALUES ('statistics', 'occupancy', 1, 1, '', 1, now(), CAST(:clear AS jsonb))"
)
LOG = (
    "INSERT INTO minibar_ml.ml_training_logs (model, metric_type, hotel_id, started_at, ended_at, data_points, success,"
    " metrics) VALUES ('statistics', 'occupancy', 1, now(), now(), 1, true, CAST(:clear AS jsonb))"
)


@pytest.mark.parametrize(
    ("statement", "harmless", "key"), [(MODEL, "since", "alert_budget"), (LOG, "recall", "threshold")]
)
def test_the_store_refuses_in_the_clear_what_shows_how_much_goes_unnoticed(
    store_url: str, statement: str, harmless: str, key: str
) -> None:
    with pytest.raises(IntegrityError, match="_harmless"):
        sql(store_url, statement, clear=json.dumps({harmless: "0.5", key: 1.0}))
    sql(store_url, statement, clear=json.dumps({harmless: "0.5"}))


def test_sealed_addresses_are_rotated_too_and_keep_their_key_from_being_taken_out(vault: Vault, tmp_path: Path) -> None:
    address = tmp_path / "address"
    address.write_text("ntfys://8.8.8.8/secret-of-the-chat")
    address.chmod(0o600)
    assert vault("people", "add", "ayse", "--role", "administrator", "--chat", str(address)) == 0
    (old,) = vault.keys()
    put_new_key_first(vault.path)
    assert vault.status()["addresses"] == {hexed(old): 1}
    assert vault("keys", "prune") == 5
    assert vault("keys", "rotate") == 0
    assert vault.status()["removable"] == [hexed(old)]
    assert vault("keys", "prune") == 0
    ((person, sealed),) = sql(vault.url, "SELECT person_id, sealed FROM minibar_ml.ml_channels")
    keys = load_keys(Settings(key_file=vault.path))
    assert open_token(bytes(sealed), place_of(person, "chat"), keys) == "ntfys://8.8.8.8/secret-of-the-chat"


def test_an_address_that_was_sealed_for_no_place_opens_until_a_rotation_has_bound_it(vault: Vault) -> None:
    assert vault("people", "add", "ayse", "--role", "administrator", "--email", "a@example.com") == 0
    ((person,),) = sql(vault.url, "SELECT id FROM minibar_ml.ml_people")
    earlier = load_keys(Settings(key_file=vault.path))
    unbound = UNBOUND + earlier.fingerprints[0] + earlier.fernet.encrypt(b"ntfys://8.8.8.8/secret-of-the-chat")
    sql(vault.url, "INSERT INTO minibar_ml.ml_channels (person_id, kind, shown, sealed)"
                   " VALUES (:person, 'chat', 'ntfys://', :sealed)", person=person, sealed=unbound)  # fmt: skip
    assert open_token(unbound, place_of(person, "chat"), earlier) == "ntfys://8.8.8.8/secret-of-the-chat"
    assert vault("keys", "rotate") == 0
    assert vault("keys", "prune") == 0
    ((sealed,),) = sql(vault.url, "SELECT sealed FROM minibar_ml.ml_channels WHERE kind = 'chat'")
    now = load_keys(Settings(key_file=vault.path))
    assert open_token(bytes(sealed), place_of(person, "chat"), now) == "ntfys://8.8.8.8/secret-of-the-chat"
    for blob, place in ((bytes(sealed), place_of(person + 1, "chat")), (bytes(sealed), place_of(person, "sms")),
                        (unbound, place_of(person, "chat"))):  # fmt: skip
        with pytest.raises(ConfigurationError, match="address"):
            open_token(blob, place, now)
