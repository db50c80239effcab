"""What a person does with alerts: `read`, `resolve`, `false-positive`, `snooze`, `reopen`, `comment`."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.alerts import ids
from minibar_ml.cli.alerts.ids import STDIN, Ids
from minibar_ml.cli.options import Quiet, Verbose
from minibar_ml.domain.alerts import Alert, Status, Verdict
from minibar_ml.domain.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

SYSTEM = "system"
"""Whom the store names where no person closed an alert."""
PAST_TENSE: dict[Status, str] = {
    "open": "open",
    "acknowledged": "marked as read",
    "snoozed": "snoozed",
    "resolved": "resolved",
    "false_positive": "marked as a false positive",
}
LONGEST_SNOOZE = timedelta(days=366)
LONGEST_COMMENT = 4000
_CLOCK = re.compile(r"(?:(tomorrow|yarın)\s+)?(\d{1,2}):(\d{2})", re.IGNORECASE)

Id = Annotated[int, typer.Argument(metavar="ID", help="The alert's number, as `alerts list` shows it.", min=0)]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who judges; else the operating-system user.")]
Change = Callable[["Connection", list[int], str], list[Alert]]


def read(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as read: somebody is looking after them."""
    _judge(ids, "acknowledged", by)


def false_positive(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as false: the same finding does not come back, and training learns from it."""
    _judge(ids, "false_positive", by)


def resolve(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as settled."""
    _judge(ids, "resolved", by)


def snooze(
    ids: Ids,
    until: Annotated[
        str,
        typer.Option("--until", metavar="T", help="When to come back: ISO date or time, 08:00 or 'tomorrow 08:00'."),
    ],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept as a comment.")] = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Put alerts off: they leave the list and come back then, unless they are over, or at once if critical."""
    wakes_at = _wakes_at(until, datetime.now(UTC), session.settings().zone())
    said = None if reason is None else _body(reason)

    def put_off(connection: "Connection", numbers: list[int], operator: str) -> list[Alert]:
        from minibar_ml.store import alerts

        return alerts.snooze(connection, numbers, wakes_at, operator, said)

    _change(ids, by, put_off)


def reopen(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Take back a verdict or end a snooze: the alerts are open again, and training forgets what was said of them."""

    def take_back(connection: "Connection", numbers: list[int], operator: str) -> list[Alert]:
        from minibar_ml.store import alerts

        return alerts.reopen(connection, numbers, operator)

    _change(ids, by, take_back, kept="raised again since")


def comment(
    alert_id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write down; - reads it from stdin.")],
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write something down about an alert, for `alerts show`."""
    body, operator = _body(sys.stdin.read() if text == STDIN else text), _operator(by)
    from minibar_ml.store import alerts

    with session.store(session.settings(), "alerts comment") as connection:
        alerts.comment(connection, alert_id, operator, body)
        connection.commit()
    console.note(f"alert {alert_id}: comment added")


def _judge(ids: Sequence[str], verdict: Verdict, by: str | None) -> None:
    def give(connection: "Connection", numbers: list[int], operator: str) -> list[Alert]:
        from minibar_ml.store import alerts

        return alerts.judge(connection, numbers, verdict, operator, datetime.now(UTC))

    _change(ids, by, give)


def _change(words: Sequence[str], by: str | None, change: Change, kept: str | None = None) -> None:
    """Make one change to alerts, all or none, and say of each what became of it; `kept`: why one stays closed."""
    settings, operator, numbers = session.settings(), _operator(by), ids.parsed(words)
    if not numbers:
        console.note("No alert number on stdin: nothing was changed.")
        return

    def once(connection: "Connection") -> tuple[list[Alert], list[Alert]]:
        from minibar_ml.store import alerts

        changed = change(connection, numbers, operator)
        unchanged = alerts.fetch_by_id(connection, set(numbers) - {alert.id for alert in changed})
        connection.commit()
        return changed, unchanged

    changed, unchanged = session.work(settings, "alerts verdict", once)
    for alert in changed:
        until = f" until {alert.snoozed_until:%Y-%m-%d %H:%M}" if alert.snoozed_until else ""
        console.note(f"alert {alert.id}: {PAST_TENSE[alert.status]}{until}")
    for alert in unchanged:
        console.note(f"alert {alert.id}: {_why_kept(alert, kept)}; left as it is")


def _why_kept(alert: Alert, otherwise: str | None) -> str:
    if alert.resolved_by == SYSTEM:
        return "over by itself"
    return f"already {PAST_TENSE[alert.status]}" if otherwise is None or alert.status == "open" else otherwise


def _wakes_at(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a snooze ends; raises UsageError where that is not in the future, or too far in it."""
    if clock := _CLOCK.fullmatch(text.strip()):
        wakes_at = _next(clock, now, zone)
    else:
        wakes_at = times.instant(text, zone, "--until")
    if wakes_at <= now:
        raise UsageError(f"--until {text} is past; write when the alert shall come back.")
    if wakes_at - now > LONGEST_SNOOZE:
        raise UsageError(f"--until {text} is more than a year ahead; nobody will remember why.")
    return wakes_at


def _next(clock: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime:
    """The next time that a clock in the hotel shows so, or tomorrow's."""
    tomorrow, hour, minute = clock[1], int(clock[2]), int(clock[3])
    if hour > 23 or minute > 59:
        raise UsageError(f"--until {clock[0]} is no time of a day; write 08:00.")
    local = now.astimezone(zone)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (at + timedelta(days=1) if tomorrow or at <= local else at).astimezone(UTC)


def _body(text: str) -> str:
    body = text.strip()
    if not body or "\0" in body:
        raise UsageError("A comment says something; write what.")
    if len(body) > LONGEST_COMMENT:
        raise UsageError(f"A comment has at most {LONGEST_COMMENT} characters; this has {len(body)}.")
    return body


def _operator(by: str | None) -> str:
    from minibar_ml.store.engine import os_user

    name = (by or "").strip() if by is not None else os_user()
    if not name or name == SYSTEM or "\0" in name:
        raise UsageError(f"--by {name!r} names nobody; write the name of the person who judges.")
    return name
