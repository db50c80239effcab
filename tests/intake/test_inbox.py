"""A folder that lists arrive in: each is imported whole and once, whatever happens in between."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.hotels.lists import arrived
from support.hotels.simulated import KEY, ZONE, command, done, sql

from minibar_ml.jobs import inbox

Capture = pytest.CaptureFixture[str]
ROOMS = "Room No\n101\n102\n103\n"
KILLS = 20


def guests(day: str) -> str:
    return f"Room,Arrival,Departure,Adults\n101,{day},2026-12-31,2\n103,{day},2026-12-31,1\n"


@pytest.fixture
def folder(lists_url: str, tmp_path: Path) -> Path:
    """An inbox of the hotel Pier."""
    rooms = arrived(tmp_path, "rooms.csv", ROOMS)
    done(lists_url, "import", "rooms", str(rooms), "--hotel", "Pier")
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def test_lists_are_taken_by_their_names_and_put_away(folder: Path, lists_url: str) -> None:
    arrived(folder, "in-house 2026-11-20.csv", guests("2026-11-20"))
    arrived(folder, "Odalar.csv", "Oda No\n104\n")
    arrived(folder, "Pier/konaklayan 21.11.2026.csv", guests("2026-11-21"))
    assert command(lists_url, "import", "--inbox", str(folder)) == 0
    assert sorted(path.name for path in (folder / "done").iterdir()) == [
        "Odalar.csv", "in-house 2026-11-20.csv", "konaklayan 21.11.2026.csv",
    ]  # fmt: skip
    assert sql(lists_url, "SELECT count(*) FROM minibar_in.night") == [(4,)]
    assert sql(lists_url, "SELECT count(*) FROM minibar_in.room") == [(4,)]
    assert command(lists_url, "import", "--inbox", str(folder)) == 0


def test_a_file_that_is_still_arriving_is_left_alone(folder: Path, lists_url: str, capsys: Capture) -> None:
    arrived(folder, "in_house-2026-11-20.csv", guests("2026-11-20"), seconds_ago=1)
    arrived(folder, ".in_house-2026-11-21.csv", guests("2026-11-21"))
    arrived(folder, "in_house-2026-11-22.csv.part", guests("2026-11-22"))
    assert command(lists_url, "import", "--inbox", str(folder)) == 0
    assert sql(lists_url, "SELECT count(*) FROM minibar_in.night") == [(0,)]
    assert len([path for path in folder.iterdir() if path.is_file()]) == 3
    said = capsys.readouterr().err
    assert "less than 20 seconds ago: in_house-2026-11-20.csv. Run the command again" in said
    assert "2026-11-21" not in said and "2026-11-22" not in said


def test_an_inbox_without_new_lists_says_so(folder: Path, lists_url: str, capsys: Capture) -> None:
    for options, said in (((), f"No new lists in {folder}."), (("--quiet",), "")):
        capsys.readouterr()
        assert command(lists_url, "import", "--inbox", str(folder), *options) == 0
        assert capsys.readouterr().err.strip() == said


def test_what_is_refused_goes_aside_with_the_reason(folder: Path, lists_url: str, capsys: Capture) -> None:
    arrived(folder, "in_house-2026-11-20.csv", guests("2026-11-20").replace("103", "Z-9Z"))
    arrived(folder, "holiday plan.csv", "a,b\n1,2\n")
    arrived(folder, "in_house-2026-11-21.csv", guests("2026-11-21"))
    capsys.readouterr()
    assert command(lists_url, "import", "--inbox", str(folder), "--quiet") == 6
    said = capsys.readouterr().out
    assert "Z-9Z" not in said and "2 rows rejected" in said and "in_house-2026-11-21" not in said
    assert sorted(path.name for path in (folder / "rejected").iterdir()) == [
        "holiday plan.csv", "holiday plan.csv.rejects.csv",
        "in_house-2026-11-20.csv", "in_house-2026-11-20.csv.rejects.csv",
    ]  # fmt: skip
    assert "does not say which list" in (folder / "rejected" / "holiday plan.csv.rejects.csv").read_text("utf-8-sig")
    assert sql(lists_url, "SELECT DISTINCT night::text FROM minibar_in.night") == [("2026-11-21",)]


def test_two_files_of_one_name_are_both_kept(folder: Path, lists_url: str) -> None:
    for number in (1, 2):
        arrived(folder, "in_house-2026-11-20.csv", guests("2026-11-20") + f"102,2026-11-20,2026-12-0{number},1\n")
        assert command(lists_url, "import", "--inbox", str(folder)) == 0
    assert sorted(path.name for path in (folder / "done").iterdir()) == [
        "in_house-2026-11-20 (2).csv", "in_house-2026-11-20.csv",
    ]  # fmt: skip


def test_of_two_lists_of_one_day_the_later_file_counts(folder: Path, lists_url: str) -> None:
    arrived(folder, "in_house-2026-11-20 a.csv", guests("2026-11-20"), seconds_ago=100)
    arrived(folder, "in_house-2026-11-20.csv", "Room,Arrival,Departure\n102,2026-11-20,2026-11-21\n", seconds_ago=300)
    assert command(lists_url, "import", "--inbox", str(folder)) == 0
    assert [room for (room,) in sql(lists_url, "SELECT room FROM minibar_in.night ORDER BY 1")] == ["101", "103"]


def test_a_hotel_that_is_not_known_is_no_hotel_of_ours(folder: Path, lists_url: str) -> None:
    arrived(folder, "Elsewhere/in_house-2026-11-20.csv", guests("2026-11-20"))
    assert command(lists_url, "import", "--inbox", str(folder)) == 6
    assert sql(lists_url, "SELECT count(*) FROM minibar_in.night") == [(0,)]


def test_kill_9_at_any_point_loses_nothing_and_takes_nothing_twice(folder: Path, lists_url: str) -> None:
    days = [f"2026-10-{day:02}" for day in range(1, 31)]
    for day in days:
        arrived(folder, f"in_house-{day}.csv", guests(day))
        arrived(folder, f"movements-{day}.csv", f"Date,Product,Movement,Units\n{day} 08:00,Cola,Delivery,10\n")
    arrived(folder, "products.csv", "Product\nCola\n")
    environment = {**os.environ, "ML_DATABASE_URL": lists_url, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY}
    run = [sys.executable, "-m", "minibar_ml", "import", "--inbox", str(folder), "--quiet"]
    chance = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen(run, env=environment, start_new_session=True)
        left = len(list(folder.glob("*.csv")))
        # Once it has begun to take files, at some moment between two of them or within one.
        while process.poll() is None and len(list(folder.glob("*.csv"))) == left:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        on_disk = {path.name for path in folder.rglob("*.csv")}
        assert len(on_disk) == 2 * len(days) + 1, "no file is lost"
    assert killed >= KILLS // 2
    time.sleep(0.5)
    assert subprocess.run(run, env=environment, check=False).returncode == 0
    assert list(folder.glob("*.csv")) == []
    assert len(list((folder / inbox.DONE).iterdir())) == 2 * len(days) + 1
    assert sql(lists_url, "SELECT count(*), count(DISTINCT (room, night)) FROM minibar_in.night") == [(60, 60)]
    assert sql(lists_url, "SELECT count(*), sum(units) FROM minibar_in.movement") == [(30, 300)]
    assert sql(lists_url, "SELECT count(*) FROM minibar_in.batch") == [(len(days) * 2 + 2,)]


def test_cron_imports_what_arrives_in_the_inbox_of_the_settings(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from minibar_ml.cli.app import main

    monkeypatch.setenv("ML_IMPORT_INBOX", "inbox")
    assert main(["cron"]) == 0
    program = "cd /etc/minibar-ml && /opt/minibar-ml/.venv/bin/minibar-ml"
    assert f"*/5 * * * * {program} import --inbox /etc/minibar-ml/inbox --quiet" in capsys.readouterr().out.splitlines()


def test_a_name_of_any_length_and_a_file_that_is_no_list_hold_up_no_other(
    folder: Path, lists_url: str, capsys: Capture
) -> None:
    long = arrived(folder, f"{'in_house 2026-11-20 ' + 'x' * 222}.csv", "Room\n999\n")
    arrived(folder, "in_house.pdf", "%PDF-1.7")
    arrived(folder, "in_house-2026-11-21.csv", "Room\n101\n")
    capsys.readouterr()
    assert command(lists_url, "import", "--inbox", str(folder)) == 6
    assert "Left alone, neither CSV nor Excel: in_house.pdf" in capsys.readouterr().err
    assert (folder / "done" / "in_house-2026-11-21.csv").exists() and not long.exists()
