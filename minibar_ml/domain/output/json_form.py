"""How values that JSON lacks are written: one form for the console, report files and documents of the store."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any


def json_form(value: Any) -> Any:
    """`default` of json.dumps: dates and instants in ISO 8601, decimals and NumPy scalars as numbers, paths as text.

    Raises TypeError for anything else.
    """
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    raise TypeError(f"{type(value).__name__} has no JSON form")
