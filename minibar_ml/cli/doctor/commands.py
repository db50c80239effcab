"""`minibar-ml doctor`: check everything that can be wrong with an installation."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from minibar_ml.artifacts.keys import Keys, load_keys
from minibar_ml.cli import session
from minibar_ml.cli.alerts.table import folded
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.doctor import host, store
from minibar_ml.cli.terminal import console
from minibar_ml.config.loading import examine
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, ExitCode, MinibarError
from minibar_ml.domain.health import Check, all_passed
from minibar_ml.i18n import screen
from minibar_ml.i18n.screen import translated
from minibar_ml.store.failures import explain

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAME_WIDTH, STATE_WIDTH = 12, 10
LEAST_WIDTH = 40


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command(epilog=examples("doctor", "doctor --json"))(doctor)


def doctor(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check the whole installation and show how to fix what is wrong.

    Checks settings, database, permissions, keys, disk space, clocks and jobs. Exits with status 1 if a check failed.
    """
    found = list(checks(datetime.now(UTC)))
    passed = all_passed(found)
    if json:
        console.print_json({"ok": passed, "checks": [asdict(check) for check in found]})
    else:
        for check in found:
            _print(check)
    if not passed:
        raise typer.Exit(ExitCode.UNEXPECTED)


def guarded(name: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """The results of a check; an error that it raises is a failed one."""
    try:
        yield from look()
    except MinibarError as error:
        yield Check(name, "failed", str(error))
    except Exception as error:  # noqa: BLE001 - one failing check must not hide the others; whatever it is, it is reported
        first_line = (str(error).splitlines() or [""])[0]
        known = explain(error)
        yield Check(name, "failed", str(known) if known else f"{type(error).__name__}: {first_line}")


def checks(now: datetime) -> Iterator[Check]:
    """Everything that can be checked, in order."""
    examined = examine()
    settings = examined.settings
    yield from guarded("settings", lambda: host.settings(examined))
    yield from guarded("files", lambda: host.files(settings))
    yield from guarded("report_dir", lambda: host.report_dir(settings.report_dir))
    keys = _keys(settings)
    yield from guarded("key", lambda: host.key(keys))
    yield from guarded("mail", lambda: host.mail(settings))
    yield from _store(settings, keys, now)


def _keys(settings: Settings) -> Keys | ConfigurationError:
    try:
        return load_keys(settings)
    except ConfigurationError as error:
        return error


def _store(settings: Settings, keys: Keys | ConfigurationError, now: datetime) -> Iterator[Check]:
    checks = store.all_of(settings, keys, now)
    try:
        connection = store.connected(settings)
    except MinibarError as error:
        yield Check("database", "failed", str(error))
        yield from (Check(name, "skipped", "database unreachable") for name in checks)
        return
    with connection:
        yield Check("database", "ok", "reached")
        has_store = store.is_made(connection)
        known = store.with_facts(connection, settings, now) if has_store else settings
        screen.use(session.language(known))
        checks = store.all_of(known, keys, now)
        before = {} if has_store else store.before(settings)
        for name, look in (checks | before).items():
            if name in store.NEED_STORE - before.keys() and not has_store:
                yield Check(name, "skipped", "no store yet")
                continue
            yield from guarded(name, _on(connection, look))
            connection.rollback()


def _on(connection: "Connection", look: store.Look) -> Callable[[], Iterable[Check]]:
    return lambda: look(connection)


def _print(check: Check) -> None:
    indent = STATE_WIDTH + NAME_WIDTH
    room = max(console.width() - indent, LEAST_WIDTH)
    lines = folded(console.visible(translated(check.found)), room)
    if check.hint:
        lines += folded(f"-> {console.visible(translated(check.hint))}", room)
    first, *rest = lines
    console.write_line(f"{translated(check.state):<{STATE_WIDTH}}{check.name:<{NAME_WIDTH}}{first}")
    for line in rest:
        console.write_line(" " * indent + line)
