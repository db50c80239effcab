"""`minibar-ml import template`: a list with headings and three example rows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.cli import session
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.imports import IMPORT_KINDS
from minibar_ml.files import write_whole
from minibar_ml.intake import templates

SUFFIXES = (".csv", ".xlsx")


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("template", epilog=examples("import template in_house", "import template checks --out checks.csv"))(
        template
    )


def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(IMPORT_KINDS)}.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="File, .xlsx or .csv.")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write a file with the headings of a list and three example rows."""
    settings = session.settings()
    wanted = next((one for one in IMPORT_KINDS if one == kind), None)
    if wanted is None:
        raise UsageError(f"There is no list {kind!r}; use {', '.join(IMPORT_KINDS)}.")
    path = out or Path(f"{kind}.xlsx")
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {path} must end in .xlsx or .csv.")
    lang = session.language(settings)
    lines = templates.rows(wanted, lang, datetime.now(UTC).astimezone(settings.zone()).date())
    content = templates.as_csv(lines, lang) if path.suffix.lower() == ".csv" else templates.as_workbook(lines)
    write_whole(path, content, hint="choose another file with --out")
    console.note(f"Template written to {path}; replace its rows and run `minibar-ml import {kind} {path}`.")
