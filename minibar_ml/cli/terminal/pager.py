"""Long output page by page, as git shows it: on a terminal that is shorter than the output, and nowhere else."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from subprocess import PIPE, Popen
from typing import Annotated

import typer

from minibar_ml.cli.terminal import console

NoPager = Annotated[bool, typer.Option("--no-pager", help="Do not show a long output page by page.")]
DEFAULT = "less"
LESS_OPTIONS = "FRX"
"""End at once where all fits, show colours, leave the text on the screen."""


def overflows(lines: int) -> bool:
    """Whether stdout is a terminal on which the first of so many lines would scroll away."""
    return sys.stdout.isatty() and lines >= shutil.get_terminal_size().lines


def command() -> list[str]:
    """The pager's command line, from PAGER; empty where there is none or it is turned off (`PAGER=cat`)."""
    words = shlex.split(os.environ.get("PAGER", DEFAULT))
    is_usable = words and words[0] != "cat" and os.environ.get("TERM") != "dumb" and shutil.which(words[0])
    return words if is_usable else []


def show(lines: Sequence[str], *, colour: bool, wanted: bool = True) -> None:
    """Lines to stdout, through the pager where they do not fit on the terminal and it is `wanted`."""
    words = command() if wanted and overflows(len(lines)) else []
    if not words:
        for line in lines:
            console.write_line(line, colour=colour)
        return
    sys.stdout.flush()
    with Popen(words, stdin=PIPE, encoding="utf-8", env={"LESS": LESS_OPTIONS, **os.environ}) as pager:
        try:
            assert pager.stdin is not None
            pager.stdin.writelines(f"{line}\n" for line in lines)
            pager.stdin.close()
        except BrokenPipeError:
            pass  # the reader has seen enough
        _wait(pager)


def _wait(pager: "Popen[str]") -> None:
    """Until the reader leaves; Ctrl-C is for the pager."""
    while pager.poll() is None:
        try:
            pager.wait()
        except KeyboardInterrupt:
            continue
