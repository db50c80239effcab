"""Names as long as the application's columns let them be stop no report, whichever format is asked for."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from support.reports.report_values import a_report

from minibar_ml.render.formats import RENDERERS, rendered

LONGEST = 200
NAMES = {"name", "entity_name", "floor"}


def _renamed(value: Any, name: str) -> Any:
    """A copy in which every name is this one."""
    if isinstance(value, tuple):
        return tuple(_renamed(one, name) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
    changed = {
        key: name if key in NAMES and isinstance(inner, str) else _renamed(inner, name) for key, inner in found.items()
    }
    return replace(value, **changed)


@pytest.mark.parametrize("format", sorted(RENDERERS))
@pytest.mark.parametrize("hotels", [1, 3])
@pytest.mark.parametrize("letters", ["W", "x ", "م"])
def test_a_name_as_long_as_its_column_stops_no_report(letters: str, hotels: int, format: str) -> None:
    name = (letters * LONGEST)[:LONGEST]
    report = _renamed(a_report(hotels=hotels), name)
    report = replace(report, hotels=dict.fromkeys(report.hotels, name))
    assert len(rendered(report, "tr", format)) > LONGEST
