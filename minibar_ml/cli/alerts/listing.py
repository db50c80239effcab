"""`minibar-ml alerts list`."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.alerts import filters, groups, json_rows
from minibar_ml.cli.alerts.formats import GROUP, print_rows
from minibar_ml.cli.alerts.found import Found, fetch
from minibar_ml.cli.alerts.groups import GROUPINGS, Grouping
from minibar_ml.cli.alerts.table import Around, Style, folded, long, short
from minibar_ml.cli.arguments import choices, times
from minibar_ml.cli.arguments.choices import one, several
from minibar_ml.cli.arguments.options import AsOf, Hotels, Json, Limit, Quiet, Since, Until, Verbose, examples
from minibar_ml.cli.terminal import console, pager
from minibar_ml.cli.views import phases
from minibar_ml.config.settings import Settings
from minibar_ml.domain.alerting.alerts import SEVERITIES, STATUSES
from minibar_ml.domain.alerting.filters import SORTS, AlertFilter
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.i18n import Lang, listings

Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", metavar="S", help=f"{', '.join(STATUSES)} or all (default: open and acknowledged)."),
]
Severities = Annotated[
    list[str] | None, typer.Option("--severity", metavar="S", help=f"{', '.join(SEVERITIES)}; may be repeated.")
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="T", help=f"Code or title: {', '.join(ALERT_TYPES)}; may be repeated."),
]
Entity = Annotated[
    str | None, typer.Option("--entity", metavar="E", help="Only this one: room:1126 (its id), or part of its name.")
]
Floor = Annotated[str | None, typer.Option("--floor", metavar="F", help="Only rooms on this floor (its name).")]
Words = Annotated[
    str | None,
    typer.Option("--text", metavar="TEXT", help="Only with this in name, message or comment; case is ignored."),
]
Muted = Annotated[bool, typer.Option("--muted", help="Only alerts muted by another live alert.")]
Long = Annotated[bool, typer.Option("--long", help="With the message of each alert below it.")]
Flat = Annotated[bool, typer.Option("--flat", help="Every alert in a row of its own, also those of one incident.")]
Sort = Annotated[str, typer.Option("--sort", metavar="S", help="Sort by severity, impact or time.")]
Group = Annotated[str | None, typer.Option("--group", metavar="G", help="Group by hotel, floor or type.")]
Format = Annotated[str | None, typer.Option("--format", metavar="F", help=choices.formats("alerts"))]


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    shown = examples(
        "alerts list --severity critical --severity high",
        "alerts list --hotel Deniz --long",
        "alerts list --type vacant_consumption --json",
    )
    noun.command("list", epilog=shown)(list_)


def list_(
    status: Statuses = None,
    severity: Severities = None,
    type_: Types = None,
    hotel: Hotels = None,
    entity: Entity = None,
    floor: Floor = None,
    words: Words = None,
    muted: Muted = False,
    flat: Flat = False,
    with_messages: Long = False,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, Limit] = None,
    sort: Sort = "severity",
    group: Group = None,
    format_: Format = None,
    no_pager: pager.NoPager = False,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List alerts, most severe first.

    One line for each alert; `--long` adds its message, `alerts show` explains it. On a terminal, a list that is longer
    than the screen is shown by the pager (`PAGER`). `--since` and `--until` refer to when an alert was raised. Without
    `--status`, snoozed and muted alerts are not listed but counted on stderr. Alerts with one cause are one row (`+2`:
    two more); JSON and CSV list each with its `incident_id`. `--as-of` leaves out alerts raised later; the others are
    shown as they are now.
    """
    printed = choices.printed("alerts", format_, is_json=json)
    by = one("--group", group, GROUPINGS) if group else None
    settings = house.at(session.settings(), "alerts list", as_of)[0].settings
    start, end = _span(settings, since, until, as_of)
    statuses, is_muted = filters.statuses(status, muted=muted)
    wanted = AlertFilter(
        statuses=statuses,
        severities=several("--severity", severity, SEVERITIES, "severity"),
        types=several("--type", type_, ALERT_TYPES, "type"),
        since=start,
        until=end,
        words=filters.words(words),
        is_muted=is_muted,
        limit=limit,
        sort=one("--sort", sort, SORTS),
        **filters.entity(entity),
    )
    found = fetch(settings, wanted, hotel, floor, by, with_hidden=not (status or muted or quiet))
    lang, today = session.language(settings), times.today(as_of, settings.zone())
    if printed != "table":
        _print(found, printed, lang, today, settings.zone())
    elif found.alerts:
        shown = found if flat or status or muted else found.by_incident()
        style = Style(lang, console.width(), console.coloured(), today)
        _print_table(shown, len(found.alerts), by, style, settings.currency, is_long=with_messages, paged=not no_pager)
        if not (quiet or all(map(listings.is_in_sum, shown.alerts))):
            console.note(listings.not_in_sum(lang))
    phases.note(found.phases, found.wanted.hotel_ids)
    _note(found, lang, is_default=not status, with_none=printed == "table" and not quiet)


def _span(
    settings: Settings, since: str | None, until: str | None, as_of: str | None
) -> tuple[datetime | None, datetime | None]:
    """When the alerts were raised; what a run as of the instant raised is known as of it."""
    start, end = times.span(since, until, settings.zone())
    if as_of:
        after = times.resolve_as_of(as_of, settings.zone()) + datetime.resolution
        end = min(end or after, after)
    return start, end


def _print(found: Found, printed: str, lang: Lang, today: date, zone: ZoneInfo) -> None:
    rows = [json_rows.as_json(alert, lang, today, found.hotels) for alert in found.alerts]
    if found.groups is not None:
        rows = [{**row, GROUP: group} for row, group in zip(rows, found.groups, strict=True)]
    print_rows(rows, printed, zone, grouped=found.groups is not None)


def _print_table(
    found: Found, alerts: int, by: Grouping | None, style: Style, currency: str, *, is_long: bool, paged: bool
) -> None:
    """The heading and the table; on a terminal that it overflows, without a pager, the most severe comes last.

    `alerts`: how many were read for it.
    """
    only = found.only_hotel(style.lang)
    names = found.groups
    around = Around(
        [groups.heading(name, by, names.count(name), style.lang) for name in names] if names and by else None,
        found.parts,
        None if only else found.hotels,
    )
    said = listings.heading(found.totals, alerts, len(found.alerts), only, style.lang, currency)
    head = folded(console.visible(said), style.width)
    lines = list((long if is_long else short)(found.alerts, around, style))
    is_plain = not (is_long or names)
    if is_plain and pager.overflows(len(head) + len(lines)) and not (paged and pager.command()):
        lines = [*reversed(lines[2:]), lines[1], lines[0], "", *head]
    else:
        lines = [*head, "", *lines]
    pager.show(lines, colour=style.colour, wanted=paged)


def _note(found: Found, lang: Lang, *, is_default: bool, with_none: bool) -> None:
    """What is not in the list, and why it is empty; `is_default`: no status was asked for."""
    for one_hidden in found.hidden:
        console.note(listings.left_out(one_hidden, lang))
    if found.alerts or not with_none:
        return
    wanted = found.wanted
    waiting = AlertFilter(statuses=wanted.statuses, is_muted=False, limit=wanted.limit, sort=wanted.sort)
    is_unfiltered = is_default and wanted == waiting
    console.note(listings.empty(lang, has_run=found.has_run, is_unfiltered=is_unfiltered, is_hidden=bool(found.hidden)))
