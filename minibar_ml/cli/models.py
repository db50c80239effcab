"""`minibar-ml models`: what was learned, how good it is, and the way back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, session
from minibar_ml.cli.options import Hotel, Json, Quiet, Verbose
from minibar_ml.domain.errors import NotFound, UsageError
from minibar_ml.domain.metrics import METRIC_TYPES, MetricType

if TYPE_CHECKING:
    from minibar_ml.config.settings import Settings
    from minibar_ml.domain.models import ModelSummary, StoredModel

app = typer.Typer(no_args_is_help=True, help="Trained models: versions, quality, rolling back.")
QUALITIES = ("accuracy", "precision", "recall")
UNKNOWN = "–"
SHORT = {"statistics": "stats", "isolation_forest": "forest"}
ACTIVE = "*"


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="models")


@app.command("list")
def list_(hotel: Hotel = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Every stored model and how good it was when it was made, newest version first."""
    from minibar_ml.store import models

    settings = session.settings()
    with session.store(settings, "models list") as connection:
        found = models.fetch_summaries(connection, hotel)
    if hotel is not None and not found:
        raise NotFound(f"Hotel {hotel} has no models: check its id; `minibar-ml train` says where data is too little.")
    if json:
        console.print_json([_as_json(model) for model in found])
    elif found:
        _print_table(found, settings)
    else:
        console.note("There are no models yet: run `minibar-ml train`.")


def _as_json(model: "ModelSummary | StoredModel") -> dict[str, Any]:
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


def _print_table(found: "list[ModelSummary]", settings: "Settings") -> None:
    # Short words and no column more than these: a row is to fit on one line of 80 columns. `--json` has the rest.
    columns = ["metric", "model", "hotel", "ver.", "trained", "acc.", "prec.", "rec."]
    shown = console.table(columns, right=("hotel", "ver.", "acc.", "prec.", "rec."))
    for model in found:
        header = model.header
        shown.add_row(
            header.metric_type,
            SHORT[header.model_type],
            str(header.hotel_id),
            f"{header.version}{ACTIVE if model.is_active else ' '}",
            f"{model.trained_at.astimezone(settings.zone()):%Y-%m-%d}",
            *(_share(getattr(model, name)) for name in QUALITIES),
        )
    console.out().print(shown)
    console.note(f"{ACTIVE} active; accuracy (balanced), precision, recall: {UNKNOWN} where unknown")
    for truth in sorted({model.evaluated_on for model in found if model.evaluated_on}):
        console.note(f"measured on {truth}")


@app.command()
def show(
    model_id: Annotated[int, typer.Argument(metavar="ID", help="The model's id, as `models list --json` has it.")],
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """What is sealed with one model: the budget it was made by, its threshold, which sizes it finds; needs the key."""
    from minibar_ml.artifacts.envelope import open_sealed
    from minibar_ml.artifacts.keys import load_keys
    from minibar_ml.store import models

    settings = session.settings()
    keys = load_keys(settings)
    with session.store(settings, "models show") as connection:
        found = models.find(connection, model_id)
    if found is None:
        raise NotFound(f"There is no model {model_id}: `minibar-ml models list --json` has the ids.")
    opened = open_sealed(found.model_data, found.header, keys)
    sealed = {name: opened.get(name, {}) for name in ("course", "quality")}
    if json:
        console.print_json({**_as_json(found), "parameters": found.parameters, **sealed})
        return
    console.say(str(found.header))
    told = {**found.parameters, **sealed["course"], "data_points": found.data_points, **sealed["quality"]}
    for name, value in told.items():
        console.say(f"{name:<26} {_told(name, value)}")


def _told(name: str, value: Any) -> str:
    if name == "curve":  # recall by size
        return ", ".join(f"{found:.0%} of {size:g}" for size, found in value)
    if value is None:
        return UNKNOWN
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _share(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"


@app.command()
def rollback(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The metric whose models go back one version.")],
    hotel: Annotated[int, typer.Option("--hotel", metavar="H", help="The hotel's id; 0 is the common store.")],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make the version before the active one active again, for both models of a metric."""
    from minibar_ml.store import models

    with session.store(session.settings(), "models rollback") as connection:
        activated = models.rollback(connection, _metric(metric), hotel)
        connection.commit()
    for header in activated:
        console.say(f"active now: {header}")


def _metric(text: str) -> MetricType:
    for known in METRIC_TYPES:
        if text == known:
            return known
    raise UsageError(f"{text!r} is no metric; there are {', '.join(METRIC_TYPES)}.")
