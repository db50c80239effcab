"""Operators' verdicts, as training takes them into account."""

from dataclasses import dataclass

from sqlalchemy import Connection

from minibar_ml.store.queries import query


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`counts`: alert type -> (marked false, confirmed). `confirmed`: type, entity type, id, first and last day."""

    counts: dict[str, tuple[int, int]]
    confirmed: list[tuple[str, str, int, int, int]]


def fetch(connection: Connection) -> Verdicts:
    """Every verdict that a person gave; what the system resolved by itself says nothing."""
    counts = {row.type: (row.false_ones, row.confirmed) for row in connection.execute(query("verdicts.counts"))}
    confirmed = [tuple(row) for row in connection.execute(query("verdicts.confirmed"))]
    return Verdicts(counts, confirmed)
