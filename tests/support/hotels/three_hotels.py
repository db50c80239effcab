"""Three hotels of one chain, of whose rows a drill has an administrator hold some while jobs run."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from minibar_ml.simulate import HotelPlan, generate, write
from minibar_ml.store import failures
from support.hotels.simulated import ZONE, done, engine_of
from support.servers.logins import drop_logins

WAIT = 1
"""Seconds that a job waits for a lock."""
EARLIER, LATER, NEXT = "2025-11-14T12:00", "2025-11-15T21:00", "2025-11-15T21:15"
FOR_EVER = "SET idle_in_transaction_session_timeout = 0"


def three_hotels(make_database: Callable[..., str], *, days: int, collected: str) -> str:
    """The URL of a database with so many days of them, roles and store, collected as of an instant."""
    url = make_database()
    plan = HotelPlan(seed=3, ends_on=date(2025, 11, 16), hotels=3, rooms=8, days=days, timezone=ZONE)
    write(engine_of(url), generate(plan), "b", ZONE)
    for words in (["db", "init"], ["db", "roles", "--apply"], ["collect", "--as-of", collected]):
        done(url, *words, "--quiet")
    return url


@pytest.fixture
def chain(make_database: Callable[..., str], prepared: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A copy of the module's `prepared` hotels, where nobody waits for long."""
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", WAIT)
    url = make_database(prepared)
    yield url
    drop_logins(url)
