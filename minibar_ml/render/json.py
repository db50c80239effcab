"""The Report as a JSON document: every field and every derived figure, under the names of the domain."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from minibar_ml.domain.output.json_form import json_form
from minibar_ml.domain.reporting.report import Dashboard, Report
from minibar_ml.i18n import Lang
from minibar_ml.render.words import Words


def render(report: Report, lang: Lang, words: Words) -> bytes:
    """The document as a file in UTF-8; it has no words, so no language."""
    text = json.dumps(document(report), default=json_form, ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def document(report: Report | Dashboard) -> dict[str, Any]:
    """A tree of dicts and lists whose leaves (dates, decimals) the console knows how to print."""
    tree: dict[str, Any] = _tree(report)
    return tree


def _tree(value: Any) -> Any:
    if is_dataclass(value):
        derived = [
            name
            for name, member in vars(type(value)).items()
            if isinstance(member, property) and not name.startswith("_")
        ]
        return {name: _tree(getattr(value, name)) for name in [*(f.name for f in fields(value)), *derived]}
    if isinstance(value, Mapping):
        return {str(key): _tree(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_tree(inner) for inner in value]
    return value
