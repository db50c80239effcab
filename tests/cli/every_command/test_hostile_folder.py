"""A command that is run in a folder of somebody else's runs none of the modules that they have put there."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.hotels.simulated import KEY, ZONE, done, engine_of

from minibar_ml.simulate import HotelPlan, generate, write

PLAN, AS_OF = HotelPlan(seed=3, ends_on=date(2025, 11, 16), hotels=2, rooms=6, days=30, timezone=ZONE), "2025-11-17"
PROGRAM = Path(sys.executable).with_name("minibar-ml")
PLANTED = "import os, sys\nopen(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'ran'), 'a').close()\n"
MODULES = ("sitecustomize", "usercustomize", "typing", "json", "random", "multiprocessing", "psycopg2", "numpy")
PACKAGES = ("minibar_ml", "joblib", "sqlalchemy", "typer", "encodings", "zoneinfo")


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder in which modules are called as the program's own, its libraries' and Python's."""
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(PLANTED)
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(PLANTED)
        (tmp_path / name / "__main__.py").write_text(PLANTED)
    return tmp_path


def _ran(trap: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    known = {name: value for name, value in os.environ.items() if not name.startswith(("ML_", "PYTHON"))}
    told = subprocess.run(
        [str(PROGRAM), *arguments], cwd=trap, env=known | environment, capture_output=True, text=True, check=False
    )
    assert [str(path.relative_to(trap)) for path in trap.rglob("ran")] == [], told.stderr
    return told


def test_no_command_for_other_profiles_runs_what_stands_in_the_folder(
    trap: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    profile = home / ".config" / "minibar-ml" / "pier"
    profile.mkdir(parents=True)
    (profile / ".env").write_text("ML_DATABASE_URL=postgresql://nobody@localhost:1/hotel\n")
    (profile / ".env").chmod(0o600)
    told = _ran(trap, "--all-profiles", "status", HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"))
    assert "== pier" in told.stdout and "localhost" in told.stderr


def test_nor_does_a_fleet(trap: Path, tmp_path_factory: pytest.TempPathFactory, store_url: str) -> None:
    done(store_url, "collect", "--quiet")
    members = tmp_path_factory.mktemp("fleet") / "fleet.toml"
    members.write_text(f'[[member]]\nname = "pier"\nurl = "{store_url}"\n')
    members.chmod(0o600)
    told = _ran(trap, "fleet", "run", "--inventory", str(members), "collect", ML_TIMEZONE=ZONE, ML_ENCRYPTION_KEYS=KEY)
    assert told.returncode == 0, told.stdout + told.stderr


def test_nor_do_the_processes_of_a_training(trap: Path, make_database: Callable[..., str]) -> None:
    url = make_database()
    write(engine_of(url), generate(PLAN), "b", ZONE)
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    words = ("train", "--as-of", AS_OF, "--jobs", "2")
    told = _ran(trap, *words, ML_DATABASE_URL=url, ML_TIMEZONE=ZONE, ML_ENCRYPTION_KEYS=KEY)
    assert told.returncode == 0, told.stderr
