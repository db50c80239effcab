"""The audit log: who did what, when, to what, before and after."""

import getpass
import json
import os
from typing import Any

from sqlalchemy import Connection

from minibar_ml.store.queries import query


def os_user() -> str:
    """The operating-system user of this process; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def insert(
    connection: Connection,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    operator: str | None = None,
) -> None:
    """Add one entry, in the caller's transaction, so that it stands or falls with what it tells of."""
    values = {
        "os_user": os_user(),
        "operator": operator,
        "action": action,
        "subject": subject,
        "before": None if before is None else json.dumps(before, default=str),
        "after": None if after is None else json.dumps(after, default=str),
    }
    connection.execute(query("audit.insert"), values)
