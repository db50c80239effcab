"""What people see: data to stdout, everything else to stderr, colour only on a terminal."""

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from minibar_ml.log import logger

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 120
"""Columns of a table that is not shown on a terminal, where nobody can be asked."""


def out() -> "Console":
    """The console for data. It obeys NO_COLOR, and COLUMNS where stdout is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, emoji=False, markup=False)


def say(line: str) -> None:
    """One line of data or result to stdout."""
    typer.echo(line)


def note(line: str) -> None:
    """One line to stderr: a hint or a warning, not data; nothing under --quiet."""
    if logger.isEnabledFor(logging.INFO):
        typer.echo(line, err=True)


def print_json(value: Any) -> None:
    """One JSON document to stdout; instants in ISO 8601 with their offset."""
    typer.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(columns: Iterable[str], *, right: Iterable[str] = ()) -> "Table":
    """A plain table whose cells are text, never markup; numbers in the columns of `right` are right-aligned."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    numeric = set(right)
    for column in columns:
        made.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    return made
