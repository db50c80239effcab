"""Problems of the source: what collect refused or did not understand, by business day."""

import json
from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from minibar_ml.domain.lookback import DAILY_DAYS
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.store.points.metrics import NewRows, Refused
from minibar_ml.store.queries import query


def merge(
    connection: Connection,
    refused: Collection[Refused],
    new_rows: Collection[NewRows],
    since_on: date,
    seen_on: date,
    as_of: datetime,
) -> None:
    """Record the problems of a run of collect of business day `seen_on`, which has read all rows since `since_on`.

    What was on record of these days and was not found again is forgotten. In the caller's transaction; one statement.
    """
    found = json.dumps(list(_rows(refused, new_rows, seen_on)))
    values = {"problems": found, "since_on": since_on, "seen_on": seen_on, "seen_at": as_of}
    connection.execute(query("problems.merge"), values)


def _rows(refused: Collection[Refused], new_rows: Collection[NewRows], seen_on: date) -> Iterator[dict[str, Any]]:
    for one in refused:
        found = {"source": one.source, "problem": one.reason, "example_id": one.example_id, "is_of_new_rows": False}
        yield from ({**found, "day": day, "affected": affected} for day, affected in one.days.items())
    # A row may be both new and refused for the same reason, such as an unknown type: it is one problem.
    known = {(one.source, one.reason) for one in refused}
    for new in new_rows:
        for problem, affected in new.problems.items():
            if (new.subject, problem) in known:
                continue
            found = {"source": new.subject, "problem": problem, "affected": affected, "is_of_new_rows": True}
            yield {**found, "day": seen_on.isoformat()}


def fetch(connection: Connection, today: date) -> list[SourceProblem]:
    """The problems on record on a business day, the largest first."""
    names = [one.name for one in fields(SourceProblem)]
    rows = connection.execute(query("problems.fetch"), {"today": today, "read_days": DAILY_DAYS})
    return [SourceProblem(**{name: getattr(row, name) for name in names}) for row in rows]
