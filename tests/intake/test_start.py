"""A hotel with Excel files and no database: from an empty folder to a report."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.program.folders import run, stopped_afterwards


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for a hotel."""
    with stopped_afterwards("minibar-ml-start-") as made:
        yield made


@pytest.mark.slow
def test_a_folder_of_files_becomes_points_models_and_a_report(folder: Path, tmp_path: Path) -> None:
    for arguments in (
        ("start", "--here", ".", "--hotel", "Pier", "--timezone", "Europe/Nicosia"),
        ("simulate", "--files", "inbox", "--rooms", "30", "--days", "40"),
    ):
        done = run(folder, *arguments)
        assert done.returncode == 0, done.stderr
    for path in (folder / "inbox").glob("*.*"):
        os.utime(path, (0, 0))
    for arguments in (
        ("import", "--inbox", "inbox"),
        ("stop",),
        ("setup", "--schedule", "none"),
        ("report", "weekly"),
    ):
        done = run(folder, *arguments)
        assert done.returncode == 0, (arguments, done.stdout[-500:], done.stderr[-500:])
    assert list((folder / "reports").glob("*.html"))
    assert list((folder / "inbox").glob("*.*")) == []
    assert oct((folder / ".env").stat().st_mode)[-3:] == "600"
    again = run(folder, "start", "--here", ".", "--hotel", "Pier")
    assert again.returncode == 5 and "is set up already" in again.stderr
    assert "cd " in run(folder, "cron", "--here").stdout


@pytest.mark.parametrize("name", ["p" * 81, "ş" * 41])
@pytest.mark.parametrize("words", [("start", "--hotel", "Pier", "--here"), ("demo", "--dir")])
def test_a_folder_whose_server_others_could_reach_is_refused(folder: Path, name: str, words: tuple[str, ...]) -> None:
    """Where the socket has no room in the folder, it would be in one of everybody's."""
    done = run(folder, *words, str(folder / name))
    assert done.returncode == 3 and "is too long for a database server's socket" in done.stderr
    assert list(folder.iterdir()) == []
    (folder / name / "pgdata").mkdir(parents=True)
    (folder / ".env").write_text(f"ML_DATABASE_URL=embedded:{folder / name}\n")
    (folder / ".env").chmod(0o600)
    done = run(folder, "status")
    assert done.returncode == 3 and "is too long for a database server's socket" in done.stderr


def test_without_its_folder_a_database_in_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    environment = {**os.environ, "ML_DATABASE_URL": f"embedded:{tmp_path / 'gone'}"}
    program = [sys.executable, "-m", "minibar_ml", "status"]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "there is no such folder" in done.stderr
