"""Checks of the store: schema, source, roles, partitions, models, jobs, data; and all of the database, by name."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from minibar_ml.artifacts.envelope import prove
from minibar_ml.artifacts.keys import Keys
from minibar_ml.cli import house
from minibar_ml.cli.db import own_layout
from minibar_ml.cli.doctor import server
from minibar_ml.cli.doctor.facts import events, facts
from minibar_ml.cli.doctor.health import examine
from minibar_ml.cli.doctor.sentences import ahead_line, format_span, job_problems, problem_line, waiting_line
from minibar_ml.cli.doctor.server import listed
from minibar_ml.cli.terminal.console import plural
from minibar_ml.cli.views.phases import describe
from minibar_ml.config.settings import Settings
from minibar_ml.domain.alerting.kinds import types_where
from minibar_ml.domain.errors import ConfigurationError, ModelRefused
from minibar_ml.domain.health import Check
from minibar_ml.embedded import is_embedded
from minibar_ml.store import access, audit
from minibar_ml.store.engine import connect, make_engine
from minibar_ml.store.jobs import checks
from minibar_ml.store.models import fetch_active, fetch_seals, fetch_switched_off
from minibar_ml.store.points.metrics import fetch_lost_watermarks
from minibar_ml.store.schema import grants
from minibar_ml.store.schema.migrations import require_current
from minibar_ml.store.source.columns import describe_strangers
from minibar_ml.store.source.contract import describe_gaps, find_strangers, read, recognise

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONG_WAIT = timedelta(minutes=10)
"""Entries that wait longer for the audit log do so because somebody holds it."""
Look = Callable[["Connection"], Iterable[Check]]
NEED_STORE = frozenset(
    {
        "facts",
        "events",
        "source",
        "login",
        "store",
        "roles",
        "partitions",
        "models",
        "jobs",
        "records",
        "people",
        "data",
    }
)


def connected(settings: Settings) -> "Connection":
    """A connection without retries, in UTC, since the server may not know the hotel's time zone."""
    return connect(make_engine(settings.database_url, "UTC", "minibar-ml doctor"))


def all_of(settings: Settings, keys: Keys | ConfigurationError, now: datetime) -> dict[str, Look]:
    """The checks by name, in order."""
    return {
        "server": server.version,
        "clock": server.clock,
        "time_zone": lambda connection: server.time_zone(connection, settings.zone(), now),
        # The server of a folder has one user, to whom all of it belongs.
        **({} if is_embedded(settings.database_url) else {"rights": server.rights}),
        "schemas": server.schemas,
        "schema": schema,
        "facts": lambda connection: facts(connection, settings, now),
        "source": source,
        "events": lambda connection: events(connection, settings, now),
        "login": login,
        "store": store,
        "roles": roles,
        "partitions": lambda connection: partitions(connection, now),
        "models": lambda connection: models(connection, keys),
        "jobs": lambda connection: jobs(connection, settings, now),
        "records": lambda connection: records(connection, settings, now),
        "people": lambda connection: people(connection, settings),
        "data": lambda connection: data(connection, settings, now),
    }


def before(settings: Settings) -> dict[str, Look]:
    """Checks of a database that has no store yet, in the place of others."""
    return {"schema": no_store, "source": lambda connection: recognised(connection, settings)}


def no_store(connection: "Connection") -> Iterator[Check]:
    """That there is no store yet."""
    yield Check("schema", "failed", "there is no store yet", "run `minibar-ml setup`, or `minibar-ml db init`")


def recognised(connection: "Connection", settings: Settings) -> Iterator[Check]:
    """Whether `db init` will know the application's tables; raises SourceIncomplete where it will not."""
    yield Check("source", "ok", f"{recognise(connection, own_layout(settings)).name}: recognised")


def with_facts(connection: "Connection", settings: Settings, now: datetime) -> Settings:
    """The settings with the facts of the store; without them where the store can't be read: `facts` says why."""
    try:
        return house.read(connection, settings).at(now).settings
    except Exception:  # noqa: BLE001 - one failing check must not hide the others, and the check `facts` fails the same way
        connection.rollback()
        return settings


def is_made(connection: "Connection") -> bool:
    """Whether there is a store at all."""
    return checks.has_store(connection)


def roles(connection: "Connection") -> Iterator[Check]:
    """Whether the group roles are up to date, and every login with access still exists."""
    hint = "run `minibar-ml db roles --apply` as a superuser"
    if not grants.is_installed(connection):
        yield Check("roles", "warning", "not created: only the store's owner sees alerts", hint)
        return
    foreign = grants.fetch_foreign(connection)
    gone = [binding.database_role for binding in access.fetch(connection) if not binding.exists]
    if foreign:
        yield Check("roles", "failed", f"{listed(foreign)} added or changed since roles.sql was last run", hint)
    for login in gone:
        found = f"role {login} has access to hotels but does not exist"
        yield Check("roles", "failed", found, f"run `minibar-ml access remove {login}`")
    if not foreign and not gone:
        yield Check("roles", "ok", "up to date")


