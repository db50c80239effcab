"""What holds in the hotels: the facts of the store, which a command reads before anything else."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from minibar_ml import pings
from minibar_ml.cli import session
from minibar_ml.cli.arguments import times
from minibar_ml.config import facts_import
from minibar_ml.config.conversion import as_text
from minibar_ml.config.facts import EVENTS, FACTS, LANG, THRESHOLDS, ZONE, History, House, differing
from minibar_ml.config.loading import examine
from minibar_ml.config.settings import PREFIX, Settings
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.domain.hotels.facts import FROM_THE_BEGINNING, Key, Stated
from minibar_ml.i18n import screen
from minibar_ml.log import logger
from minibar_ml.store import facts
from minibar_ml.store.jobs.locks import exclusive

if TYPE_CHECKING:
    from sqlalchemy import Connection


def at(settings: Settings, command: str, as_of: str | None = None) -> tuple[House, datetime]:
    """What holds as of an instant, and the instant: now, or that of `--as-of` in the hotels' time zone.

    Warns of variables that state something else than the store.
    """
    known = history(settings, command)
    instant = times.resolve_as_of(as_of, known.zone())
    found = known.at(instant)
    screen.use(session.language(found.settings))
    return found, instant


def settings_of(settings: Settings, command: str) -> Settings:
    """The settings with the facts that hold now."""
    return at(settings, command)[0].settings


def history(settings: Settings, command: str) -> History:
    """Every statement of the store, or before the first import those of the environment.

    A job that gets no further than this has failed, and pings so.
    """
    with pings.watched(settings.ping_url, command):
        return _history(settings, command, given())


def _history(settings: Settings, command: str, named: frozenset[str]) -> History:
    with session.store(settings, command) as connection:
        known = read(connection, settings)
    now = datetime.now(UTC)
    screen.use(session.language(known.at(now).settings))
    for fault in known.faults(now):
        logger.warning("ignored in the store: %s", fault)
    for line in variables(known, now, named) if known.is_imported else ():
        logger.warning("%s", line)
    return known


def read(connection: "Connection", settings: Settings) -> History:
    """The same over an open connection, without warnings."""
    found = facts.fetch(connection)
    connection.rollback()
    if any(one.key.fact == ZONE for one in found.stated):
        return History(settings, found.stated, found.sees_thresholds)
    assumed = facts_import.assumed(settings, given())
    return History(settings, assumed, found.sees_thresholds, is_imported=False)


def import_first(connection: "Connection", settings: Settings, operator: str | None = None) -> Mapping[Key, Any]:
    """Take the environment's facts over into a store that has none yet; returns them, none where it has some.

    Points that exist keep their time zone, whatever the environment says: it may be another shell's.
    """
    if read(connection, settings).is_imported:
        return {}
    with exclusive(connection, "config"):
        if read(connection, settings).is_imported:
            return {}
        wanted = facts_import.first(settings, given())
        zone = facts.find_zone(connection)
        if zone is not None and zone != settings.timezone:
            logger.warning("ML_TIMEZONE=%s is not taken over: the stored points are of %s", settings.timezone, zone)
            wanted[Key(ZONE)] = zone
        facts.insert(connection, facts_import.statements(wanted, FROM_THE_BEGINNING, operator))
        connection.commit()
    return wanted


def of_collect(settings: Settings, *, rezone: bool) -> tuple[History, Mapping[Key, Any]]:
    """What a run of collect goes by, after the first import or the change of the time zone; and what was imported.

    Raises ConfigurationError where ML_TIMEZONE is another zone than the store's, unless `rezone`: no run may compute
    points in another one by accident.
    """
    with pings.watched(settings.ping_url, "collect"):
        return _of_collect(settings, rezone=rezone)


def _of_collect(settings: Settings, *, rezone: bool) -> tuple[History, Mapping[Key, Any]]:
    # Of the time zone's variable the next lines say what becomes of it.
    known, imported = _history(settings, "collect", given() - {ZONE}), dict[Key, Any]()
    if not known.is_imported:
        with session.store(settings, "collect") as connection:
            imported |= import_first(connection, settings)
            known = read(connection, settings)
    asked, held = settings.timezone, known.zone().key
    is_other = ZONE in given() and asked != held
    if rezone and not is_other:
        raise UsageError(f"--rezone needs ML_TIMEZONE to name the new time zone; the store's is {held}.")
    if is_other and not rezone:
        raise ConfigurationError(
            f"ML_TIMEZONE={asked}, but the hotels' time zone is {held}: correct or remove the variable, or run "
            "`minibar-ml collect --rezone` to change it and compute all business days again."
        )
    if is_other:
        with session.store(settings, "collect") as connection:
            facts.insert(connection, [Stated(Key(ZONE), asked, datetime.now(UTC))])
            connection.commit()
            known = read(connection, settings)
    return known, imported


def given() -> frozenset[str]:
    """Names of the settings and facts that the environment sets."""
    return examine().given


def variables(known: History, now: datetime, named: frozenset[str] | None = None) -> Iterator[str]:
    """A line for each variable, and each file of one, that states something else than what holds; `named` (default:
    all that are set) are those to look at."""
    named, values = given() if named is None else named, known.values(now)
    if not known.sees_thresholds:
        named -= THRESHOLDS
    for key in differing(values, facts_import.of_variables(known.base, named)):
        held = as_text(values.get(key, FACTS[key.fact].spec.default)) or "empty"
        variable = PREFIX + key.fact.upper()
        cure = _cure(key, known.base)
        if key.fact == LANG:
            yield f"{variable} decides on help and usage errors alone: {LANG} is {held} in the store; {cure}"
        else:
            yield f"{variable} is ignored: {key.fact} is {held} in the store; {cure}"
    for variable, wanted in facts_import.of_files(known.base):
        if wanted is None or differing(values, wanted):
            yield (
                f"{variable} is ignored: the store says something else; `minibar-ml config import` takes it over, "
                "or remove the variable"
            )


def _cure(key: Key, base: Settings) -> str:
    change = f"config set {key.fact} '{as_text(getattr(base, key.fact))}'"
    return f"`minibar-ml {'collect --rezone' if key.fact == ZONE else change}` changes it, or remove the variable"


def shown(value: Any, fact: str) -> str:
    """A value as people read it."""
    if fact == EVENTS:
        return "; ".join(f"{one.name} ({one.starts_on} to {one.ends_on})" for one in value) or "none"
    return as_text(value) or "none"
