"""Problems of the source in words: what collect says in English, and in Turkish where it is known."""

from collections.abc import Mapping
from typing import Any

from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import whole
from minibar_ml.i18n.labels import DOMAIN, LABELS, label

UNKNOWN_TYPE = "unknown type {word}"
PREFIX = UNKNOWN_TYPE.format(word="")
SOURCES = ("stays", "visits", "visit lines", "stock movements", "custody", "requests", "controls", "guest lists")
PROBLEMS = (
    "longer than 400 nights",
    "guests not between 1 and 50",
    "departure before arrival",
    "dates of another year than the list",
    "most of their rows rejected by the application",
    "negative units",
    "more than a million units",
    "of a hotel that nothing names",
    "units not between 0 and 1000",
    "units not whole",
    "answered without a time",
    "answered before asked",
    "in the future",
    "impossible value",
    "not finite",
    "without a time",
    "older than ten years",
)
TEXTS = (UNKNOWN_TYPE, *SOURCES, *PROBLEMS)


def source_name(source: str, lang: Lang) -> str:
    """A source table or metric in words; what has none is shown as it is."""
    return label("metric", source, lang) if source in LABELS["metric"] else _translated(source, SOURCES, lang)


def problem_name(problem: str, lang: Lang) -> str:
    """A problem in words; what has none is shown as it is."""
    if problem.startswith(PREFIX):
        return catalog(DOMAIN, lang).gettext(UNKNOWN_TYPE).format(word=problem.removeprefix(PREFIX))
    return _translated(problem, PROBLEMS, lang)


def counted_problem(one: Mapping[str, Any], lang: Lang) -> str:
    """A problem and its rows: `stays, departure before arrival (12)`."""
    source, problem = str(one.get("source", "")), str(one.get("problem", ""))
    return f"{source_name(source, lang)}, {problem_name(problem, lang)} ({whole(one.get('rows'), lang)})"


def _translated(text: str, known: tuple[str, ...], lang: Lang) -> str:
    return catalog(DOMAIN, lang).gettext(text) if text in known else text
