"""`minibar-ml doctor`: everything that a new installation gets wrong, looked at in one go."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from minibar_ml.cli import console
from minibar_ml.cli.doctor import host, store
from minibar_ml.cli.options import Json, Quiet, Verbose
from minibar_ml.config.settings import Settings, examine
from minibar_ml.domain.errors import ConfigurationError, ExitCode, MinibarError
from minibar_ml.domain.health import Check, all_passed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.artifacts.keys import Keys

NAME_WIDTH, STATE_WIDTH = 12, 9
LEAST_WIDTH = 40


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command()(doctor)


def doctor(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check settings, database, rights, key, disk, clock and jobs, and say what to do; exit 1 when a check failed."""
    found = list(_looked_at(datetime.now(UTC)))
    passed = all_passed(found)
    if json:
        console.print_json({"ok": passed, "checks": [asdict(check) for check in found]})
    else:
        for check in found:
            _print(check)
    if not passed:
        raise typer.Exit(ExitCode.UNEXPECTED)


def guarded(name: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """What a check finds; where it fails in a way that it does not know, that is what it found."""
    try:
        yield from look()
    except MinibarError as error:
        yield Check(name, "failed", str(error))
    except Exception as error:  # noqa: BLE001 - one check's failure must not hide the others; it is told, whatever it is
        from minibar_ml.store.engine import explain

        first_line = (str(error).splitlines() or [""])[0]
        known = explain(error)
        yield Check(name, "failed", str(known) if known else f"{type(error).__name__}: {first_line}")


def _looked_at(now: datetime) -> Iterator[Check]:
    examined = examine()
    settings = examined.settings
    yield from guarded("settings", lambda: host.settings(examined))
    yield from guarded("schedules", lambda: host.schedules(settings, now))
    yield from guarded("files", lambda: host.files(settings, now))
    yield from guarded("report_dir", lambda: host.report_dir(settings.report_dir))
    keys = _keys(settings)
    yield from guarded("key", lambda: host.key(keys))
    yield from guarded("mail", lambda: host.mail(settings))
    yield from _store(settings, keys, now)


def _keys(settings: Settings) -> "Keys | ConfigurationError":
    from minibar_ml.artifacts.keys import load_keys

    try:
        return load_keys(settings)
    except ConfigurationError as error:
        return error


def _store(settings: Settings, keys: "Keys | ConfigurationError", now: datetime) -> Iterator[Check]:
    checks = store.all_of(settings, keys, now)
    try:
        connection = store.connected(settings)
    except MinibarError as error:
        yield Check("database", "failed", str(error))
        yield from (Check(name, "skipped", "the database can't be reached") for name in checks)
        return
    with connection:
        yield Check("database", "ok", "reached")
        has_store = store.is_made(connection)
        for name, look in checks.items():
            if name in store.NEED_STORE and not has_store:
                yield Check(name, "skipped", "there is no store yet")
                continue
            yield from guarded(name, _on(connection, look))
            connection.rollback()


def _on(connection: "Connection", look: "store.Look") -> Callable[[], Iterable[Check]]:
    return lambda: look(connection)


def _print(check: Check) -> None:
    from minibar_ml.cli.alerts.table import folded

    indent = STATE_WIDTH + NAME_WIDTH
    room = max(console.width() - indent, LEAST_WIDTH)
    lines = folded(console.visible(check.found), room)
    if check.cure:
        lines += folded(f"-> {console.visible(check.cure)}", room)
    first, *rest = lines
    console.say(f"{check.state:<{STATE_WIDTH}}{check.name:<{NAME_WIDTH}}{first}")
    for line in rest:
        console.say(" " * indent + line)
