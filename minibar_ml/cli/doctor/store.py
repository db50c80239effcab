"""What doctor looks at in the database: server, clock, zone, rights, schema, source, store, roles, models, jobs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from minibar_ml.cli import plans
from minibar_ml.cli.doctor.status import examine, problems, spoken
from minibar_ml.domain.errors import ConfigurationError, ModelRefused
from minibar_ml.domain.health import Check

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from minibar_ml.artifacts.keys import Keys
    from minibar_ml.config.settings import Settings

Look = Callable[["Connection"], Iterable[Check]]
OLDEST_SERVER = 14
MOST_CLOCK_SKEW = timedelta(seconds=5)
NEED_STORE = frozenset({"source", "store", "roles", "partitions", "models", "jobs"})


def connected(settings: "Settings") -> "Connection":
    """A connection at the first try: how it is now is what is asked. It does not need the server to know the zone."""
    from minibar_ml.store.engine import connect, make_engine

    return connect(make_engine(settings.database_url, "UTC", "minibar-ml doctor"))


def all_of(settings: "Settings", keys: "Keys | ConfigurationError", now: datetime) -> dict[str, Look]:
    """The checks by name, in their order."""
    return {
        "server": server,
        "clock": clock,
        "time_zone": lambda connection: time_zone(connection, settings.zone(), now),
        "rights": rights,
        "schemas": schemas,
        "schema": schema,
        "source": source,
        "events": lambda connection: events(connection, settings, now),
        "store": store,
        "roles": roles,
        "partitions": lambda connection: partitions(connection, now),
        "models": lambda connection: models(connection, keys),
        "jobs": lambda connection: jobs(connection, settings, now),
    }


def is_made(connection: "Connection") -> bool:
    """Whether there is a store at all."""
    from minibar_ml.store.checks import has_store

    return has_store(connection)


def server(connection: "Connection") -> Iterator[Check]:
    """Whether the server is new enough."""
    from minibar_ml.store.checks import find_server

    found = find_server(connection)
    if found.number // 10000 < OLDEST_SERVER:
        cure = f"move the database to version {OLDEST_SERVER} or newer"
        yield Check("server", "failed", f"PostgreSQL {found.version} is too old", cure)
    else:
        yield Check("server", "ok", f"PostgreSQL {found.version}")


def clock(connection: "Connection") -> Iterator[Check]:
    """Whether the server's clock and ours agree."""
    from minibar_ml.store.checks import find_server

    before = datetime.now(UTC)
    there = find_server(connection).clock
    yield compared_clocks(before, there, datetime.now(UTC))


def compared_clocks(before: datetime, there: datetime, after: datetime) -> Check:
    """The server's clock beside ours before and after asking: only what the asking can't explain is a difference."""
    skew = max(there - after, before - there, timedelta())
    if skew > MOST_CLOCK_SKEW:
        direction = "ahead of" if there > after else "behind"
        cure = "keep both machines' clocks by NTP (timedatectl)"
        return Check("clock", "failed", f"the server's clock is {spoken(skew)} {direction} this machine's", cure)
    return Check("clock", "ok", "server and this machine agree")


def time_zone(connection: "Connection", zone: "ZoneInfo", now: datetime) -> Iterator[Check]:
    """Whether the server knows the hotel's zone, and has the same clock changes for the months ahead."""
    from minibar_ml.store.checks import fetch_wall_clock

    instants = [now + timedelta(days=30 * month) for month in range(12)]
    walls = fetch_wall_clock(connection, instants, zone.key)
    if walls is None:
        cure = "use a name from pg_timezone_names in ML_TIMEZONE"
        yield Check("time_zone", "failed", f"the server does not know {zone.key}", cure)
        return
    ours = [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]
    if off := [instant for instant, wall, our in zip(instants, walls, ours, strict=True) if wall != our]:
        cure = "bring the time zone data of the server and of this machine (tzdata) up to date"
        found = f"server and this machine differ on the wall clock of {zone.key} on {off[0]:%Y-%m-%d}"
        yield Check("time_zone", "failed", found, cure)
        return
    yield Check("time_zone", "ok", f"{zone.key}")


def rights(connection: "Connection") -> Iterator[Check]:
    """Whether this role can do nothing to the source but read it."""
    from minibar_ml.store.checks import fetch_writable_sources, find_server

    found = find_server(connection)
    writable = fetch_writable_sources(connection)
    if found.is_superuser:
        cure = "connect as a role of its own that may only read the source, see docs/installation.md"
        yield Check("rights", "failed", f"role {found.role} is a superuser and may change the source", cure)
    elif writable:
        cure = (
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {_listed(writable)} FROM {found.role}, or whom it has it "
            "from, and let another role own them"
        )
        yield Check("rights", "failed", f"role {found.role} may change {_listed(writable)} of the source", cure)
    else:
        yield Check("rights", "ok", f"role {found.role} can't change the source")


def schemas(connection: "Connection") -> Iterator[Check]:
    """Whether only their owners may create in the schemas of the store and of the source."""
    from minibar_ml.store.checks import fetch_opened_schemas

    opened = fetch_opened_schemas(connection)
    for found in opened:
        yield Check("schemas", "failed", str(found), found.cure)
    if not opened:
        yield Check("schemas", "ok", "only owners may create in those of the store and the source")