def schema(connection: "Connection") -> Iterator[Check]:
    """Whether the store's schema is this version's; raises PreconditionFailed where it is not."""
    require_current(connection)
    yield Check("schema", "ok", "current")


def source(connection: "Connection") -> Iterator[Check]:
    """Whether the whole source can be read; raises PreconditionFailed where no contract is installed."""
    contract = read(connection)
    if strangers := find_strangers(connection):
        hint = "ask who made them; if they are the application's, ALTER TABLE ... OWNER TO its login, then db init"
        yield Check("source", "failed", describe_strangers(strangers), hint)
    if contract.gaps:
        yield Check("source", "failed", describe_gaps(contract))
    else:
        without = f", without {', '.join(contract.absent)}" if contract.absent else ""
        yield Check("source", "ok", f"{contract.layout}{without}: readable")
    if forbidden := sorted({gap.table for gaps in contract.optional_gaps.values() for gap in gaps if gap.is_of_rights}):
        found = f"not used, for this role may not SELECT from them: {listed(forbidden)}"
        yield Check(
            "source", "warning", found, "have what `minibar-ml setup --sql` prints run, then `minibar-ml db init`"
        )


def login(connection: "Connection") -> Iterator[Check]:
    """Whether this login looks for the source where it is, and has set nothing of itself that changes its jobs."""
    unseen, own = checks.fetch_unseen_schemas(connection), checks.fetch_own_settings(connection)
    if unseen:
        hint = (
            "ALTER ROLE ... SET search_path to the schema of the application's tables, before `db init` or `db roles`"
        )
        yield Check(
            "login", "warning", f"its search_path does not have {listed(unseen)}, where the source's tables are", hint
        )
    if own:
        named = listed([f"{name} = {value}" for name, value in own.items()])
        hint = (
            "jobs run by them; if nobody meant them to, ALTER ROLE ... RESET each (`RESET ALL` takes search_path too)"
        )
        yield Check("login", "warning", f"settings of this login: {named}", hint)
    if not unseen and not own:
        yield Check("login", "ok", "sets nothing that changes how jobs run")


def store(connection: "Connection") -> Iterator[Check]:
    """Whether jobs can write to the store."""
    found = checks.find_server(connection)
    if found.is_read_only:
        hint = "connect to the primary server and check default_transaction_read_only"
        yield Check("store", "failed", "the server accepts no writes: it is a standby, or sessions are read-only", hint)
    if not found.may_make_temporary:
        hint = f"GRANT TEMPORARY ON DATABASE ... TO {found.role}"
        yield Check("store", "failed", "collect needs temporary tables, and this role may not create any", hint)
    if tables := checks.fetch_unwritable(connection):
        hint = f"GRANT SELECT, INSERT, UPDATE, DELETE on them to {found.role}, or connect as the store's owner"
        yield Check("store", "failed", f"role {found.role} may not write {listed(tables)}", hint)
    elif not found.is_read_only and found.may_make_temporary:
        yield Check("store", "ok", "writable")


def partitions(connection: "Connection", now: datetime) -> Iterator[Check]:
    """Whether there are partitions for this month and the next, or will be."""
    missing = checks.fetch_missing_partitions(connection, now)
    if not missing:
        yield Check("partitions", "ok", "exist for this month and the next")
    elif checks.may_make_partitions(connection):
        yield Check("partitions", "warning", f"none yet for {listed(missing)}", "`minibar-ml collect` creates them")
    else:
        hint = "run the jobs as the store's owner, with CREATE on the schema minibar_ml"
        yield Check("partitions", "failed", f"none for {listed(missing)}, and this role may not create any", hint)


def models(connection: "Connection", keys: Keys | ConfigurationError) -> Iterator[Check]:
    """Whether every model that was trained is in use, and the key opens it."""

    off = fetch_switched_off(connection)
    if off:
        named = listed([f"{one.model_type} model of {one.metric_type}, hotel {one.hotel_id}" for one in off])
        hint = "`minibar-ml audit list --action models` shows by whom; run `minibar-ml train` to put new ones to use"
        yield Check("models", "failed", f"switched off or deleted: {named}", hint)
    if isinstance(keys, ConfigurationError):
        yield Check("models", "skipped", "no key to open them with")
        return
    seals = fetch_seals(connection)
    if unfinished := sum(seals.get(one.hex(), 0) for one in keys.fingerprints[1:]):
        yield Check(
            "models",
            "warning",
            f"{plural(unfinished, 'model')} still sealed with an old key",
            "run `minibar-ml keys rotate`",
        )
    active, refused = list(fetch_active(connection)), 0
    for model in active:
        try:
            prove(model.model_data, model.header, keys)
        except ModelRefused as error:
            refused += 1
            yield Check("models", "failed", str(error))
    if not active and not off:
        yield Check(
            "models", "warning", "no active models yet", "run `minibar-ml train` once there is a week of history"
        )
    elif active and not refused:
        yield Check("models", "ok", f"all {len(active)} active models can be opened")


