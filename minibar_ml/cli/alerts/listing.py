"""`minibar-ml alerts list`."""

from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.alerts import filters, groups, json_rows
from minibar_ml.cli.alerts.filters import one, several
from minibar_ml.cli.alerts.formats import FORMATS, GROUP
from minibar_ml.cli.alerts.groups import GROUPINGS, Grouping
from minibar_ml.cli.options import AsOf, Hotel, Json, Limit, Quiet, Since, Until, Verbose
from minibar_ml.cli.views import phases
from minibar_ml.domain.alert_kinds import ALERT_TYPES
from minibar_ml.domain.alerts import SEVERITIES, SORTS, STATUSES, AlertFilter
from minibar_ml.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibar_ml.domain.alerts import Alert, Hidden
    from minibar_ml.i18n import Lang


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
    entity: Annotated[
        str | None,
        typer.Option("--entity", metavar="E", help="Of this one: room:1126 by its id, or a part of its name."),
    ] = None,
    floor: Annotated[str | None, typer.Option("--floor", metavar="F", help="Rooms on the floor of this name.")] = None,
    words: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="With this in name, message or a comment, in capitals or not."),
    ] = None,
    muted: Annotated[bool, typer.Option("--muted", help="Those that another live alert mutes, and no others.")] = False,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, Limit] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="S", help="severity, impact or time.")] = "severity",
    group: Annotated[
        str | None, typer.Option("--group", metavar="G", help="hotel, floor or type: those alike side by side.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="F", help=f"{', '.join(FORMATS)}; else table.")
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List alerts, the gravest first; `--since` and `--until` are about when they were raised.

    Without --status snoozed and muted alerts are left out, and counted on stderr. `--as-of` leaves out what was raised
    later; the others are shown as they are now.
    """
    settings = session.settings()
    start, end = times.span(since, until, settings.zone())
    if as_of:
        instant = times.resolve_as_of(as_of, settings.zone())
        end = min(end or instant, instant)
    printed, by = _format(format_, json=json), one("--group", group, GROUPINGS) if group else None
    statuses, is_muted = filters.statuses(status, muted=muted)
    wanted = AlertFilter(
        statuses=statuses,
        severities=several("--severity", severity, SEVERITIES),
        types=several("--type", type_, ALERT_TYPES),
        hotel_id=hotel,
        since=start,
        until=end,
        words=filters.words(words),
        is_muted=is_muted,
        limit=limit,
        sort=one("--sort", sort, SORTS),
        **filters.entity(entity),
    )
    from dataclasses import replace

    from minibar_ml.store import alerts, audit, runs

    with session.store(settings, "alerts list") as connection:
        if hotel is not None:
            from minibar_ml.store.source import hotels

            hotels.require(connection, hotel)
        wanted = replace(wanted, rooms=filters.rooms(connection, floor))
        found = alerts.fetch(connection, wanted)
        group_names = groups.names(connection, found, by)
        hidden = [] if status or muted or quiet else alerts.fetch_hidden(connection, hotel)
        young = runs.fetch_phases(connection)
        has_run = bool(found) or runs.find_last(connection, "detect") is not None
        audit.insert_listing(connection, wanted, len(found))
        connection.commit()
    phases.note(young, hotel)
    if group_names:
        found, group_names = groups.together(found, group_names)
    if printed == "table":
        _print_table(found, group_names, by, session.language(settings))
    else:
        _print(found, group_names, printed, session.language(settings))
    for one_hidden in hidden:
        console.note(_told(one_hidden))
    if not found and printed == "table" and not quiet:
        waiting = AlertFilter(statuses=statuses, is_muted=False, limit=limit, sort=wanted.sort)
        _note_none(has_run=has_run, is_unfiltered=not status and wanted == waiting, is_hidden=bool(hidden))


def _format(word: str | None, *, json: bool) -> str:
    chosen = one("--format", word, FORMATS) if word else "json" if json else "table"
    if json and chosen != "json":
        raise UsageError(f"--json and --format {chosen} are two wishes; leave one out.")
    return chosen


def _print(found: "Sequence[Alert]", groups: "Sequence[str] | None", printed: str, lang: "Lang") -> None:
    from minibar_ml.cli.alerts.formats import print_rows

    rows = [json_rows.as_json(alert, lang) for alert in found]
    if groups is not None:
        rows = [{**row, GROUP: group} for row, group in zip(rows, groups, strict=True)]
    print_rows(rows, printed, grouped=groups is not None)


def _print_table(found: "Sequence[Alert]", names: "Sequence[str] | None", by: Grouping | None, lang: "Lang") -> None:
    if not found:
        return
    from minibar_ml.cli.alerts.table import listing

    headings = [groups.heading(name, by, names.count(name), lang) for name in names] if names and by else None
    colour = console.coloured()
    for line in listing(found, lang, console.width(), colour=colour, headings=headings):
        console.say(line, colour=colour)


def _told(hidden: "Hidden") -> str:
    """What was left out, and how to see it."""
    if hidden.muted_by is None:
        return f"{hidden.alerts} snoozed, not shown: --status snoozed shows them."
    what = console.visible(f"{hidden.type}, {hidden.entity_name}")
    return f"{hidden.alerts} muted by alert {hidden.muted_by} ({what}), not shown: --muted shows them."


def _note_none(*, has_run: bool, is_unfiltered: bool, is_hidden: bool) -> None:
    if not has_run:
        console.note("No alert: `minibar-ml detect` has not run yet.")
    elif is_hidden and is_unfiltered:
        console.note("No other live alert.")
    else:
        console.note("No live alert: nothing needs attention." if is_unfiltered else "No alert matches.")
