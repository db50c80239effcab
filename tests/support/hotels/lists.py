"""A hotel's lists in files, and a store that they are imported into."""

import os
import time as clock
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from minibar_ml.intake import naming
from minibar_ml.jobs import imports
from minibar_ml.jobs.imports import Now, Options
from minibar_ml.jobs.inbox import ORDER
from minibar_ml.simulate import SourceData
from minibar_ml.simulate.lists.files import write_tidy
from minibar_ml.simulate.lists.tables import lists_of
from minibar_ml.store.engine import make_engine
from support.hotels.simulated import PLAN, ZONE, done

HOTEL = "Yasemin Otel"


def evening(day: object) -> datetime:
    """The instant at which a day's lists come in, as a person loads them after work."""
    return datetime.combine(day, time(23, 50), tzinfo=ZoneInfo(ZONE))  # type: ignore[arg-type]


def _place(path: Path) -> tuple[date, int]:
    kind = naming.kind_of(path.name)
    assert kind
    return naming.day_of(path.name) or date.min, ORDER.index(kind)


@pytest.fixture(scope="session")
def lists_template(make_database: Callable[..., str]) -> str:
    """A store for imported lists, without any; cloned, never used itself."""
    url = make_database()
    done(url, "db", "init", "--files", "--quiet")
    return url


@pytest.fixture
def lists_url(passing_database: Callable[..., str], lists_template: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of a store for imported lists; ML_DATABASE_URL points to it."""
    url = passing_database(lists_template)
    monkeypatch.setenv("ML_DATABASE_URL", url)
    return url


@pytest.fixture(scope="session")
def list_files(hotel: SourceData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lists of the simulated hotel's 70 days, tidy."""
    folder = tmp_path_factory.mktemp("lists")
    write_tidy(folder, lists_of(hotel, ZONE, PLAN.days + 1))
    return folder


@pytest.fixture(scope="session")
def imported_hotel(make_database: Callable[..., str], lists_template: str, list_files: Path) -> str:
    """The hotel's lists imported, each in the evening of its day, and all points collected; never changed."""
    url = make_database(lists_template)
    first = PLAN.ends_on - timedelta(days=PLAN.days)
    with make_engine(url, ZONE).connect() as connection:
        for path in sorted(list_files.iterdir(), key=_place):
            kind = naming.kind_of(path.name)
            assert kind
            now = Now(evening(naming.day_of(path.name) or first), ZoneInfo(ZONE))
            done_ = imports.run(connection, path.name, path.read_bytes(), kind, Options(hotel=HOTEL), now)
            assert not done_.rejects
    return url


def arrived(folder: Path, name: str, content: str, seconds_ago: float = 60) -> Path:
    """A file that was last written to some time ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    at = clock.time() - seconds_ago
    os.utime(path, (at, at))
    return path
