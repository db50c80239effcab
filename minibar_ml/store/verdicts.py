"""Operators' verdicts, as training takes them into account."""

from dataclasses import dataclass

from sqlalchemy import Connection

from minibar_ml.store.queries import query


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`counts`: alert type -> (marked false, confirmed). `confirmed`: type, entity type, id, first and last day.

    `judged`: type, hotel, detector, score (None: a rule's) and whether it was false, one an alert.
    """

    counts: dict[str, tuple[int, int]]
    confirmed: list[tuple[str, str, int, int, int]]
    judged: list[tuple[str, int, str, float | None, bool]]


def fetch(connection: Connection) -> Verdicts:
    """Every verdict that a person gave; what the system resolved by itself says nothing."""
    counts = {row.type: (row.false_ones, row.confirmed) for row in connection.execute(query("verdicts.counts"))}
    confirmed = [tuple(row) for row in connection.execute(query("verdicts.confirmed"))]
    judged = [tuple(row) for row in connection.execute(query("verdicts.judged"))]
    return Verdicts(counts, confirmed, judged)