def roles(connection: "Connection") -> Iterator[Check]:
    """Whether the group roles are there and up to date, and every bound login still is."""
    from minibar_ml.store import access

    cure = "as a superuser: `minibar-ml db roles --apply`"
    if not access.is_installed(connection):
        yield Check("roles", "warning", "not made here: only the store's owner reads alerts", cure)
        return
    foreign = access.fetch_foreign(connection)
    gone = [binding.database_role for binding in access.fetch(connection) if not binding.exists]
    if foreign:
        yield Check("roles", "failed", f"{_listed(foreign)} came after roles.sql was last run", cure)
    for login in gone:
        found = f"role {login} is bound to hotels and is not in the database"
        yield Check("roles", "failed", found, f"`minibar-ml access remove {login}`")
    if not foreign and not gone:
        yield Check("roles", "ok", "there, and every bound login too")


def schema(connection: "Connection") -> Iterator[Check]:
    """Whether the store's schema is what this program knows; raises PreconditionFailed where it is not."""
    from minibar_ml.store.migrations import require_current

    require_current(connection)
    yield Check("schema", "ok", "current")


def source(connection: "Connection") -> Iterator[Check]:
    """Whether all of the source can be read; raises PreconditionFailed where no contract is installed."""
    from minibar_ml.store.source.contract import complaint, read

    contract = read(connection)
    if contract.gaps:
        yield Check("source", "failed", complaint(contract))
    else:
        without = f", without {', '.join(contract.absent)}" if contract.absent else ""
        yield Check("source", "ok", f"{contract.layout}{without}: all of it can be read")


def events(connection: "Connection", settings: "Settings", now: datetime) -> Iterator[Check]:
    """Whether the hotels that the file of events names are there."""
    from minibar_ml.store.source import hotels

    today = now.astimezone(settings.zone()).date()
    named = plans.calendar(settings, today, today).hotels.keys()
    known = hotels.fetch_names(connection).keys()
    if known and (unknown := sorted(named - known)):
        found = f"ML_EVENTS_FILE names hotel {_listed(list(map(str, unknown)))}, of which the source knows nothing"
        yield Check("events", "warning", found, "correct the hotel's number, or leave it empty for all hotels")
    else:
        yield Check("events", "ok", f"events of {len(named)} hotel(s)" if named else "none is of one hotel alone")


def store(connection: "Connection") -> Iterator[Check]:
    """Whether jobs can write to the store."""
    from minibar_ml.store.checks import fetch_unwritable, find_server

    found = find_server(connection)
    if found.is_read_only:
        cure = "connect to the primary server, and look for default_transaction_read_only"
        yield Check("store", "failed", "the server takes no writes: it is a standby, or sessions are read-only", cure)
    if not found.may_make_temporary:
        cure = f"GRANT TEMPORARY ON DATABASE ... TO {found.role}"
        yield Check("store", "failed", "collect needs temporary tables, and this role may not make any", cure)
    if tables := fetch_unwritable(connection):
        cure = f"GRANT SELECT, INSERT, UPDATE, DELETE on them to {found.role}, or connect as the store's owner"
        yield Check("store", "failed", f"role {found.role} may not write {_listed(tables)}", cure)
    elif not found.is_read_only and found.may_make_temporary:
        yield Check("store", "ok", "writable")


def partitions(connection: "Connection", now: datetime) -> Iterator[Check]:
    """Whether this month's and the next one's points have a place, or will get one."""
    from minibar_ml.store.checks import fetch_missing_partitions, may_make_partitions

    missing = fetch_missing_partitions(connection, now)
    if not missing:
        yield Check("partitions", "ok", "there for this month and the next")
    elif may_make_partitions(connection):
        yield Check("partitions", "warning", f"none yet for {_listed(missing)}", "`minibar-ml collect` makes them")
    else:
        cure = "run the jobs as the store's owner, with CREATE on the schema minibar_ml"
        yield Check("partitions", "failed", f"none for {_listed(missing)}, and this role may not make any", cure)


def models(connection: "Connection", keys: "Keys | ConfigurationError") -> Iterator[Check]:
    """Whether the key opens every active model."""
    from minibar_ml.artifacts.envelope import prove
    from minibar_ml.store.models import fetch_active, fetch_seals

    if isinstance(keys, ConfigurationError):
        yield Check("models", "skipped", "there is no key to open them with")
        return
    seals = fetch_seals(connection)
    if unfinished := sum(seals.get(one.hex(), 0) for one in keys.fingerprints[1:]):
        yield Check("models", "warning", f"an old key still seals {unfinished} model(s)", "`minibar-ml keys rotate`")
    active, refused = list(fetch_active(connection)), 0
    for model in active:
        try:
            prove(model.model_data, model.header, keys)
        except ModelRefused as error:
            refused += 1
            yield Check("models", "failed", str(error))
    if not active:
        yield Check("models", "warning", "none is active yet", "`minibar-ml train`, once there is a week of history")
    elif not refused:
        yield Check("models", "ok", f"all {len(active)} active ones can be opened")


def jobs(connection: "Connection", settings: "Settings", now: datetime) -> Iterator[Check]:
    """Whether each job keeps its schedule, as `status` says."""
    for one in examine(connection, settings, now).jobs:
        age = f"last success {spoken(one.age)} ago" if one.age is not None else "has not run yet"
        if one.state == "ok" or one.state == "running":
            yield Check("jobs", "ok", f"{one.runs.job}: {age}")
        elif one.is_broken:
            yield Check("jobs", "failed", "; ".join(problems(one)), "`minibar-ml status` tells more")
        else:
            cure = "" if one.state == "paused" else "install the crontab that `minibar-ml cron` prints"
            yield Check("jobs", "warning", f"{one.runs.job}: {one.state}, {age}", cure)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
