"""Writes what the program itself knows best: docs/settings.md, docs/commands.md, docs/schema.md and crontab.example.

Run with `make docs`; `tests/unit/test_docs.py` and, for the schema, `tests/db/test_schema.py` fail where a file is not
what this would write.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sqlalchemy import Connection, text
from typer.main import get_command

from minibar_ml.cli.app import app
from minibar_ml.cli.cron import crontab
from minibar_ml.config.settings import FILE_VARIABLE, PREFIX, Settings
from minibar_ml.simulate.server import fresh_database
from minibar_ml.store import access, migrations
from minibar_ml.store.engine import make_engine

ROOT = Path(__file__).parents[1]
PROGRAM = "minibar-ml"
EVERYWHERE = ("help", "quiet", "verbose", "json")
"""Options that mean the same wherever they are: told once."""
MADE = "<!-- Made by docs/generate.py: change the program and run `make docs`. -->\n"
SETTINGS = f"""{MADE}
# Settings

Every setting is an environment variable, a line of the file `.env` in the directory that a command starts in, or a key
of the TOML file that `{FILE_VARIABLE}` names (there without `{PREFIX}`, in small letters). The environment comes before
`.env`, `.env` before the TOML file. `{FILE_VARIABLE}` itself may stand in the environment or in `.env`.

An unknown key of the TOML file and a value that makes no sense end every command with exit status 3 and a line that
names the setting. A variable `{PREFIX}...` that is not in the table is ignored;
`minibar-ml doctor` names it.

```sh
# .env, mode 0600: it holds a password
ML_DATABASE_URL='postgresql://minibar:secret@db.example.com:5432/hotel'
ML_TIMEZONE=Europe/Nicosia
ML_LANG=tr
```

```toml
# the same as a TOML file, without the secret
timezone = "Europe/Nicosia"
lang = "tr"
```

| variable | what it may be | default | meaning |
|---|---|---|---|
"""
COMMANDS = f"""{MADE}
# Commands

`minibar-ml --version` prints the version, `-h` or `--help` after any command its help. Data goes to stdout, everything
else to stderr. There is colour only on a terminal, and none where `NO_COLOR` is set.

Many commands take these; they mean the same everywhere:

- `--quiet`, `-q`: only errors on stderr.
- `--verbose`, `-v`: every step on stderr.
- `--json`: JSON on stdout instead of text.

T is a date (`2026-03-01`, its midnight) or an instant (`2026-03-01T18:00`), in the hotel's time zone unless it names
one (`2026-03-01T18:00+03:00`). D is a business day (`2026-03-01`).

"""
SCHEMA = f"""{MADE}
# Schema

The tables of the store, schema `minibar_ml`: their columns, and which roles may write and read them.
*Jobs* log in as members of `minibar_ml_collector`, *administrators* of `minibar_ml_operator`, *viewers* (and
storekeepers) of `minibar_ml_viewer`; which rows each of them sees is in [security](security.md). What nobody is
granted is written by triggers and functions that act for the owner. [Alerts](alerts.md) explains the statuses.

"""
TABLES = """
SELECT CAST(c.oid AS integer) AS oid, c.relname AS name, obj_description(c.oid, 'pg_class') AS meaning
FROM pg_class c
WHERE c.relnamespace = CAST('minibar_ml' AS regnamespace) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname
"""
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required,
       col_description(a.attrelid, a.attnum) AS meaning
FROM pg_attribute a WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
RIGHTS = """
SELECT r.shown, v.verb, has_table_privilege(r.name, CAST(:oid AS oid), v.verb) AS is_whole,
       ARRAY(SELECT CAST(a.attname AS text) FROM pg_attribute a
             WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND v.verb <> 'DELETE'
               AND has_column_privilege(r.name, CAST(:oid AS oid), a.attnum, v.verb)
             ORDER BY a.attnum) AS columns
FROM (VALUES (1, 'jobs', 'minibar_ml_collector'), (2, 'administrators', 'minibar_ml_operator'),
             (3, 'viewers', 'minibar_ml_viewer')) r (place, shown, name)
