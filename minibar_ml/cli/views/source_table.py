"""The table of `db check`: a row per part of the source, with what can't be used and why."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.i18n.screen import translated
from minibar_ml.i18n.source_problems import PREFIX

if TYPE_CHECKING:
    from rich.table import Table

    from minibar_ml.domain.problems import SourceProblem
    from minibar_ml.store.source.seen import SeenPart

REFUSED = {
    "visits": "visits",
    "visit lines": "visits",
    "controls": "controls",
    "draws": "draws",
    "stays": "stays",
    "custody": "custody",
    "stock movements": "ledger",
    "requests": "requests",
    "guest lists": "files",
}
"""Kinds of rows that `collect` refuses -> the part they belong to."""
Refusal = Mapping[str, Any]
BEGINNINGS = "ledger beginnings"
"""What `collect` finds of the ledger beside refused rows: products whose first stock no row brought in."""


def refusals(problems: Iterable["SourceProblem"]) -> list[Refusal]:
    """What is on record of rows that `collect` did not take, as source, reason, rows and, where it is known, one's id.

    Unknown words of new rows are left out: the part counts them in all its rows.
    """
    return [
        {"source": one.source, "reason": one.problem, "rows": one.affected, "example_id": one.example_id}
        for one in problems
        if one.example_id is not None or not one.problem.startswith(PREFIX)
    ]


def table(seen: Iterable["SeenPart"], refused: Sequence[Refusal]) -> "Table":
    """A row per part: rows, the newest one's time, problems, and what the part is used for."""
    made = console.table(("part", "rows", "newest", "remarks", "gives"), right=("rows",))
    for one in seen:
        rows = "-" if one.rows is None else f"{one.rows}"
        newest = f"{one.newest:%Y-%m-%d %H:%M}" if one.newest else "-"
        noted = "; ".join(map(translated, remarks(one, refused)))
        made.add_row(one.part.name, rows, newest, noted, translated(one.part.gives))
    return made


def remarks(one: "SeenPart", refused: Sequence[Refusal]) -> list[str]:
    """Problems of a part: gaps, rows that collect refused or did not read, and unknown words."""
    found = [console.visible(str(gap)) for gap in one.gaps]
    if one.rows is None and not found:
        found.append("not read")
    found += [
        f"{r['rows']} not read, {r['reason']}"
        if r["example_id"] is None
        else f"{r['rows']} refused, {r['reason']} (id {r['example_id']})"
        for r in _of(one, refused)
    ]
    found += [
        f"beginning missing of {plural(r['rows'], 'product')} (id {r['example_id']}): below zero where the application "
        "has stock, so its level is taken"
        for r in _beginnings(one, refused)
    ]
    return found + [f"unknown word {console.visible(word)} ({rows})" for word, rows in one.unknown.items()]


def as_json(one: "SeenPart", refused: Sequence[Refusal]) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "part": one.part.name,
        "rows": one.rows,
        "newest": one.newest,
        "refused": [{key: refusal[key] for key in ("reason", "rows", "example_id")} for refusal in _of(one, refused)],
        "beginnings_missing": sum(found["rows"] for found in _beginnings(one, refused)),
        "unknown_words": one.unknown,
        "missing": [str(gap) for gap in one.gaps],
        "gives": one.part.gives,
    }


def _beginnings(one: "SeenPart", refused: Sequence[Refusal]) -> list[Refusal]:
    return [found for found in refused if found["source"] == BEGINNINGS and one.part.name == "ledger"]


def _of(one: "SeenPart", refused: Sequence[Refusal]) -> list[Refusal]:
    return [refusal for refusal in refused if REFUSED.get(refusal["source"]) == one.part.name]
