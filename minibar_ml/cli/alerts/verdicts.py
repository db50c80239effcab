"""`minibar-ml alerts read`, `resolve`, `false-positive`, `snooze`, `reopen` and `comment`."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.alerts import ids
from minibar_ml.cli.alerts.ids import STDIN, Ids
from minibar_ml.cli.arguments import times
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.domain.alerting.alerts import SYSTEM, Alert, Status, Verdict
from minibar_ml.domain.errors import UsageError
from minibar_ml.store.alerting import alerts, decisions
from minibar_ml.store.engine import os_user

if TYPE_CHECKING:
    from sqlalchemy import Connection

"""Who closed an alert that no person closed, in the store."""
PAST_TENSE: dict[Status, str] = {
    "open": "open",
    "acknowledged": "marked as read",
    "snoozed": "snoozed",
    "resolved": "resolved",
    "false_positive": "marked as a false positive",
}
LONGEST_SNOOZE = timedelta(days=366)
LONGEST_COMMENT = 4000

Id = Annotated[int, typer.Argument(metavar="ID", help="Id of the alert, from `alerts list`.", min=0)]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Your name (default: the operating-system user).")]
Comment = Annotated[
    str | None, typer.Option("--comment", metavar="TEXT", help="Why, stored as a comment on each alert that changes.")
]
Change = Callable[["Connection", list[int], str], list[Alert]]


def register(noun: typer.Typer) -> None:
    """Add these verbs to the noun `alerts`."""
    noun.command(epilog=examples("alerts read 17 18"))(read)
    noun.command(
        epilog=examples("alerts resolve 17", "alerts list --type data_stale --json | minibar-ml alerts resolve -")
    )(resolve)
    noun.command("false-positive", epilog=examples("alerts false-positive 17 --comment counted"))(false_positive)
    noun.command(epilog=examples("alerts snooze 17 --until 'tomorrow 08:00' --reason 'stocktaking'"))(snooze)
    noun.command(epilog=examples("alerts reopen 17"))(reopen)
    noun.command(epilog=examples("alerts comment 17 'Counted again with the floor manager'"))(comment)


def read(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as read: somebody is working on them."""
    _set_verdict(ids, "acknowledged", by)


def false_positive(
    ids: Ids, comment: Comment = None, by: By = None, quiet: Quiet = False, verbose: Verbose = False
) -> None:
    """Mark alerts as false; training learns from it.

    The same finding does not raise an alert again.
    """
    _set_verdict(ids, "false_positive", by, comment)


def resolve(ids: Ids, comment: Comment = None, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Mark alerts as resolved."""
    _set_verdict(ids, "resolved", by, comment)


def snooze(
    ids: Ids,
    until: Annotated[
        str,
        typer.Option("--until", metavar="T", help="2026-03-01, 8:00, 'tomorrow 8:00', monday, 3d or 2h."),
    ],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="The reason, stored as a comment.")
    ] = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Hide alerts until a given time.

    They are listed again then, unless they have ended; one that becomes critical is listed at once.
    """
    zone = house.settings_of(session.settings(), "alerts snooze").zone()
    wakes_at = wakes_at_of(until, zone)
    comment = None if reason is None else body_of(reason)
    _change(
        ids,
        by,
        lambda connection, numbers, operator: decisions.snooze(connection, numbers, wakes_at, operator, comment),
    )


def reopen(ids: Ids, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Undo a verdict or end a snooze.

    The alerts are open again, and training ignores the verdict.
    """
    _change(ids, by, decisions.reopen, kept="a newer alert of the same kind is open")


def comment(
    alert_id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The comment; - reads it from stdin.")],
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Add a comment to an alert.

    `alerts show` prints it.
    """
    body, operator = body_of(sys.stdin.read() if text == STDIN else text), operator_of(by)
    with session.store(session.settings(), "alerts comment") as connection:
        decisions.comment(connection, alert_id, operator, body)
        connection.commit()
    console.note(f"alert {alert_id}: comment added")


def _set_verdict(ids: Sequence[str], verdict: Verdict, by: str | None, comment: str | None = None) -> None:
    body = None if comment is None else body_of(comment)
    _change(
        ids,
        by,
        lambda connection, numbers, operator: decisions.set_verdict(
            connection, numbers, verdict, operator, datetime.now(UTC), body
        ),
    )


def _change(words: Sequence[str], by: str | None, change: Change, kept: str | None = None) -> None:
    """Change alerts, all or none, and report each one's status; `kept`: why an alert may stay closed."""
    settings, operator, numbers = session.settings(), operator_of(by), ids.parsed(words)
    if not numbers:
        console.note("No alert ids on stdin; nothing was changed.")
        return

    def once(connection: "Connection") -> tuple[list[Alert], list[Alert]]:
        session.require(connection)
        changed = change(connection, numbers, operator)
        unchanged = alerts.fetch_by_id(connection, set(numbers) - {alert.id for alert in changed})
        connection.commit()
        return changed, unchanged

    changed, unchanged = session.work(settings, "alerts verdict", once)
    for alert in changed:
        until = f" until {alert.snoozed_until:%Y-%m-%d %H:%M}" if alert.snoozed_until else ""
        console.note(f"alert {alert.id}: {PAST_TENSE[alert.status]}{until}")
    for alert in unchanged:
        console.note(f"alert {alert.id}: unchanged, {_why_kept(alert, kept)}")


def _why_kept(alert: Alert, otherwise: str | None) -> str:
    if alert.resolved_by == SYSTEM:
        return "already ended"
    return f"already {PAST_TENSE[alert.status]}" if otherwise is None or alert.status == "open" else otherwise


def wakes_at_of(text: str, zone: ZoneInfo) -> datetime:
    """When a snooze ends, as a text names it; raises UsageError where that is not in the future, or too far in it."""
    wakes_at = times.instant(text, zone, "--until", ahead=True)
    now = datetime.now(UTC)  # read after `wakes_at`, so that the text "now" is not ahead of it
    if wakes_at <= now:
        raise UsageError(f"--until {text} is not in the future.")
    if wakes_at - now > LONGEST_SNOOZE:
        raise UsageError(
            f"--until {text} is more than a year ahead; use `minibar-ml alerts false-positive` or `resolve`."
        )
    return wakes_at


def body_of(text: str) -> str:
    """A comment's text; raises UsageError for an empty one and for one that is too long."""
    body = text.strip()
    if not body or "\0" in body:
        raise UsageError("The comment is empty.")
    if len(body) > LONGEST_COMMENT:
        raise UsageError(f"A comment has at most {LONGEST_COMMENT} characters; this one has {len(body)}.")
    return body


def operator_of(by: str | None) -> str:
    """Who decides: the name given, else the operating-system user; raises UsageError for no person's name."""
    name = (by or "").strip() if by is not None else os_user()
    if not name or name == SYSTEM or "\0" in name:
        raise UsageError(f"--by {name!r} is not a person's name.")
    return name
