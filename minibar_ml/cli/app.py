"""The Typer app: the commands, global options, and the one error boundary."""

import errno
import gc
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from minibar_ml import __version__, deadline, log
from minibar_ml.cli import profiles
from minibar_ml.cli.help import wanted_language
from minibar_ml.cli.lazy import Command, LazyGroup
from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.domain.errors import AnotherRunHoldsTheLock, ConfigurationError, Ended, ExitCode, MinibarError
from minibar_ml.i18n import screen
from minibar_ml.i18n.screen import translated
from minibar_ml.log import logger

JOBS, RESULTS, TUNING, SETUP, DEMO = "Jobs", "Results", "Tuning", "Setup and operation", "Demo"
COMMANDS = {
    "collect": Command("collect", "Read the hotel's tables and store metric points.", JOBS),
    "train": Command("learning.train", "Fit models to recent weeks, evaluate and store them.", JOBS),
    "detect": Command("detect", "Check recent days for anomalies and raise alerts.", JOBS),
    "report": Command("report", "Write the weekly report, the monthly report or the dashboard.", JOBS),
    "alerts": Command("alerts.commands", "List, explain and handle alerts; deliver notifications.", RESULTS),
    "mutes": Command("mutes.commands", "Mute a hotel, floor, room, product or alert type beforehand.", RESULTS),
    "forecast": Command("forecast", "Show how long stocks last, what to order and by when.", RESULTS),
    "rounds": Command("rounds", "Show which rooms to check today, in walking order, and what to take along.", RESULTS),
    "metrics": Command("metrics.commands", "Show consumption trends, attendants' pace and data coverage.", RESULTS),
    "models": Command("learning.models", "List models, show their quality, roll back.", RESULTS),
    "backtest": Command("learning.backtest", "Show which alerts the last weeks would have raised.", TUNING),
    "optimize": Command("learning.optimize", "Search for a better split of the alert budget.", TUNING),
    "setup": Command(
        "setup.commands",
        "Set up minibar-ml for a database: settings, key, store, first run of all jobs, and their schedule.",
        SETUP,
    ),
    "config": Command("config.commands", "Show and change the facts of the hotels: hours, supplies, budget.", SETUP),
    "start": Command(
        "folder.start",
        "Set up a hotel with lists in files: a database of its own, key, settings and templates, in one folder.",
        SETUP,
    ),
    "stop": Command(
        "folder.start",
        "End the database server of this folder, so that the folder can be copied; the next command starts it again.",
        SETUP,
    ),
    "move-to": Command(
        "folder.move",
        "Move the database of this folder to a PostgreSQL server, with all lists, alerts, models and settings.",
        SETUP,
    ),
    "import": Command("imports.commands", "Import lists that the hotel's system exports: CSV or Excel files.", SETUP),
    "db": Command("db", "Create, upgrade and check the store and its access to the source tables.", SETUP),
    "keys": Command("security.keys", "Create and rotate the keys that seal models and addresses.", SETUP),
    "people": Command("people.commands", "Manage who is notified of which alerts, how and when.", SETUP),
    "access": Command("security.access", "Grant database roles access to hotels' alerts.", SETUP),
    "audit": Command("security.audit", "Show and verify the audit log.", SETUP),
    "cron": Command("cron", "Print a crontab that matches your settings.", SETUP),
    "status": Command("doctor.status", "Show when each job last ran and whether it is late.", SETUP),
    "doctor": Command("doctor.commands", "Check the whole installation and show how to fix what is wrong.", SETUP),
    "fleet": Command("fleet.commands", "Run jobs on several stores, and show them together.", SETUP),
    "docs": Command("docs", "Print a page of the documentation.", SETUP),
    "simulate": Command(
        "simulation.simulate", "Write a simulated hotel into an empty database, or its lists into files.", DEMO
    ),
    "demo": Command(
        "simulation.demo", "Run every job on a simulated hotel and compare the alerts with its hidden faults.", DEMO
    ),
}


