"""`minibar-ml alerts list`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated

import typer

from minibar_ml.cli import console, house, session, times
from minibar_ml.cli.alerts import filters, groups, json_rows
from minibar_ml.cli.alerts.filters import one, several
from minibar_ml.cli.alerts.formats import FORMATS, GROUP, print_rows
from minibar_ml.cli.alerts.groups import GROUPINGS, Grouping
from minibar_ml.cli.alerts.table import listing
from minibar_ml.cli.options import AsOf, Hotel, Json, Limit, Quiet, Since, Until, Verbose, examples
from minibar_ml.cli.views import phases
from minibar_ml.config.settings import Settings
from minibar_ml.domain.alerting.alerts import SEVERITIES, STATUSES, Alert
from minibar_ml.domain.alerting.filters import SORTS, AlertFilter, Hidden
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.hotels.phases import History
from minibar_ml.i18n import Lang
from minibar_ml.store import audit, runs
from minibar_ml.store.alerting import alerts, histories

Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", metavar="S", help=f"{', '.join(STATUSES)} or all (default: open and acknowledged)."),
]
Severities = Annotated[
    list[str] | None, typer.Option("--severity", metavar="S", help=f"{', '.join(SEVERITIES)}; may be repeated.")
]
Types = Annotated[
    list[str] | None, typer.Option("--type", metavar="T", help=f"{', '.join(ALERT_TYPES)}; may be repeated.")
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
Flat = Annotated[bool, typer.Option("--flat", help="Every alert in a row of its own, also those of one incident.")]
Sort = Annotated[str, typer.Option("--sort", metavar="S", help="Sort by severity, impact or time.")]
Group = Annotated[str | None, typer.Option("--group", metavar="G", help="Group by hotel, floor or type.")]
Format = Annotated[str | None, typer.Option("--format", metavar="F", help=f"{', '.join(FORMATS)} (default: table).")]


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    shown = examples("alerts list --severity critical --severity high", "alerts list --type vacant_consumption --json")
    noun.command("list", epilog=shown)(list_)


def list_(
    status: Statuses = None,
    severity: Severities = None,
    type_: Types = None,
    hotel: Hotel = None,
    entity: Entity = None,
    floor: Floor = None,
    words: Words = None,
    muted: Muted = False,
    flat: Flat = False,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, Limit] = None,
    sort: Sort = "severity",
    group: Group = None,
    format_: Format = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List alerts, most severe first.

    `--since` and `--until` refer to when an alert was raised. Without `--status`, snoozed and muted alerts are not
    listed but counted on stderr. Alerts with one cause are one row with their parts below it; JSON and CSV list each
    with its `incident_id`. `--as-of` leaves out alerts raised later; the others are shown as they are now.
    """
    printed, by = _format(format_, json=json), one("--group", group, GROUPINGS) if group else None
    settings = house.settings_of(session.settings(), "alerts list")
    start, end = _span(settings, since, until, as_of)
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
    found = _fetch(settings, wanted, floor, by, with_hidden=not (status or muted or quiet))
    if printed == "table" and not (flat or status or muted):
        found = found.by_incident()
    phases.note(found.phases, hotel)
    _print(found, by, printed, session.language(settings), times.today(as_of, settings.zone()))
    _note(found, is_default=not status, with_none=printed == "table" and not quiet)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read for one list: the filter with its rooms, the alerts, their groups, and what is said around them."""

    wanted: AlertFilter
    alerts: list[Alert]
    groups: list[str] | None
    hidden: list[Hidden]
    phases: dict[int, History]
    has_run: bool
    incidents: dict[int, list[Alert]]
    parts: dict[int, list[Alert]] = field(default_factory=dict)
    """By the alert that stands for an incident, the other ones."""

    def by_incident(self) -> "_Found":
        """The same with one alert for each incident, the first of the list, with the incident's severity and loss."""
        rows: dict[int, tuple[Alert, str]] = {}
        for alert, group in zip(self.alerts, self.groups or [""] * len(self.alerts), strict=True):
            rows.setdefault(alert.incident_id or alert.id, (_whole(alert, self.incidents), group))
        if self.groups is None and self.wanted.sort == "severity":
            rows = dict(sorted(rows.items(), key=lambda row: -SEVERITIES.index(row[1][0].severity)))
        shown = [alert for alert, _ in rows.values()]
        groups = None if self.groups is None else [group for _, group in rows.values()]
        parts = {
            alert.id: [part for part in self.incidents.get(number, ()) if part.id != alert.id]
            for number, (alert, _) in rows.items()
        }
        return replace(self, alerts=shown, groups=groups, parts=parts)


