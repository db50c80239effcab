"""The Typer app: global options, the one error boundary, and a module a noun."""

import errno
import gc
import logging
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from minibar_ml import __version__, log
from minibar_ml.cli import console
from minibar_ml.domain.errors import AnotherRunHoldsTheLock, Ended, ExitCode, MinibarError
from minibar_ml.log import logger

COMMANDS = {
    "db": "db", "keys": "security.keys", "collect": "collect", "train": "train", "optimize": "optimize",
    "detect": "detect", "backtest": "backtest", "alerts": "alerts.commands", "people": "people.commands",
    "metrics": "metrics.commands", "forecast": "forecast", "report": "report", "models": "models",
    "access": "security.access", "audit": "security.audit", "status": "doctor.status", "doctor": "doctor.commands",
    "cron": "cron", "simulate": "simulate", "demo": "demo",
}  # fmt: skip
"""Every noun and verb, in the order of the help, and the module of this package that can `register` it."""


class _Commands(MutableMapping[str, Any]):
    """The commands by name, each imported when it is first asked for: a command pays for no other's imports."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in COMMANDS and name not in self._built:
            alone = typer.Typer()
            import_module(f"minibar_ml.cli.{COMMANDS[name]}").register(alone)
            self._built[name] = get_group(alone).commands[name]
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        del self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Root(TyperGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        """As Typer makes a group, but for where its commands come from."""
        super().__init__(**attributes)
        self.commands = _Commands()

    def invoke(self, ctx: Any) -> Any:
        """As Typer does, but it would end with status 1 where the reader has seen enough (`alerts list | head`)."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave_stdout()
            return ExitCode.OK


def _leave_stdout() -> None:
    """Python must not complain about what it can't write while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    name="minibar-ml",
    cls=_Root,
    help="Watches a hotel's minibars: learns what is normal and says what is not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"minibar-ml {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Watches a hotel's minibars: learns what is normal and says what is not.

    Exit status: 0 done, 1 unexpected, 2 usage, 3 configuration, 4 database unreachable, 5 something is missing,
    6 partly done, 75 another run holds the lock. Finding anomalies is 0.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; every error ends here, as one line on stderr."""
    log.configure(stamped=not sys.stderr.isatty())
    if sys.stdout is None:
        typer.echo("error: stdout is closed: there is nowhere to write to.", err=True)
        return ExitCode.UNEXPECTED
    try:
        code = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except typer.Exit as request:
        return request.exit_code
    except typer.Abort:
        typer.echo("aborted", err=True)
        return ExitCode.UNEXPECTED
    except MinibarError as error:
        return _report(error)
    except Ended as request:
        typer.echo(str(request), err=True)
        return 143
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing is half-written", err=True)
        return 130
    except Exception as error:  # noqa: BLE001 - the boundary: nothing escapes it and nothing is swallowed
        return _unexpected(error)
    return code if isinstance(code, int) else ExitCode.OK


def run() -> None:
    """Entry point of the console script."""
    code = main()
    # The process ends: nothing that it still holds is worth looking through for garbage on the way out.
    gc.freeze()
    raise SystemExit(code)


def _unexpected(error: Exception) -> int:
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # click's usage errors
        if hasattr(error, "message"):
            error.message = console.visible(str(error.message))  # it repeats what was typed
        error.show()
        return int(error.exit_code)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        _leave_stdout()
        typer.echo("error: what was to be printed can't be written: no space is left there.", err=True)
        return ExitCode.UNEXPECTED
    from minibar_ml.store.engine import explain

    if known := explain(error):
        return _report(known)
    logger.error("traceback", exc_info=error)
    first_line = console.visible((str(error).splitlines() or [""])[0])
    typer.echo(f"error: {type(error).__name__}: {first_line} (a bug: please report it with the lines above)", err=True)
    return ExitCode.UNEXPECTED


def _report(error: MinibarError) -> int:
    if isinstance(error, AnotherRunHoldsTheLock):
        # Overlap is refused, not an error: under --quiet cron has nothing to mail, and the status still says it.
        console.note(str(error))
        return error.exit_code
    typer.echo(f"error: {console.visible(str(error))}", err=True)
    if logger.isEnabledFor(logging.DEBUG) and error.__cause__ is not None:
        logger.debug("caused by %s", type(error.__cause__).__name__)
    return error.exit_code
