"""How products are ordered: defaults from the settings, exceptions from the file that ML_PRODUCTS_FILE names."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minibar_ml.config.csv_rows import SettingsFile, csv_rows
from minibar_ml.config.settings import Settings
from minibar_ml.domain.supplies import Supplies, Supply

FIELDS: Mapping[str, tuple[int, int]] = {
    "lead_time_days": (0, 365),
    "order_multiple": (1, 100_000),
    "min_order": (0, 1_000_000),
}
"""What can be set for a product, and its limits."""
KEY = "product"
EXAMPLE = '["Efes 33 cl"] and below it lead_time_days = 5'


def supplies(settings: Settings) -> Supplies:
    """The terms of all products; raises ConfigurationError for errors in the file, naming the place."""
    usual = Supply(settings.lead_time_days, settings.order_multiple)
    if not settings.products_file:
        return Supplies(usual, settings.order_cover_days)
    file = SettingsFile(Path(settings.products_file), "ML_PRODUCTS_FILE", "TOML or CSV")
    by_id: dict[int, Supply] = {}
    by_name: dict[str, Supply] = {}
    for place, key, values in _rows(file):
        supply = _supply(file, place, values, usual)
        known: dict[Any, Supply] = by_id if _is_id(key) else by_name
        name: Any = int(key) if _is_id(key) else key.casefold()
        if name in known:
            raise file.error(place, f"product {key!r} is listed twice", "remove one of the two")
        known[name] = supply
    return Supplies(usual, settings.order_cover_days, by_id, by_name)


def _is_id(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10


def _rows(file: SettingsFile) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Place, product and values, for each product of the file."""
    if file.path.suffix.lower() != ".csv":
        yield from _toml_rows(file)
        return
    for place, cells in csv_rows(file, (KEY,), tuple(FIELDS)):
        key = cells.pop(KEY)
        yield place, key, {name: cell for name, cell in cells.items() if cell}


def _toml_rows(file: SettingsFile) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    with file.reading():
        tables = tomllib.loads(file.text())
    for key, values in tables.items():
        if not isinstance(values, dict):
            raise file.error(repr(key), "is outside a product's table", f"write {EXAMPLE}")
        yield f"[{key}]", key.strip(), values


def _supply(file: SettingsFile, place: str, values: Mapping[str, Any], usual: Supply) -> Supply:
    if unknown := sorted(values.keys() - FIELDS.keys()):
        raise file.error(place, f"unknown key {unknown[0]!r}", f"use {', '.join(FIELDS)}")
    known = {name: _number(file, place, name, value) for name, value in values.items()}
    return Supply(
        known.get("lead_time_days", usual.lead_time_days),
        known.get("order_multiple", usual.order_multiple),
        known.get("min_order", usual.min_order),
    )


def _number(file: SettingsFile, place: str, name: str, value: Any) -> int:
    low, high = FIELDS[name]
    text = "" if isinstance(value, bool | float) else str(value)
    if not _is_id(text) or not low <= int(text) <= high:
        raise file.error(place, f"{name} is {value!r}", f"use a whole number between {low} and {high}")
    return int(text)