def jobs(connection: "Connection", settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether each job keeps its schedule, as in `status`."""
    health = examine(connection, settings, now)
    for one in health.jobs:
        age = f"last success {format_span(one.age)} ago" if one.age is not None else "not run yet"
        if one.state == "ok" or one.state == "running":
            yield Check("jobs", "ok", f"{one.runs.job}: {age}")
        elif one.is_broken:
            yield Check(
                "jobs",
                "failed",
                "; ".join(job_problems(one, health.undone_by(one.runs.job))),
                "see `minibar-ml status`",
            )
        else:
            hint = f"its first time ({one.schedule.text}) has not come; without a schedule, see `minibar-ml cron`"
            yield Check("jobs", "warning", f"{one.runs.job}: {one.state}, {age}", hint if one.state == "never" else "")


def records(connection: "Connection", settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether anything on record is of an instant to come or of rows that there are not, or waits to be recorded."""
    found = []
    if ahead := checks.find_ahead(connection, now):
        found.append((ahead_line(ahead, settings), _removal("ml_job_runs", "as_of, started_at, ended_at")))
    if trainings := checks.count_ahead_trainings(connection):
        said = f"trainings on record of an instant to come: {trainings}"
        found.append((said, _removal("ml_training_logs", "started_at, ended_at")))
    usable = read(connection).usable
    for table, last_id in fetch_lost_watermarks(connection, usable, now).items():
        said = f"collect has noted {last_id} as the last id of {table}, and there is no row near it"
        hint = (
            "rows that are entered late are not noticed below it: as the store's owner, DELETE FROM "
            f"minibar_ml.ml_watermarks WHERE source_table = '{table}'; the next collect notes it again"
        )
        found.append((said, hint))
    waiting = audit.find_waiting(connection)
    if waiting and now - waiting.oldest_at > LONG_WAIT:
        hint = "`minibar-ml alerts notify` names who holds the log: end that session"
        found.append((waiting_line(waiting, now), hint))
    for said, hint in found:
        yield Check("records", "warning", said, hint)
    if not found:
        yield Check("records", "ok", "nothing is of an instant to come, and nothing waits for the audit log")


def _removal(table: str, instants: str) -> str:
    return (
        "a clock was ahead, or somebody wrote them; they decide nothing once a run by the right clock has ended. "
        f"As the store's owner, DELETE FROM minibar_ml.{table} WHERE greatest({instants}) > now() + interval '1 day'"
    )


def people(connection: "Connection", settings: Settings) -> Iterator[Check]:
    """Whether somebody with an address hears of each hotel's alerts; without a mail server that is another check's."""
    if not settings.smtp_host or not checks.may_read_outbox(connection):
        return
    types = types_where(lambda kind: not kind.is_of_server)
    unheard = checks.fetch_unheard(connection, types)
    for hotel, missing in unheard.items():
        hint = "see `minibar-ml people list`; addresses are those of the hotel application"
        if len(missing) == len(types):
            yield Check("people", "failed", f"nobody with an address is notified of alerts of {hotel}", hint)
        else:
            found = f"nobody with an address is notified of these alerts of {hotel}: {listed(missing)}"
            yield Check("people", "warning", found, hint)
    if not unheard:
        yield Check("people", "ok", "somebody with an address is notified of every hotel's alerts")


def data(connection: "Connection", settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether every hotel's data come in, and what of them was refused or not understood."""
    health = examine(connection, settings, now)
    silent = {hotel: known for hotel, known in health.phases.items() if known.is_silent}
    for hotel, known in sorted(silent.items()):
        muted = [str(one.id) for one in health.mutes if one.hotel_id == hotel]
        closed = f"is the hotel application in use? A closed hotel: `minibar-ml mutes add --hotel {hotel} ...`"
        hint = f"mute {listed(muted)} is in force" if muted else closed
        yield Check("data", "warning", describe(hotel, known), hint)
    for one in health.problems:
        yield Check("data", "warning", problem_line(one), "correct these rows in the hotel application")
    if not silent and not health.problems:
        yield Check("data", "ok", "nothing was refused in the last week, and every hotel's data come in")
