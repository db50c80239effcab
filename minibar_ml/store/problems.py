"""Problems of the source: what collect refused or did not understand, by business day."""

import json
from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from minibar_ml.domain.problems import SourceProblem
from minibar_ml.store.points.metrics import NewRows, Refused
from minibar_ml.store.queries import query


def upsert(
    connection: Connection, refused: Collection[Refused], new_rows: Collection[NewRows], seen_on: date, as_of: datetime
) -> None:
    """Record the problems of a run of collect, in the caller's transaction; one statement."""
    values = {"problems": json.dumps(list(_rows(refused, new_rows))), "seen_on": seen_on, "seen_at": as_of}
    connection.execute(query("problems.upsert"), values)


def _rows(refused: Collection[Refused], new_rows: Collection[NewRows]) -> Iterator[dict[str, Any]]:
    for one in refused:
        found = {"source": one.source, "problem": one.reason, "affected": one.rows, "example_id": one.example_id}
        yield {**found, "is_of_new_rows": False}
    # A row may be both new and refused for the same reason, such as an unknown type: it is one problem.
    known = {(one.source, one.reason) for one in refused}
    for new in new_rows:
        for problem, affected in new.problems.items():
            if (new.subject, problem) in known:
                continue
            yield {"source": new.subject, "problem": problem, "affected": affected, "is_of_new_rows": True}


def fetch(connection: Connection, today: date) -> list[SourceProblem]:
    """The problems that were seen in the week up to a business day, the largest first."""
    names = [one.name for one in fields(SourceProblem)]
    rows = connection.execute(query("problems.fetch"), {"today": today})
    return [SourceProblem(**{name: getattr(row, name) for name in names}) for row in rows]
