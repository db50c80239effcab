"""Output: data to stdout, everything else to stderr, colour only on a terminal."""

import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import typer

from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.output.json_form import json_form
from minibar_ml.domain.output.terminal import visible as visible
from minibar_ml.domain.output.terminal import wrapped
from minibar_ml.i18n.screen import translated
from minibar_ml.log import logger

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 120
"""Columns of a table that does not go to a terminal."""

_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that JSON lets through although a terminal may act on them; they occur only inside strings."""


def out() -> "Console":
    """The console for data. It follows NO_COLOR, and COLUMNS where stdout is not a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, emoji=False, markup=False)


def width() -> int:
    """Columns for data: the terminal's, or COLUMNS, or those of a pipe."""
    return shutil.get_terminal_size((PIPE_WIDTH, 0)).columns


def coloured() -> bool:
    """Whether data may be coloured: on a terminal or with FORCE_COLOR, and never with NO_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def say(line: str, *, colour: bool = False) -> None:
    """One line of data or result to stdout, in the language of this process; `colour`: keep its colours."""
    typer.echo(translated(line), color=colour)


def write_line(line: str, *, colour: bool = False) -> None:
    """One line that is in its language, or for a program, to stdout as it is."""
    typer.echo(line, color=colour)


def write(content: bytes, name: str) -> None:
    """A file's content to stdout; raises UsageError where that is a terminal. `name`: to suggest."""
    if sys.stdout.isatty():
        raise UsageError(f"A file can't be shown on a terminal; add > {name}.")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def note(line: str) -> None:
    """One line to stderr: a hint or a warning, not data; nothing under --quiet."""
    if logger.isEnabledFor(logging.INFO):
        complain(visible(translated(line)))


def complain(message: str) -> None:
    """A message to stderr as it is; on a terminal broken between words."""
    is_seen = sys.stderr.isatty()
    typer.echo(wrapped(message, shutil.get_terminal_size().columns) if is_seen else message, err=True)


def in_language(record: logging.LogRecord) -> bool:
    """A filter of the log: what it says, in the language of this process."""
    record.msg, record.args = translated(record.getMessage()), ()
    return True


def plural(count: int, noun: str, plural: str = "") -> str:
    """A number of things, such as `1 message` or `3 messages`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def json_text(value: Any) -> str:
    """One JSON document; instants in ISO 8601 with their offset, control characters escaped."""
    return _escaped_json(json.dumps(value, default=json_form, ensure_ascii=False, indent=2, allow_nan=False))


def json_line(value: Any) -> str:
    """One JSON document in one line."""
    return _escaped_json(json.dumps(value, default=json_form, ensure_ascii=False, allow_nan=False))


def _escaped_json(document: str) -> str:
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", document)


def print_json(value: Any) -> None:
    """One JSON document to stdout."""
    typer.echo(json_text(value))


def table(columns: Iterable[str], *, right: Iterable[str] = (), whole: Iterable[str] = ()) -> "Table":
    """A plain table whose cells are text, never markup; numbers in the columns of `right` are right-aligned, and words
    in those of `whole` never broken."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    numeric, unbroken = set(right), set(whole)
    for column in columns:
        justify: Literal["right", "left"] = "right" if column in numeric else "left"
        made.add_column(translated(column), justify=justify, overflow="fold", no_wrap=column in unbroken)
    return made


@contextmanager
def progress(what: str, *, enabled: bool) -> Iterator[Callable[[object], None]]:
    """A progress bar on stderr, advanced with each day or step; only on a terminal, and never with NO_COLOR."""
    if not enabled or not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step: bar.update(task, description=f"{what} {step}")
