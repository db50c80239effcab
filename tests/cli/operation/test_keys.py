"""`keys new` makes a safe file once; `keys status` says what there is and never shows a key."""

import json
import os
import stat
from pathlib import Path

import pytest

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode


def test_a_new_key_file_is_for_its_owner_alone_and_usable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    previous = os.umask(0)
    try:
        assert main(["keys", "new"]) == ExitCode.OK
    finally:
        os.umask(previous)
    path = tmp_path / "minibar-ml.key"
    shown = capsys.readouterr()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert shown.out.strip() == str(path)
    assert "Back up this file" in shown.err
    assert path.read_text().strip() not in shown.out + shown.err
    assert main(["keys", "status"]) == ExitCode.OK
    assert "seals and opens" in capsys.readouterr().out


def test_an_existing_key_file_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "minibar-ml.key"
    path.write_text("precious")
    assert main(["keys", "new"]) == ExitCode.CONFIGURATION
    assert path.read_text() == "precious"
    assert "is not overwritten" in capsys.readouterr().err


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "minibar-ml.key").symlink_to(tmp_path / "elsewhere")
    assert main(["keys", "new"]) == ExitCode.CONFIGURATION
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_KEY_FILE", "/nowhere/at/all.key")
    assert main(["keys", "new"]) == ExitCode.CONFIGURATION
    assert "/nowhere/at/all.key" in capsys.readouterr().err


def test_status_without_a_key_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "status"]) == ExitCode.CONFIGURATION
    assert "keys new" in capsys.readouterr().err


def test_status_lists_fingerprints_newest_first_and_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cryptography.fernet import Fernet

    keys = [Fernet.generate_key().decode() for _ in range(2)]
    monkeypatch.setenv("ML_ENCRYPTION_KEYS", ",".join(keys))
    assert main(["keys", "status", "--json"]) == ExitCode.OK
    shown = capsys.readouterr().out
    found = json.loads(shown)
    assert found["source"] == "ML_ENCRYPTION_KEYS"
    assert len(set(found["keys"])) == 2
    assert not any(key in shown for key in keys)
    monkeypatch.setenv("ML_ENCRYPTION_KEYS", ",".join(reversed(keys)))
    main(["keys", "status", "--json"])
    assert json.loads(capsys.readouterr().out)["keys"] == found["keys"][::-1]


def test_an_unused_new_file_is_said_to_be_unused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_ENCRYPTION_KEYS", "anything")
    assert main(["keys", "new"]) == ExitCode.OK
    assert "takes precedence" in capsys.readouterr().err