class _Root(LazyGroup):
    """The group of all commands."""

    table = COMMANDS

    def invoke(self, ctx: Any) -> Any:
        """As Typer does, but it would end with status 1 where the reader has seen enough (`alerts list | head`)."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            leave_stdout()
            return ExitCode.OK


def leave_stdout() -> None:
    """Python must not complain about what it can't write while it exits; nothing that is written is seen any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    name="minibar-ml",
    cls=_Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`minibar-ml COMMAND --help` explains a command; `minibar-ml docs` lists the documentation.",
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
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="PATH", help="Read the settings from this file, or from .env in this folder."),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Read the settings of this profile, a folder of its own."),
    ] = None,
    all_profiles: Annotated[
        bool, typer.Option("--all-profiles", help="Run status, alerts list or report for every profile.")
    ] = False,
) -> None:
    """Find anomalies in a hotel's minibars: learn what is normal, alert on what is not.

    Exit status: 0 ok (also when anomalies were found), 1 unexpected error, 2 usage error, 3 configuration error,
    4 database unreachable, 5 precondition not met, 6 partly done, 75 another run holds the lock.
    """
    # `main` has read --config and the like: they say in which language all of this is, and may stand anywhere.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; every error ends here, as one line on stderr."""
    log.configure(stamped=not sys.stderr.isatty())
    logger.addFilter(console.in_language)
    chosen = profiles.chosen(sys.argv[1:] if arguments is None else arguments)
    location.use(chosen.config, chosen.profile)
    screen.use(wanted_language())
    if sys.stdout is None:
        typer.echo("error: stdout is closed.", err=True)
        return ExitCode.UNEXPECTED
    try:
        if chosen.is_for_all:
            return profiles.run_all(chosen.arguments)
        code = app(args=chosen.arguments, standalone_mode=False)
    except typer.Exit as request:
        return request.exit_code
    except typer.Abort:
        typer.echo(translated("Aborted."), err=True)
        return ExitCode.UNEXPECTED
    except MinibarError as error:
        return _report(error)
    except Ended as request:
        typer.echo(str(request), err=True)
        return 143
    except KeyboardInterrupt:
        typer.echo(translated("Interrupted; no partial results were stored."), err=True)
        return 130
    except SystemExit as request:
        if not isinstance(request.__context__, BrokenPipeError):
            raise
        # Rich's way to end where the reader of a table or of a help has seen enough.
        leave_stdout()
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the boundary: every error is reported here
        return _unexpected(error)
    return code if isinstance(code, int) else ExitCode.OK


def run() -> None:
    """Entry point of the console script."""
    code = main()
    if deadline.is_work_left():
        # What is late may never end, and Python would wait for it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    # The process ends: a last search for garbage would only take time.
    gc.freeze()
    raise SystemExit(code)


def _unexpected(error: Any) -> int:
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # click's usage errors
        if hasattr(error, "message"):
            error.message = console.visible(str(error.message))  # it repeats what was typed
        if screen.lang() == "en":
            error.show()
        elif message := error.format_message():  # none where a group alone has shown its help
            console.complain(f"{translated('error:')} {translated(message)}")
        return int(error.exit_code)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        leave_stdout()
        typer.echo("error: can't write the output: no space left on the device.", err=True)
        return ExitCode.UNEXPECTED
    if isinstance(error, PermissionError) and error.filename is not None:
        named = console.visible(str(error.filename))
        return _report(
            ConfigurationError(f"This user may not read {named} ({error.strerror}): run as its owner, or name another.")
        )
    from minibar_ml.store.failures import explain

    if known := explain(error):
        return _report(known)
    logger.error("traceback", exc_info=error)
    first_line = console.visible((str(error).splitlines() or [""])[0])
    typer.echo(f"error: {type(error).__name__}: {first_line} (a bug: please report it with the lines above)", err=True)
    return ExitCode.UNEXPECTED


def _report(error: MinibarError) -> int:
    if isinstance(error, AnotherRunHoldsTheLock):
        # Overlap is not an error: under --quiet cron has nothing to mail, and the exit status still shows it.
        console.note(str(error))
        return error.exit_code
    console.complain(f"{translated('error:')} {console.visible(translated(str(error)))}")
    if logger.isEnabledFor(logging.DEBUG) and error.__cause__ is not None:
        logger.debug("caused by %s", type(error.__cause__).__name__)
    return error.exit_code
