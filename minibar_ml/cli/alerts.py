"""`minibar-ml alerts`: read and judge alerts."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import typer

from minibar_ml.cli import alert_json, alert_notify, console, context, phases
from minibar_ml.cli.context import AsOf, Hotel, Json, Quiet, Since, Until, Verbose
from minibar_ml.domain.alerts import (
    ALERT_TYPES,
    LIVE_STATUSES,
    SEVERITIES,
    SORTS,
    STATUSES,
    AlertFilter,
    Status,
    Verdict,
)
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.metrics import COMMON_STORE

app = typer.Typer(no_args_is_help=True, help="Read and judge alerts.")
Word = TypeVar("Word", bound=str)

ANY_STATUS = "all"
WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
SYSTEM = "system"
"""Whom the store names where no person closed an alert."""
PAST_TENSE: dict[Status, str] = {
    "acknowledged": "marked as read",
    "resolved": "resolved",
    "false_positive": "marked as a false positive",
}

Id = Annotated[int, typer.Argument(metavar="ID", help="The alert's number, as `alerts list` shows it.")]
Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="The alerts' numbers.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who judges; else the operating-system user.")]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    alert_notify.register(app)
    root.add_typer(app, name="alerts")


@app.command("list")
def list_(
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="S", help=f"{', '.join(STATUSES)} or all; else open and acknowledged."),
    ] = None,
    severity: Annotated[
        list[str] | None, typer.Option("--severity", metavar="S", help=f"{', '.join(SEVERITIES)}; may be repeated.")
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", metavar="T", help=f"{', '.join(ALERT_TYPES)}; may be repeated.")
    ] = None,
    hotel: Hotel = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="S", help="severity, impact or time.")] = "severity",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List alerts, the gravest first; `--since` and `--until` are about when they were raised.

    `--as-of` leaves out what was raised later; the others are shown as they are now.
    """
    settings = context.settings()
    start, end = context.span(since, until, settings.zone())
    if as_of:
        instant = context.resolve_as_of(as_of, settings.zone())
        end = min(end or instant, instant)
    wanted = AlertFilter(
        statuses=_statuses(status),
        severities=_known("--severity", severity, SEVERITIES),
        types=_known("--type", type_, ALERT_TYPES),
        hotel_id=hotel,
        since=start,
        until=end,
        limit=limit,
        sort=_one("--sort", sort, SORTS),
    )
    from minibar_ml.store import alerts, runs

    with context.store(settings, "alerts list") as connection:
        if hotel is not None:
            from minibar_ml.store import hotels

            hotels.require(connection, hotel)
        found = alerts.fetch(connection, wanted)
        young = runs.fetch_phases(connection)
        has_run = bool(found) or runs.find_last(connection, "detect") is not None
    phases.note(young, hotel)
    if json:
        console.print_json([alert_json.as_json(alert, context.language(settings)) for alert in found])
    elif found:
        from minibar_ml.cli.alert_table import listing

        colour = console.coloured()
        for line in listing(found, context.language(settings), console.width(), colour=colour):
            console.say(line, colour=colour)
    elif not quiet:
        unfiltered = wanted == AlertFilter(limit=limit, sort=wanted.sort)
        if not has_run:
            console.note("No alert: `minibar-ml detect` has not run yet.")
        else:
            console.note("No live alert: nothing needs attention." if unfiltered else "No alert matches.")


@app.command()
def show(alert_id: Id, as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Explain one alert: what was expected, how the last 30 days went, why it was raised, what to do."""
    settings = context.settings()
    today = context.resolve_as_of(as_of, settings.zone()).astimezone(settings.zone()).date()
    from minibar_ml.store import alerts, audit

    with context.store(settings, "alerts show") as connection:
        alert = alerts.get(connection, alert_id)
        series = alerts.fetch_series(connection, alert_id, today)
        audit.insert(connection, "alert.view", f"alert {alert_id}")
        connection.commit()
    if json:
        console.print_json(alert_json.explained(alert, series, context.language(settings)))
        return
    from minibar_ml.cli import alert_views

    console.out().print(alert_views.explanation(alert, series, context.language(settings)))


@app.command()
def read(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as read: somebody is looking after them."""
    _judge(ids, "acknowledged", by, quiet)


@app.command("false-positive")
def false_positive(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as false: the same finding does not come back, and training learns from it."""
    _judge(ids, "false_positive", by, quiet)


@app.command()
def resolve(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as settled."""
    _judge(ids, "resolved", by, quiet)


@app.command()
def stats(
    window: Annotated[str, typer.Option("--window", metavar="W", help="24h, 7d or 30d.")] = "7d",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Count the alerts of a window by type, severity, status and day, how many were false, and the budget's use."""
    settings = context.settings()
    until = context.resolve_as_of(as_of, settings.zone())
    length = WINDOWS[_one("--window", window, tuple(WINDOWS))]
    since = until - length
    from minibar_ml.store import alerts, hotels, runs

    with context.store(settings, "alerts stats") as connection:
        counted = alerts.stats(connection, since, until)
        rooms = hotels.fetch_rooms(connection, since, until).get(COMMON_STORE)
        young = runs.fetch_phases(connection)
    phases.note(young)
    spending = counted.spending(settings.alert_budget, rooms, length.days)
    if json:
        span = {"window": window, "since": since, "until": until, "rooms": rooms}
        console.print_json({**span, **alert_json.stats_json(counted), **alert_json.spending_json(spending)})
        return
    from minibar_ml.cli import alert_views
    from minibar_ml.cli.spending_table import spending_table

    language = context.language(settings)
    tables = (
        *alert_views.stats_tables(counted, language),
        "",
        spending_table(spending, rooms, language, with_verdicts=True),
    )
    for table in tables:
        console.out().print(table)


def _judge(ids: list[int], verdict: Verdict, by: str | None, quiet: bool) -> None:
    settings = context.settings()
    from minibar_ml.store import alerts

    with context.store(settings, "alerts verdict") as connection:
        changed = alerts.judge(connection, ids, verdict, _operator(by), datetime.now(UTC))
        unchanged = alerts.fetch_by_id(connection, set(ids) - {alert.id for alert in changed})
        connection.commit()
    if quiet:
        return
    for alert in changed:
        console.note(f"alert {alert.id}: {PAST_TENSE[verdict]}")
    for alert in unchanged:
        console.note(f"alert {alert.id}: already {PAST_TENSE.get(alert.status, alert.status)}; left as it is")


def _operator(by: str | None) -> str:
    from minibar_ml.store.audit import os_user

    name = (by or "").strip() if by is not None else os_user()
    if not name or name == SYSTEM:
        raise UsageError(f"--by {name!r} names nobody; write the name of the person who judges.")
    return name


def _statuses(words: list[str] | None) -> tuple[Status, ...] | None:
    chosen = [_one("--status", word, (*STATUSES, ANY_STATUS)) for word in words or LIVE_STATUSES]
    return None if ANY_STATUS in chosen else tuple(status for status in STATUSES if status in chosen)


def _known(option: str, words: list[str] | None, allowed: tuple[Word, ...]) -> tuple[Word, ...] | None:
    """The words of a repeatable option, None for none; raises UsageError naming what is allowed."""
    return tuple(_one(option, word, allowed) for word in words) if words else None


def _one(option: str, word: str, allowed: Iterable[Word]) -> Word:
    for known in allowed:
        if known == word:
            return known
    raise UsageError(f"{option} {word!r} is not one of {', '.join(allowed)}.")
