"""How products are ordered, from the file that ML_PRODUCTS_FILE names: what `config import` reads."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minibar_ml.config.csv_rows import SettingsFile, csv_rows
from minibar_ml.config.facts import FACTS, value_of
from minibar_ml.domain.errors import ConfigurationError

FIELDS = tuple(name for name, fact in FACTS.items() if fact.about.scope == "product")
"""What can be set for a product."""
KEY = "product"
EXAMPLE = '["Efes 33 cl"] and below it lead_time_days = 5'


def terms(path: Path) -> dict[str, dict[str, int]]:
    """By product (its id, or its name in small letters), the facts that the file states.

    Raises ConfigurationError for errors in the file, naming the place.
    """
    file = SettingsFile(path, "ML_PRODUCTS_FILE", "TOML or CSV")
    found: dict[str, dict[str, int]] = {}
    for place, key, values in _rows(file):
        if (name := key.casefold()) in found:
            raise file.error(place, f"product {key!r} is listed twice", "remove one of the two")
        found[name] = _known(file, place, values)
    return found


def _rows(file: SettingsFile) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Place, product and values, for each product of the file."""
    if file.path.suffix.lower() != ".csv":
        yield from _toml_rows(file)
        return
    for place, cells in csv_rows(file, (KEY,), FIELDS):
        key = cells.pop(KEY)
        yield place, key, {name: cell for name, cell in cells.items() if cell}


def _toml_rows(file: SettingsFile) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    with file.reading():
        tables = tomllib.loads(file.text())
    for key, values in tables.items():
        if not isinstance(values, dict):
            raise file.error(repr(key), "is outside a product's table", f"write {EXAMPLE}")
        yield f"[{key}]", key.strip(), values


def _known(file: SettingsFile, place: str, values: Mapping[str, Any]) -> dict[str, int]:
    if unknown := sorted(values.keys() - set(FIELDS)):
        raise file.error(place, f"unknown key {unknown[0]!r}", f"use {', '.join(FIELDS)}")
    return {name: _number(file, place, name, value) for name, value in values.items()}


def _number(file: SettingsFile, place: str, name: str, value: Any) -> int:
    try:
        return int(value_of(name, "" if isinstance(value, bool | float) else str(value)))
    except ConfigurationError as error:
        low, high = FACTS[name].limits
        raise file.error(place, f"{name} is {value!r}", f"use a whole number between {low} and {high}") from error
