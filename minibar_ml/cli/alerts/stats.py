"""`minibar-ml alerts stats`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.alerts import stats_json
from minibar_ml.cli.arguments.choices import one
from minibar_ml.cli.arguments.options import AsOf, Hotels, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.views import phases
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.store.alerting import counts
from minibar_ml.store.jobs import runs
from minibar_ml.store.source import hotels

WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    noun.command(epilog=examples("alerts stats --window 30d", "alerts stats --hotel Deniz"))(stats)


def stats(
    window: Annotated[str, typer.Option("--window", metavar="W", help="24h, 7d or 30d.")] = "7d",
    hotel: Hotels = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Count alerts by type, severity, status and day.

    Also shows how many of the reviewed ones were false, and how much of the budget of false alerts was used.
    """
    length = WINDOWS[one("--window", window, tuple(WINDOWS))]
    known, until = house.at(session.settings(), "alerts stats", as_of)
    settings = known.settings
    since = until - length
    with session.store(settings, "alerts stats") as connection:
        chosen = hotels.find_ids(connection, hotel)
        counted = counts.fetch(connection, since, until, chosen)
        rooms = _rooms(hotels.fetch_rooms(connection, since, until), chosen)
        young = runs.fetch_phases(connection)
        shares = runs.fetch_shares(connection)
    phases.note(young, chosen)
    is_hidden = "alert_budget" in known.hidden
    usage = counted.usage(None if is_hidden else settings.alert_budget, rooms, length.days)
    if is_hidden:
        console.note("The budget is shown to administrators only.")
    if json:
        span = {"window": window, "since": since, "until": until, "rooms": rooms, "hotel_ids": chosen}
        figures = {**stats_json.stats_json(counted), **stats_json.usage_json(usage)}
        console.print_json({**span, **figures, **stats_json.split_json(counted, usage, shares)})
        return
    from minibar_ml.cli.alerts import views  # rich's tables, which --json does without
    from minibar_ml.cli.views.budget_table import split_table, usage_table

    language = session.language(settings)
    tables = (
        *views.stats_tables(counted, language),
        "",
        usage_table(usage, rooms, language, with_verdicts=True),
        "",
        split_table(counted, usage, shares, language),
    )
    for table in tables:
        console.out().print(table)


def _rooms(known: Mapping[int, int], chosen: list[int] | None) -> int | None:
    """The rooms of the chosen hotels together; the common store serves all. None where none is known."""
    if chosen is None or COMMON_STORE in chosen:
        return known.get(COMMON_STORE)
    return sum(known.get(number, 0) for number in chosen) or None
