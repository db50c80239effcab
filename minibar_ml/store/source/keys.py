"""Hotel systems whose ids are not small integers: numbers of ours stand for their keys.

Hotels, rooms, products and users get a number from `ml_source_ids`; `collect` adds those that are new. Rows (a visit, a
stay) get a 64-bit hash of their key, which nothing has to keep. A layout declares its columns in the types of its
tables; where one needs it, `db init` installs the layout's function under another name, `keyed_`, and a function in its
place that translates.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Text, cast, exists, func, insert, literal, select, table, union
from sqlalchemy import column as named

from minibar_ml.store.source.signatures import Signature

if TYPE_CHECKING:
    from sqlalchemy import Select

KINDS = {
    "hotel_id": "hotel",
    "room_id": "room",
    "product_id": "product",
    "attendant_id": "user",
    "user_id": "user",
    "hotels": "hotel",
}
"""Columns whose values stand for something that has a name -> what that is."""
LISTS = {
    "hotel": ("source_hotels", "hotel_id"),
    "room": ("source_rooms", "room_id"),
    "product": ("source_products", "product_id"),
    "user": ("source_users", "user_id"),
}
"""Where all of a kind are listed: the function and its column."""
_IDS = table("ml_source_ids", named("kind"), named("key"), named("id"))
WHOLE_NUMBERS = ("smallint", "integer", "bigint")


def is_row_id(column: str) -> bool:
    """Whether a column holds the id of a row; `last_id` of what is new is a number that only grows."""
    return column.endswith("_id") and column not in KINDS and column != "last_id"


def fits(column: str, kind: str) -> bool:
    """Whether a column of that type can be used as it is."""
    if column in KINDS:
        return kind.removesuffix("[]") in ("smallint", "integer")
    return kind in WHOLE_NUMBERS if is_row_id(column) else True


def needs_numbers(signature: Signature) -> bool:
    """Whether any column has to be translated."""
    return not all(fits(*column) for column in signature.columns)


def kinds(signatures: Mapping[str, Signature]) -> tuple[str, ...]:
    """The kinds whose keys get numbers."""
    return tuple(
        kind
        for kind, (function, column) in LISTS.items()
        if function in signatures and not fits(column, signatures[function].types[column])
    )


def keyed(body: str) -> str:
    """The layout's text under the name that leaves its own to the function that translates."""
    return body.replace("FUNCTION minibar_ml.source_", "FUNCTION minibar_ml.keyed_source_", 1)


def translation(signature: Signature) -> str:
    """The function that calls the layout's own and puts numbers in the place of keys."""
    given = ", ".join(f"{name} {kind}" for name, kind in signature.arguments)
    columns = ", ".join(f"{name} {_type(name, kind)}" for name, kind in signature.columns)
    values = ", ".join(_value(name, kind) for name, kind in signature.columns)
    joins = "".join(
        _join(signature.name, name)
        for name, kind in signature.columns
        if name in KINDS and not fits(name, kind)
        if not kind.endswith("[]")
    )
    passed = ", ".join(f"${n}" for n in range(1, len(signature.arguments) + 1))
    return (
        f"CREATE FUNCTION minibar_ml.{signature.name}({given}) RETURNS TABLE ({columns}) LANGUAGE sql STABLE AS $$\n"
        f"    SELECT {values}\n    FROM minibar_ml.keyed_{signature.name}({passed}) v{joins}\n$$"
    )


def _type(name: str, kind: str) -> str:
    if fits(name, kind):
        return kind
    return ("integer[]" if kind.endswith("[]") else "integer") if name in KINDS else "bigint"


def _value(name: str, kind: str) -> str:
    if fits(name, kind):
        return f"v.{name}"
    if name not in KINDS:
        return f"hashtextextended(CAST(v.{name} AS text), 0)"
    if not kind.endswith("[]"):
        return f"i_{name}.id"
    # A key without a number stays as NULL: an empty list would stand for all hotels.
    return (
        f"ARRAY(SELECT i.id FROM unnest(CAST(v.{name} AS text[])) k LEFT JOIN minibar_ml.ml_source_ids i "
        f"ON i.kind = '{KINDS[name]}' AND i.key = k)"
    )


def _join(function: str, name: str) -> str:
    """A row of something listed is there once it has a number; other rows are, whatever they refer to."""
    kind = KINDS[name]
    is_listed = name == "user_id" or LISTS[kind] == (function, name)
    alias = f"i_{name}"
    return (
        f"\n    {'' if is_listed else 'LEFT '}JOIN minibar_ml.ml_source_ids {alias} "
        f"ON {alias}.kind = '{kind}' AND {alias}.key = CAST(v.{name} AS text)"
    )


def number(connection: Connection, listed: Mapping[str, Signature], usable: frozenset[str]) -> int:
    """Give a number to every key that has none, in one statement; returns how many there were.

    `listed`: the layout's signatures. Keys that can't be read now get their number when they can.
    """
    asked = [_keys(kind) for kind in kinds(listed) if LISTS[kind][0] in usable]
    if not asked:
        return 0
    found = union(*asked).subquery()
    last = select(func.coalesce(func.max(_IDS.c.id), 0)).where(_IDS.c.kind == found.c.kind).scalar_subquery()
    place = func.row_number().over(partition_by=found.c.kind, order_by=found.c.key)
    is_new = ~exists().where(_IDS.c.kind == found.c.kind, _IDS.c.key == found.c.key)
    new = select(found.c.kind, found.c.key, last + place).where(found.c.key.is_not(None), is_new)
    return connection.execute(insert(_IDS).from_select(["kind", "key", "id"], new)).rowcount


def _keys(kind: str) -> "Select[str, str]":
    function, column = LISTS[kind]
    found = getattr(func.minibar_ml, f"keyed_{function}")().table_valued(column)
    return select(literal(kind).label("kind"), cast(found.c[column], Text).label("key"))
