"""The contract reads a column in whatever type a version, or a migration of the hotel's own, has given it."""

from collections.abc import Callable

import pytest
from support.hotels.simulated import AS_OF, ZONE, checksum, done, sql

from minibar_ml.simulate import Layout
from minibar_ml.store.source.layouts import layouts

VARIANTS = {
    "ids and counts are bigint": (("integer", "smallint"), "bigint", "{column}::bigint"),
    "counts are numeric": (("integer", "smallint"), "numeric", "{column}::numeric"),
    "words are text": (("character varying", "USER-DEFINED"), "text", "{column}::text"),
    "times have no zone": (
        ("timestamp with time zone",),
        "timestamp",
        f"{{column}} AT TIME ZONE '{ZONE}'",
    ),
    "times have a zone": (
        ("timestamp without time zone",),
        "timestamptz",
        f"{{column}} AT TIME ZONE '{ZONE}'",
    ),
    "money is double precision": (("numeric",), "double precision", "{column}::double precision"),
}
"""Types, what each of their columns that the contract reads becomes, and how its values are kept."""
NEVER_IDS = ("counts are numeric",)
"""Variants that leave ids alone: no version has ids with a decimal point."""


def change(url: str, kinds: tuple[str, ...], kind: str, kept: str, *, ids: bool) -> int:
    """Give every column of these types that the contract reads another type; how many there were."""
    (layout,) = layouts()
    read = [f"{table}.{column}" for table, columns in layout.columns().items() for column in columns]
    found = sql(
        url,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = ANY(:kinds) AND table_name || '.' || column_name = ANY(:read)"
        " AND (:ids OR NOT (column_name = 'id' OR column_name LIKE '%\\_id'))",
        kinds=list(kinds), read=read, ids=ids,
    )  # fmt: skip
    for name, table in sql(
        url, "SELECT conname, CAST(conrelid AS regclass)::text FROM pg_constraint WHERE contype IN ('f', 'c')"
        " AND connamespace = CAST('public' AS regnamespace)",
    ):  # fmt: skip
        sql(url, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, column in found:
        changed = f"TYPE {kind} USING {kept.format(column=f'{column}')}"
        sql(
            url,
            f"ALTER TABLE {table} ALTER {column} DROP IDENTITY IF EXISTS, ALTER {column} DROP DEFAULT,"
            f" ALTER {column} {changed}",
        )
    return len(found)


CASES = [
    (layout, variant)
    for layout, as_it_is in (("a", "times have no zone"), ("b", "times have a zone"))
    for variant in VARIANTS
    if variant != as_it_is
]


@pytest.mark.parametrize(("layout", "variant"), CASES)
def test_the_same_rows_in_other_types_give_the_same_points(
    layout: Layout,
    variant: str,
    make_database: Callable[..., str],
    hotel_sources: dict[Layout, str],
    hotel_points: dict[Layout, str],
) -> None:
    url = make_database(hotel_sources[layout])
    kinds, kind, kept = VARIANTS[variant]
    assert change(url, kinds, kind, kept, ids=variant not in NEVER_IDS) > 0
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    assert checksum(url) == checksum(hotel_points[layout])


def test_every_column_that_the_contract_names_is_in_a_variant(hotel_sources: dict[Layout, str]) -> None:
    """Dates, times of day, booleans and JSON have one type in every version."""
    (layout,) = layouts()
    read = [f"{table}.{column}" for table, columns in layout.columns().items() for column in columns]
    for url in hotel_sources.values():
        kinds = sql(
            url,
            "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name || '.' || column_name = ANY(:read)",
            read=read,
        )
        covered = {kind for found, _, _ in VARIANTS.values() for kind in found}
        assert {kind for (kind,) in kinds} <= covered | {"date", "time without time zone", "boolean", "text", "bigint"}
