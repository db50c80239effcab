"""Signatures of the contract's functions as their texts declare them: arguments, columns and their types."""

import re
from dataclasses import dataclass

_DECLARED = re.compile(
    r"CREATE FUNCTION minibar_ml\.(?P<name>\w+)\s*\((?P<arguments>[^)]*)\)\s*"
    r"RETURNS TABLE\s*\((?P<columns>[^)]*)\)\s*LANGUAGE",
    re.IGNORECASE,
)
_SAME = {
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "decimal": "numeric",
    "timestamp with time zone": "timestamptz",
}
"""Other names of the types that the contract uses."""
Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's name, its arguments and the columns that it returns, each with its type."""

    name: str
    arguments: Columns
    columns: Columns

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return dict(self.columns)


def declared(body: str) -> Signature | None:
    """The signature that a text declares; None where it is not one CREATE FUNCTION that returns a table."""
    found = _DECLARED.search(body)
    return Signature(found["name"], _listed(found["arguments"]), _listed(found["columns"])) if found else None


def _listed(text: str) -> Columns:
    parts = [part.split(None, 1) for part in text.split(",") if part.strip()]
    return tuple((part[0], _kind(part[1] if len(part) > 1 else "")) for part in parts)


def _kind(text: str) -> str:
    words = " ".join(text.lower().split())
    base = words.removesuffix("[]")
    return _SAME.get(base, base) + ("[]" if words.endswith("[]") else "")
