"""How products are ordered, as the settings and the products file (ML_PRODUCTS_FILE) mean it."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.supplies import Supplies, Supply

FIELDS: Mapping[str, tuple[int, int]] = {
    "lead_time_days": (0, 365),
    "order_multiple": (1, 100_000),
    "min_order": (0, 1_000_000),
}
"""What may be said of a product, and between which limits."""
KEY = "product"
EXAMPLE = '["Efes 33 cl"] and beneath it lead_time_days = 5'


def supplies(settings: Settings) -> Supplies:
    """The terms of all products.

    Raises ConfigurationError for what is wrong in the file, naming the place and the cure.
    """
    usual = Supply(settings.lead_time_days, settings.order_multiple)
    if not settings.products_file:
        return Supplies(usual, settings.order_cover_days)
    path = Path(settings.products_file)
    by_id: dict[int, Supply] = {}
    by_name: dict[str, Supply] = {}
    for place, key, values in _rows(path):
        supply = _supply(path, place, values, usual)
        known: dict[Any, Supply] = by_id if _is_id(key) else by_name
        name: Any = int(key) if _is_id(key) else key.casefold()
        if name in known:
            raise _refused(path, place, f"names the product {key!r} again", "keep one of the two")
        known[name] = supply
    return Supplies(usual, settings.order_cover_days, by_id, by_name)


def _is_id(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10


def _rows(path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Place, product and what is said of it, for each product of the file."""
    try:
        # A spreadsheet's byte-order mark is no part of the first column's name.
        text = path.read_text(encoding="utf-8-sig")
        yield from _csv_rows(path, text) if path.suffix.lower() == ".csv" else _toml_rows(path, text)
    except (OSError, UnicodeDecodeError, csv.Error, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(
            f"Can't read ML_PRODUCTS_FILE={str(path)!r} ({reason}): make it a readable UTF-8 TOML or CSV file or "
            "unset it."
        ) from error


def _toml_rows(path: Path, text: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for key, values in tomllib.loads(text).items():
        if not isinstance(values, dict):
            raise _refused(path, repr(key), "stands outside a product's table", f"write {EXAMPLE}")
        yield f"[{key}]", key.strip(), values


def _csv_rows(path: Path, text: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    rows = csv.DictReader(text.splitlines(), strict=True)
    if KEY not in (rows.fieldnames or ()):
        raise _refused(path, "line 1", f"lacks the column {KEY}", f"begin with {KEY},{','.join(FIELDS)}")
    for row in rows:
        place = f"line {rows.line_num}"
        if None in row:
            raise _refused(path, place, "has more cells than the header", "put a name with a comma into double quotes")
        cells = {str(column): (cell or "").strip() for column, cell in row.items()}
        key = cells.pop(KEY)
        yield place, key, {name: cell for name, cell in cells.items() if cell}


def _supply(path: Path, place: str, values: Mapping[str, Any], usual: Supply) -> Supply:
    if unknown := sorted(values.keys() - FIELDS.keys()):
        raise _refused(path, place, f"says {unknown[0]!r}", f"there are {', '.join(FIELDS)}")
    known = {name: _number(path, place, name, value) for name, value in values.items()}
    return Supply(
        known.get("lead_time_days", usual.lead_time_days),
        known.get("order_multiple", usual.order_multiple),
        known.get("min_order", usual.min_order),
    )


def _number(path: Path, place: str, name: str, value: Any) -> int:
    low, high = FIELDS[name]
    text = "" if isinstance(value, bool | float) else str(value)
    if not _is_id(text) or not low <= int(text) <= high:
        cure = f"write a whole number between {low} and {high}"
        raise _refused(path, place, f"has {value!r} as {name}", cure)
    return int(text)


def _refused(path: Path, place: str, problem: str, cure: str) -> ConfigurationError:
    return ConfigurationError(f"{path}, {place}, {problem}; {cure} (ML_PRODUCTS_FILE, see docs/installation.md).")
