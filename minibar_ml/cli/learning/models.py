"""`minibar-ml models`: stored models, their quality, and rolling back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.artifacts.envelope import open_sealed
from minibar_ml.artifacts.keys import load_keys
from minibar_ml.cli import house, session
from minibar_ml.cli.alerts.table import cut
from minibar_ml.cli.arguments.options import Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.domain.metrics import METRIC_TYPES, MetricType
from minibar_ml.domain.models import ModelSummary, StoredModel
from minibar_ml.i18n import screen
from minibar_ml.i18n.formats import day_cell, fixed, number, percent, significant
from minibar_ml.i18n.listings import hotel as hotel_name
from minibar_ml.store import models
from minibar_ml.store.source import hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True, epilog=examples("models list", "models rollback room_consumption --hotel 1"))
QUALITIES = ("accuracy", "precision", "recall")
UNKNOWN = "–"
SHORT = {"statistics": "stats", "isolation_forest": "forest"}
ACTIVE = "*"
WIDEST, NARROW = 12, 95
"""Columns of a hotel's name, and of a terminal below which the table of several hotels has no dates."""


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="models")


@app.command("list", epilog=examples("models list", "models list --hotel 2 --json"))
def list_(hotel: Hotel = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """List stored models and their quality, newest version first."""
    settings = house.settings_of(session.settings(), "models list")
    with session.store(settings, "models list") as connection:
        hotel_id = None if hotel is None else _hotel(connection, hotel)
        found = models.fetch_summaries(connection, hotel_id)
        called = hotels.fetch_names(connection)
    if hotel is not None and not found:
        raise NotFound(f"No models of hotel {hotel}: `minibar-ml train` shows where there is too little data.")
    if json:
        console.print_json([{**_as_json(model), "hotel_name": called.get(model.header.hotel_id)} for model in found])
    elif found:
        _print_table(found, called, settings)
    else:
        console.note("No models yet: run `minibar-ml train`.")


def _as_json(model: ModelSummary | StoredModel) -> dict[str, Any]:
    header = model.header
    return {
        "id": model.id,
        "model": header.model_type,
        "metric": header.metric_type,
        "hotel_id": header.hotel_id,
        "version": header.version,
        "trained_at": model.trained_at,
        "data_points": model.data_points,
        **{name: getattr(model, name) for name in QUALITIES},
        "evaluated_on": model.evaluated_on,
        "active": model.is_active,
    }


def _print_table(found: list[ModelSummary], called: Mapping[int, str], settings: Settings) -> None:
    # Short words and few columns: a row fits into 80 columns. `--json` has the rest.
    columns = ["id", "metric", "model", "hotel", "ver.", "trained", "acc.", "prec.", "rec."]
    if len({model.header.hotel_id for model in found}) == 1:
        columns.remove("hotel")
    elif console.width() < NARROW:
        columns.remove("trained")
    shown = console.table(columns, right=("id", "ver.", "acc.", "prec.", "rec."))
    for model in found:
        cells = _cells(model, called, settings)
        shown.add_row(*(cells[name] for name in columns))
    console.out().print(shown)
    console.note(f"{ACTIVE} active; accuracy is balanced; {UNKNOWN} unknown")
    for truth in sorted({model.evaluated_on for model in found if model.evaluated_on}):
        console.note(f"Measured on {truth}.")


def _cells(model: ModelSummary, called: Mapping[int, str], settings: Settings) -> dict[str, str]:
    """A row's cells by heading."""
    header, lang = model.header, screen.lang()
    return {
        "id": str(model.id),
        "metric": header.metric_type,
        "model": SHORT[header.model_type],
        "hotel": cut(console.visible(hotel_name(header.hotel_id, called.get(header.hotel_id), lang)), WIDEST),
        "ver.": f"{header.version}{ACTIVE if model.is_active else ' '}",
        "trained": day_cell(model.trained_at.astimezone(settings.zone()), lang),
        **dict(zip(("acc.", "prec.", "rec."), (_share(getattr(model, name)) for name in QUALITIES), strict=True)),
    }


@app.command(epilog=examples("models show 12"))
def show(
    model_id: Annotated[int, typer.Argument(metavar="ID", help="Id of the model, from `models list`.")],
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show the sealed parameters of one model: budget, threshold, recall by size of fault.

    Needs the key that the model was sealed with.
    """
    settings = session.settings()
    keys = load_keys(settings)
    with session.store(settings, "models show") as connection:
        found = models.find(connection, model_id)
    if found is None:
        raise NotFound(f"No model {model_id}; `minibar-ml models list` shows the ids.")
    opened = open_sealed(found.model_data, found.header, keys)
    sealed = {name: opened.get(name, {}) for name in ("training", "quality")}
    if json:
        console.print_json({**_as_json(found), "parameters": found.parameters, **sealed})
        return
    console.say(str(found.header))
    values = {**found.parameters, **sealed["training"], "data_points": found.data_points, **sealed["quality"]}
    for name, value in values.items():
        console.say(f"{name:<26} {_format(name, value)}")


def _format(name: str, value: Any) -> str:
    if name == "curve":  # recall by size
        return ", ".join(
            f"{number(size, screen.lang(), 2)}: {percent(100 * found, screen.lang(), 0)}" for size, found in value
        )
    if value is None:
        return UNKNOWN
    return significant(value, screen.lang(), 3) if isinstance(value, float) else str(value)


def _share(value: float | None) -> str:
    return UNKNOWN if value is None else fixed(value, screen.lang(), 2)


@app.command(epilog=examples("models rollback room_consumption --hotel 1"))
def rollback(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The metric, such as room_consumption.")],
    hotel: Annotated[str, typer.Option("--hotel", metavar="H", help="The hotel (name or id); 0 is the common store.")],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Activate the previous version of both models of a metric."""
    with session.store(session.settings(), "models rollback") as connection:
        activated = models.rollback(connection, _metric(metric), _hotel(connection, hotel))
        connection.commit()
    for header in activated:
        console.say(f"active: {header}")


def _hotel(connection: "Connection", word: str) -> int:
    """An id as it is: of a hotel that is no longer there only models may be left."""
    return int(word) if word.isascii() and word.isdigit() else hotels.find_id(connection, word)


def _metric(text: str) -> MetricType:
    for known in METRIC_TYPES:
        if text == known:
            return known
    raise UsageError(f"{text!r} is not one of {', '.join(METRIC_TYPES)}.")
