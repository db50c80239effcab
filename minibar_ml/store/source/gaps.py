"""Why a function of the source contract can't be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minibar_ml.domain.source_parts import Part
from minibar_ml.store.source.layouts import Layout

Seen = dict[str, dict[str, tuple[str, bool]]]
"""By table and column, the type and whether this role may read it."""
NO_RIGHT = "this role may not SELECT from"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of the source that can't be read: a missing table or column, or a missing right."""

    table: str
    columns: tuple[str, ...]
    reason: str

    @property
    def is_of_rights(self) -> bool:
        """Whether the table is there, and this role may not read it."""
        return self.reason == NO_RIGHT

    def __str__(self) -> str:
        named = f"{self.table} ({', '.join(self.columns)})" if self.columns else self.table
        return f"{self.reason} {named}"


def gaps_of(layout: Layout, function: str, seen: Seen) -> tuple[Gap, ...]:
    """Why a function can't be used; nothing where it can."""
    found = []
    for table, needed in layout.needs[function].items():
        there = seen.get(table)
        if there is None:
            found.append(Gap(table, (), "there is no table"))
            continue
        wanted = [want.column for want in layout.wants[function] if want.table == table and want.column in there]
        if missing := tuple(sorted(column for column in needed if column not in there)):
            found.append(Gap(table, missing, "the table lacks"))
        elif not all(there[column][1] for column in [*needed, *wanted]):
            found.append(Gap(table, (), NO_RIGHT))
    return tuple(found)


def together(gaps: Mapping[str, tuple[Gap, ...]], parts: Sequence[Part]) -> tuple[Gap, ...]:
    """What some parts lack, a line for each table and reason."""
    columns_of: dict[tuple[str, str], set[str]] = {}
    for function in (function for part in parts for function in part.functions):
        for gap in gaps.get(function, ()):
            columns_of.setdefault((gap.table, gap.reason), set()).update(gap.columns)
    return tuple(Gap(table, tuple(sorted(columns)), reason) for (table, reason), columns in sorted(columns_of.items()))
