"""The preference options of `people add` and `people set`, and the fields of a person that they change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import time
from typing import Annotated, Any

import typer

from minibar_ml.cli.arguments.choices import one, several
from minibar_ml.cli.arguments.moments import clock
from minibar_ml.domain.alerting.alerts import SEVERITIES
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, AlertType, types_where
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.languages import LANGS
from minibar_ml.domain.people import MAILED_REPORTS, ROLES, Person
from minibar_ml.domain.people import Role as PersonRole

ALL, NONE = "all", "none"
TYPES_OF: Mapping[PersonRole, tuple[AlertType, ...] | None] = {
    "administrator": None,
    "storekeeper": types_where(lambda kind: kind.is_stock),
    "server": types_where(lambda kind: kind.is_operational),
}
"""The types that each role is for; None: all."""
Role = Annotated[str | None, typer.Option("--role", metavar="R", help=f"{' or '.join(ROLES)}.")]
Language = Annotated[str | None, typer.Option("--lang", metavar="L", help="tr or en (default: the hotels' language).")]
Hotels = Annotated[
    list[str] | None,
    typer.Option("--hotel", metavar="H", help="Only this hotel (name or id), or all; may be repeated."),
]
Types = Annotated[
    list[str] | None, typer.Option("--type", metavar="T", help="Only this alert type, or all; may be repeated.")
]
Severity = Annotated[
    str | None, typer.Option("--severity", metavar="S", help=f"Lowest severity: {', '.join(SEVERITIES)}.")
]
QuietHours = Annotated[
    str | None,
    typer.Option(
        "--quiet-hours", metavar="FROM-TO", help="Such as 22:00-07:00, or none; critical alerts are sent anyway."
    ),
]
DigestAt = Annotated[
    str | None,
    typer.Option("--digest", metavar="TIME", help="Send one digest per day at this time, or none: send at once."),
]
Repeat = Annotated[
    str | None,
    typer.Option("--repeat", metavar="MINUTES", help="Repeat at this interval while nobody has read it, or none."),
]
Resolved = Annotated[bool | None, typer.Option("--resolved/--no-resolved", help="Also notify when an alert has ended.")]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report", metavar="R", help="Subscribe to reports by mail: weekly, monthly, rounds or none; may be repeated."
    ),
]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether this person is notified at all.")]


def changes(
    role: str | None,
    hotels: list[str] | None,
    types: list[str] | None,
    severity: str | None,
    lang: str | None,
    quiet_hours: str | None,
    digest: str | None,
    repeat: str | None,
    resolved: bool | None,
    reports: list[str] | None,
    active: bool | None,
) -> dict[str, Any]:
    """The fields of a person that these options set; raises UsageError naming an option that is not valid."""
    found: dict[str, Any] = {}
    if role is not None:
        found["role"] = _one("--role", role, ROLES)
    if hotels is not None:
        found["hotels"] = None if ALL in hotels else tuple(sorted(map(int, hotels)))
    if types is not None:
        found["alert_types"] = None if ALL in types else several("--type", types, ALERT_TYPES, "type")
    if severity is not None:
        found["min_severity"] = one("--severity", severity, SEVERITIES, "severity")
    if lang is not None:
        found["language"] = _one("--lang", lang, LANGS)
    if quiet_hours is not None:
        found["quiet_from"], found["quiet_until"] = _span("--quiet-hours", quiet_hours)
    if digest is not None:
        found["digest_at"] = None if digest == NONE else _time("--digest", digest)
    if repeat is not None:
        found["repeat_minutes"] = None if repeat == NONE else _number("--repeat", repeat)
    if resolved is not None:
        found["wants_resolved"] = resolved
    if reports is not None:
        found["reports"] = () if NONE in reports else tuple(_one("--report", one, MAILED_REPORTS) for one in reports)
    if active is not None:
        found["is_active"] = active
    return found


def apply(person: Person, changes: dict[str, Any]) -> Person:
    """The person with these changes; another role comes with the types that it is for, unless they are given."""
    after = replace(person, **changes)
    if "role" in changes and "alert_types" not in changes and (after.role != person.role or not person.id):
        after = replace(after, alert_types=TYPES_OF[after.role])
    return after


def _span(option: str, text: str) -> tuple[time | None, time | None]:
    if text == NONE:
        return None, None
    start, _, end = text.partition("-")
    quiet_from, quiet_until = _time(option, start), _time(option, end)
    if quiet_from == quiet_until:
        raise UsageError(f"{option} {text!r} must have two different times; use {NONE} for no quiet hours.")
    return quiet_from, quiet_until


def _time(option: str, text: str) -> time:
    if (written := clock(text)) is not None:
        return written
    try:
        found = time.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a time of day, such as 7:30.") from error
    if found.tzinfo or found.second or found.microsecond:
        raise UsageError(f"{option} {text!r} must be hours and minutes without a time zone, such as 07:30.")
    return found


def _number(option: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**31:
        raise UsageError(f"{option} {text!r} is not a whole number above 0.")
    return int(text)


def _one(option: str, word: str, allowed: Iterable[str]) -> str:
    if word not in allowed:
        raise UsageError(f"{option} {word!r} is not one of {', '.join(allowed)}.")
    return word
