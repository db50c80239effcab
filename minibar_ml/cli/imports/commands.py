"""`minibar-ml import`: lists that a hotel's system exports, as CSV or Excel files."""

import typer

from minibar_ml.cli.imports import files, maps, template

app = typer.Typer(no_args_is_help=True)
files.register(app)
template.register(app)
maps.register(app)


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="import")
