"""`minibar-ml import map`, and files of `--map`: which heading of a system is which field."""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.cli import session
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.domain.imports import IMPORT_KINDS, FileRefused, ImportKind
from minibar_ml.files import write_whole
from minibar_ml.i18n import imports as texts
from minibar_ml.i18n import screen
from minibar_ml.intake import naming
from minibar_ml.intake.headings import propose
from minibar_ml.intake.kinds import FIELDS
from minibar_ml.intake.reading import content_of, sheets_of


def load_map(path: Path, kind: ImportKind) -> Mapping[str, str]:
    """The headings by field of one kind. Raises ConfigurationError naming what is wrong."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"Can't read --map {path} ({why}).") from error
    found = tables.get(kind, {})
    fields = [field.name for field in FIELDS[kind]]
    if not isinstance(found, dict) or not all(isinstance(heading, str) for heading in found.values()):
        raise ConfigurationError(f'--map {path}: write [{kind}] and below it lines such as room = "Zimmer".')
    if unknown := sorted(found.keys() - set(fields)):
        raise ConfigurationError(f"--map {path}: {kind} has no field {unknown[0]!r}; use {', '.join(fields)}.")
    return {name: heading for name, heading in found.items() if heading}


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("map", epilog=examples("import map export.xlsx --kind in_house --out map.toml"))(propose_map)


def propose_map(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file whose headings are not all known.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Which list it is (default: by the file's name).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the map here, not to stdout.")
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Propose a map for --map: the headings of a file by field.

    On a terminal it asks for what no heading fits; elsewhere such fields are left empty for you to fill in.
    """
    session.settings()
    wanted = kind or naming.kind_of(file.name)
    if wanted not in IMPORT_KINDS:
        raise UsageError(f"--kind must be one of {', '.join(IMPORT_KINDS)}.")
    try:
        sheets = sheets_of(content_of(file))
    except FileRefused as refused:
        raise UsageError(f"{file}: {texts.refusal(refused, screen.lang())}") from refused
    found, headings = propose(sheets, wanted)
    if sys.stdin.isatty() and sys.stderr.isatty():
        found = _asked(found, headings, wanted)
    lines = [f"# Headings of {file.name}; there are: {', '.join(headings)}", f"[{wanted}]"]
    lines += [f"{field.name} = {json.dumps(found.get(field.name, ''), ensure_ascii=False)}" for field in FIELDS[wanted]]
    text = "\n".join(lines) + "\n"
    if out:
        write_whole(out, text.encode(), hint="choose another file with --out")
        console.note(f"Map written to {out}; use it with `minibar-ml import {wanted} --map {out} FILE`.")
    else:
        console.say(text.rstrip("\n"))


def _asked(found: Mapping[str, str], headings: list[str], kind: ImportKind) -> dict[str, str]:
    """What a person says about each field that no heading fits."""
    answered = dict(found)
    free = [heading for heading in headings if heading not in found.values()]
    for field in FIELDS[kind]:
        if field.name in answered or not free:
            continue
        need = " (required)" if field.is_required else ""
        console.note(
            f"{field.headings[0]}{need}: which heading? " + ", ".join(f"{n} {h}" for n, h in enumerate(free, 1))
        )
        number = typer.prompt("number, or 0 for none", type=int, default=0, err=True)
        if 1 <= number <= len(free):
            answered[field.name] = free.pop(number - 1)
    return answered