CROSS JOIN (VALUES (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE')) v (place, verb)
ORDER BY r.place, v.place
"""


def schema(connection: Connection) -> str:
    """docs/schema.md, of a store whose roles are made."""
    return SCHEMA + "\n".join(_table(connection, table) for table in connection.execute(text(TABLES)))


def _table(connection: Connection, table: Any) -> str:
    rights = connection.execute(text(RIGHTS), {"oid": table.oid}).all()
    columns = connection.execute(text(COLUMNS), {"oid": table.oid})
    rows = "".join(
        f"| `{one.name}` | {one.type}{'' if one.is_required else ' or null'} | {one.meaning} |\n" for one in columns
    )
    read = ", ".join(one.shown for one in rights if one.verb == "SELECT" and one.is_whole) or "the owner"
    return (
        f"## {table.name}\n\n{table.meaning}\n\nWritten by: {_writers(rights)}. Read by: {read}.\n\n"
        f"| column | type | meaning |\n|---|---|---|\n{rows}"
    )


def _writers(rights: list[Any]) -> str:
    verbs: dict[str, list[str]] = {}
    for one in rights:
        if one.verb != "SELECT" and (one.is_whole or one.columns):
            some = "" if one.is_whole else f" of {', '.join(f'`{column}`' for column in one.columns)}"
            verbs.setdefault(one.shown, []).append(f"{one.verb}{some}")
    return ", ".join(f"{shown} ({', '.join(what)})" for shown, what in verbs.items()) or "the owner"


def _write_schema() -> None:
    with tempfile.TemporaryDirectory(prefix="minibar-ml-docs-") as folder:
        # As in quality/database.py: the lock file of the folder that all users share may be another's.
        (Path(folder) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = folder
        with fresh_database(Path(folder), keep=False) as url, make_engine(url, "UTC", "docs").connect() as connection:
            migrations.upgrade(connection)
            access.apply_roles(connection)
            (ROOT / "docs" / "schema.md").write_text(schema(connection), encoding="utf-8")


def settings() -> str:
    """docs/settings.md."""
    hints = get_type_hints(Settings)
    return SETTINGS + "".join(_setting(spec, hints[spec.name]) for spec in fields(Settings))


def _setting(spec: "Field[Any]", kind: Any) -> str:
    default = str(spec.default).lower() if kind is bool else str(spec.default)
    shown = f"`{default}`" if default else "none"
    meaning = spec.metadata["help"].replace("|", r"\|")
    return f"| `{PREFIX}{spec.name.upper()}` | {_allowed(spec, kind)} | {shown} | {meaning} |\n"


def _allowed(spec: "Field[Any]", kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(kind))
    said = {bool: "true or false", int: "whole number", float: "number", Path: "path"}.get(kind, "text")
    low, high = spec.metadata.get("min"), spec.metadata.get("max")
    if high is not None:
        return f"{said}, {low:g} to {high:g}"
    return f"{said}, at least {low:g}" if low is not None else said


def commands() -> str:
    """docs/commands.md."""
    sections = list(_sections(get_command(app), PROGRAM))
    listed = "".join(f"- [`{name}`](#{name.replace(' ', '-')}): {_first_line(command)}\n" for name, command in sections)
    return COMMANDS + listed + "".join(_command(name, command) for name, command in sections)


def _sections(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, as it is called."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from _sections(inner, f"{name} {word}")


def _first_line(command: Any) -> str:
    return str(command.help).strip().splitlines()[0]


def _command(name: str, command: Any) -> str:
    told = [param for param in command.params if param.name not in EVERYWHERE]
    arguments = "".join(f" {_metavar(param)}" for param in told if param.param_type_name == "argument")
    shared = [f"`--{param.name}`" for param in command.params if param.name in EVERYWHERE[1:]]
    lines = [f"\n## {name}\n", f"{str(command.help).strip()}\n", f"```\n{name}{arguments} [OPTIONS]\n```\n"]
    if told:
        lines.append("| | |\n|---|---|\n" + "".join(_parameter(param) for param in told))
    if shared:
        lines.append(f"And {', '.join(shared)}.\n")
    return "\n".join(lines)


def _metavar(param: Any) -> str:
    if param.metavar:
        return str(param.metavar)
    if choices := getattr(param.type, "choices", None):
        return "|".join(choices)
    if str(param.type.name).startswith("int"):
        return "N"
    return str(param.type.name).upper()


def _parameter(param: Any) -> str:
    help_text = (param.help or "").replace("|", r"\|")
    if param.param_type_name == "argument":
        return f"| `{_metavar(param)}` | {help_text} |\n"
    named = ", ".join(f"`{option}`" for option in param.opts)
    if not param.is_flag:
        named += f" `{_metavar(param)}`".replace("|", r"\|")
    if (low := getattr(param.type, "min", None)) is not None:
        high = getattr(param.type, "max", None)
        help_text += f" At least {low}." if high is None else f" {low:,} to {high:,}."
    if param.required:
        help_text += " Required."
    elif isinstance(param.default, str | int | Path) and not param.is_flag and str(param.default):
        help_text += f" Default: `{param.default}`."
    return f"| {named} | {help_text} |\n"


def documents() -> dict[Path, str]:
    """Every generated file and its text."""
    return {
        ROOT / "docs" / "settings.md": settings(),
        ROOT / "docs" / "commands.md": commands(),
        ROOT / "crontab.example": crontab(Settings()),
    }


if __name__ == "__main__":
    for path, content in documents().items():
        path.write_text(content, encoding="utf-8")
    _write_schema()