def _whole(alert: Alert, incidents: Mapping[int, Sequence[Alert]]) -> Alert:
    parts = incidents.get(alert.incident_id or 0, [alert])
    priced = [one.counted_impact for one in parts if one.counted_impact is not None]
    severest = max((alert, *parts), key=lambda one: SEVERITIES.index(one.severity))
    return replace(alert, impact=sum(priced) if priced else None, severity=severest.severity)


def _span(
    settings: Settings, since: str | None, until: str | None, as_of: str | None
) -> tuple[datetime | None, datetime | None]:
    """When the alerts were raised."""
    start, end = times.span(since, until, settings.zone())
    if as_of:
        instant = times.resolve_as_of(as_of, settings.zone())
        end = min(end or instant, instant)
    return start, end


def _fetch(
    settings: Settings, wanted: AlertFilter, floor: str | None, by: Grouping | None, *, with_hidden: bool
) -> _Found:
    with session.checked_store(settings, "alerts list") as connection:
        if wanted.hotel_id is not None:
            from minibar_ml.store.source import hotels  # brings the source contract in: a list of all does without

            hotels.require(connection, wanted.hotel_id)
        wanted = replace(wanted, rooms=filters.rooms(connection, floor))
        found = alerts.fetch(connection, wanted)
        names = groups.names(connection, found, by)
        incidents = alerts.fetch_incidents(connection, found)
        hidden = histories.fetch_hidden(connection, wanted.hotel_id) if with_hidden else []
        young = runs.fetch_phases(connection)
        has_run = bool(found) or runs.find_last(connection, "detect") is not None
        audit.insert_listing(connection, wanted, len(found))
        connection.commit()
    if names:
        found, names = groups.together(found, names)
    return _Found(wanted, found, names, hidden, young, has_run, incidents)


def _format(word: str | None, *, json: bool) -> str:
    chosen = one("--format", word, FORMATS) if word else "json" if json else "table"
    if json and chosen != "json":
        raise UsageError(f"--json and --format {chosen} cannot be combined.")
    return chosen


def _print(found: _Found, by: Grouping | None, printed: str, lang: Lang, today: date) -> None:
    if printed == "table":
        _print_table(found, by, lang)
        return
    rows = [json_rows.as_json(alert, lang, today) for alert in found.alerts]
    if found.groups is not None:
        rows = [{**row, GROUP: group} for row, group in zip(rows, found.groups, strict=True)]
    print_rows(rows, printed, grouped=found.groups is not None)


def _print_table(found: _Found, by: Grouping | None, lang: Lang) -> None:
    if not found.alerts:
        return
    names = found.groups
    headings = [groups.heading(name, by, names.count(name), lang) for name in names] if names and by else None
    colour = console.coloured()
    for line in listing(found.alerts, lang, console.width(), colour=colour, headings=headings, parts=found.parts):
        console.say(line, colour=colour)


def _note(found: _Found, *, is_default: bool, with_none: bool) -> None:
    """What is not in the list, and why it is empty; `is_default`: no status was asked for."""
    for one_hidden in found.hidden:
        console.note(_describe(one_hidden))
    if found.alerts or not with_none:
        return
    wanted = found.wanted
    waiting = AlertFilter(statuses=wanted.statuses, is_muted=False, limit=wanted.limit, sort=wanted.sort)
    is_unfiltered = is_default and wanted == waiting
    _note_none(has_run=found.has_run, is_unfiltered=is_unfiltered, is_hidden=bool(found.hidden))


def _describe(hidden: Hidden) -> str:
    """What was left out, and how to see it."""
    if hidden.muted_by is None:
        return f"Not shown: {hidden.alerts} snoozed (use --status snoozed)."
    muting = f"alert {hidden.muted_by} ({hidden.type}, {hidden.entity_name})"
    return f"Not shown: {hidden.alerts} muted by {muting} (use --muted)."


def _note_none(*, has_run: bool, is_unfiltered: bool, is_hidden: bool) -> None:
    if not has_run:
        console.note("No alerts: `minibar-ml detect` has not run yet.")
    elif is_hidden and is_unfiltered:
        console.note("No other live alerts.")
    else:
        console.note("No live alerts." if is_unfiltered else "No alerts match.")
