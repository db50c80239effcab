"""Checks of the facts of the hotels: that they stand in the store, can be read, and that no variable says otherwise."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from minibar_ml.cli import house, plans
from minibar_ml.cli.terminal.console import plural
from minibar_ml.config.settings import Settings
from minibar_ml.domain.health import Check
from minibar_ml.store.source import hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection


def facts(connection: "Connection", settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether what holds in the hotels stands in the store; raises ConfigurationError for an unknown country."""
    known = house.read(connection, settings)
    if not known.is_imported:
        found = "not in the store yet: every shell's environment holds for what is run in it"
        yield Check("facts", "warning", found, "run `minibar-ml config import` with the settings of the jobs")
        return
    today = now.astimezone(known.zone()).date()
    plans.calendar(known.at(now), today, today)
    problems = [*(f"ignored in the store: {fault}" for fault in known.faults(now)), *house.variables(known, now)]
    for problem in problems:
        yield Check("facts", "warning", problem)
    if not problems:
        yield Check("facts", "ok", f"{plural(len(known.values(now)), 'value')} in the store")


def events(connection: "Connection", settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether the hotels that have events exist."""
    named = {hotel_id for hotel_id in house.read(connection, settings).at(now).events if hotel_id is not None}
    known = hotels.fetch_names(connection).keys()
    if known and (unknown := sorted(named - known)):
        found = f"there are events of hotel {', '.join(map(str, unknown))}, which the source does not have"
        yield Check("events", "warning", found, "correct the file of events, then run `minibar-ml config import FILE`")
        return
    yield Check("events", "ok", f"events of {plural(len(named), 'hotel')}" if named else "no events of single hotels")
