"""What people decide on alerts: verdicts, snoozes, comments, each with its entry in the audit log."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.domain.alerting.alerts import Alert, Status, Verdict
from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.store.alerting.alerts import fetch_by_id, get, mute, of_rows
from minibar_ml.store.queries import query

FROM_STATUSES: Mapping[Verdict, tuple[Status, ...]] = {
    "acknowledged": ("open", "snoozed"),
    "resolved": ("open", "acknowledged", "snoozed"),
    "false_positive": ("open", "acknowledged", "snoozed", "resolved"),
}
"""The statuses that a verdict changes; any other is left as it is."""


def _can_mute(alert: Alert) -> bool:
    kind = KINDS[alert.type]
    return kind.marks_stale_data or alert.reason in kind.shift_reasons


def _with_muted(connection: Connection, changed: list[Alert]) -> list[Alert]:
    """The same, after what they mute or muted was raised or released, as the next detect would do."""
    if any(_can_mute(alert) for alert in changed):
        mute(connection)
    return changed


def _require_right(connection: Connection, ids: Collection[int]) -> None:
    """Lock these alerts; raises NotFound for unknown ids, PreconditionFailed for those that the role may only see."""
    seen = [alert.id for alert in fetch_by_id(connection, ids)]
    may = set(connection.execute(query("alerts.fetch_changeable"), {"ids": list(ids)}).scalars())
    if only_seen := sorted(set(seen) - may):
        raise PreconditionFailed(
            f"The database role sees alert {', '.join(map(str, only_seen))} but may not change it: "
            "administrators of the hotel do, see `minibar-ml docs security`."
        )


def set_verdict(
    connection: Connection,
    ids: Collection[int],
    verdict: Verdict,
    operator: str,
    at: datetime,
    comment: str | None = None,
) -> list[Alert]:
    """Give a verdict on alerts, all or none, and return those that it changed, each with its audit entry and comment.

    One that has the verdict already, or a later one, is left as it is. Raises NotFound naming all unknown ids.
    """
    _require_right(connection, ids)
    values = {
        "ids": list(ids),
        "verdict": verdict,
        "from_statuses": list(FROM_STATUSES[verdict]),
        "operator": operator,
        "at": at,
        "comment": comment,
    }
    return _with_muted(connection, of_rows(connection.execute(query("alerts.set_verdict"), values).all()))


def snooze(
    connection: Connection, ids: Collection[int], until: datetime, operator: str, reason: str | None = None
) -> list[Alert]:
    """Snooze live alerts until an instant, all or none, and return those that this changed; `reason`: a comment.

    The detect run after that instant opens them again, unless they are over by then. Raises NotFound for unknown ids.
    """
    _require_right(connection, ids)
    values = {"ids": list(ids), "until": until, "operator": operator, "reason": reason}
    return of_rows(connection.execute(query("alerts.snooze"), values).all())


def reopen(connection: Connection, ids: Collection[int], operator: str) -> list[Alert]:
    """Take verdicts back and return the alerts that are open again; training ignores those verdicts.

    What the system resolved stays, and what has a later episode. Raises NotFound for unknown ids.
    """
    _require_right(connection, ids)
    values = {"ids": list(ids), "operator": operator}
    return _with_muted(connection, of_rows(connection.execute(query("alerts.reopen"), values).all()))


def comment(connection: Connection, alert_id: int, operator: str, body: str) -> None:
    """Add a comment to an alert, whatever its status; raises NotFound naming the id."""
    get(connection, alert_id)
    values = {"id": alert_id, "operator": operator, "body": body}
    connection.execute(query("alerts.comment"), values)
