"""Checks of the database's server: version, clock, time zone, and what this role and others may do there."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.cli.doctor.sentences import format_span
from minibar_ml.domain.health import Check
from minibar_ml.store.engine import OLDEST_SERVER
from minibar_ml.store.jobs import checks

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_CLOCK_SKEW = timedelta(seconds=5)


def version(connection: "Connection") -> Iterator[Check]:
    """Whether the server is new enough."""
    found = checks.find_server(connection)
    if found.number // 10000 < OLDEST_SERVER:
        hint = f"move the database to version {OLDEST_SERVER} or newer"
        yield Check("server", "failed", f"PostgreSQL {found.version} is too old", hint)
    else:
        yield Check("server", "ok", f"PostgreSQL {found.version}")


def clock(connection: "Connection") -> Iterator[Check]:
    """Whether the server's clock and this machine's agree."""
    before = datetime.now(UTC)
    there = checks.find_server(connection).clock
    yield compare_clocks(before, there, datetime.now(UTC))


def compare_clocks(before: datetime, there: datetime, after: datetime) -> Check:
    """The server's clock, read between `before` and `after` on ours: only skew beyond that time counts."""
    skew = max(there - after, before - there, timedelta())
    if skew > MOST_CLOCK_SKEW:
        direction = "ahead of" if there > after else "behind"
        hint = "synchronise both clocks by NTP (timedatectl)"
        return Check("clock", "failed", f"the server's clock is {format_span(skew)} {direction} this machine's", hint)
    return Check("clock", "ok", "server and this machine agree")


def time_zone(connection: "Connection", zone: ZoneInfo, now: datetime) -> Iterator[Check]:
    """Whether the server knows the hotel's time zone, with the same clock changes in the next months."""
    instants = [now + timedelta(days=30 * month) for month in range(12)]
    walls = checks.fetch_wall_clock(connection, instants, zone.key)
    if walls is None:
        hint = "use a name from pg_timezone_names: ML_TIMEZONE and `minibar-ml collect --rezone`"
        yield Check("time_zone", "failed", f"the server does not know {zone.key}", hint)
        return
    ours = [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]
    if off := [instant for instant, wall, our in zip(instants, walls, ours, strict=True) if wall != our]:
        hint = "update the time zone data (tzdata) of the server and of this machine"
        found = f"server and this machine disagree about {zone.key} on {off[0]:%Y-%m-%d}"
        yield Check("time_zone", "failed", found, hint)
        return
    yield Check("time_zone", "ok", f"{zone.key}")


def rights(connection: "Connection") -> Iterator[Check]:
    """Whether this role can only read the source."""
    found = checks.find_server(connection)
    writable = checks.fetch_writable_sources(connection)
    if found.is_superuser:
        hint = "connect as a role that may only read the source; see `minibar-ml docs installation`"
        yield Check("rights", "failed", f"role {found.role} is a superuser and can change the source", hint)
    elif writable:
        hint = (
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {listed(writable)} FROM {found.role} (or from the role it "
            "inherits them from), and let another role own the tables"
        )
        yield Check("rights", "failed", f"role {found.role} can change {listed(writable)} of the source", hint)
    else:
        yield Check("rights", "ok", f"role {found.role} can't change the source")


def schemas(connection: "Connection") -> Iterator[Check]:
    """Whether only owners may create in the schemas of the store and the source."""
    opened = checks.fetch_opened_schemas(connection)
    for found in opened:
        yield Check("schemas", "failed", str(found), found.cure)
    if not opened:
        yield Check("schemas", "ok", "only owners may create in the schemas of store and source")


def listed(words: Sequence[str]) -> str:
    """Names in a sentence."""
    return ", ".join(words)
