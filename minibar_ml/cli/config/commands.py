"""`minibar-ml config`: show and change the facts of the hotels, which the store keeps."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import hotels, times
from minibar_ml.cli.arguments.options import AsOf, Json, Limit, Quiet, Verbose, examples
from minibar_ml.cli.config import keys, views
from minibar_ml.cli.terminal import console
from minibar_ml.config import facts_import
from minibar_ml.config.facts import FACTS, ZONE, History, differing
from minibar_ml.domain.hotels.facts import Key, Stated
from minibar_ml.store import facts

app = typer.Typer(no_args_is_help=True, epilog=examples("config show", "config set alert_budget 2"))
Hotel = Annotated[str | None, typer.Option("--hotel", metavar="H", help="Of this hotel alone (name or id).")]
Product = Annotated[str | None, typer.Option("--product", metavar="P", help="Of this product alone (its name or id).")]
From = Annotated[
    str | None, typer.Option("--from", metavar="T", help="Holds from this date or time on (default: now).")
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Your name (default: the operating-system user).")]
Name = Annotated[str, typer.Argument(metavar="FACT", help="A fact, from `config show`.", autocompletion=keys.completed)]
AnyName = Annotated[str | None, typer.Argument(metavar="[FACT]", help="Only this fact.", autocompletion=keys.completed)]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="config")


@app.command(epilog=examples("config show", "config show lead_time_days --hotel 2", "config show --as-of 2026-03-01"))
def show(
    fact: AnyName = None,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show what holds in the hotels, and since when.

    With `--hotel`, what holds in that hotel: its own facts, and those of the store where it has none.
    """
    settings = session.settings()
    asked = [keys.named(fact)] if fact else list(FACTS)
    known = house.history(settings, "config show")
    instant = times.resolve_as_of(as_of, known.zone())
    lang = session.language(known.at(instant).settings)
    rows = views.rows(known, instant, asked, hotels.find(settings, "config show", hotel))
    if json:
        console.print_json([views.as_json(row, lang) for row in rows])
        return
    console.out().print(views.table(rows, known.zone()))
    if fact:
        console.say(views.meaning(fact, lang))
    if any(row.is_hidden for row in rows):
        console.note("Budget and thresholds are shown to administrators only.")
    if not known.is_imported:
        console.note("Nothing is in the store yet, so the environment holds: run `minibar-ml config import`.")


@app.command(
    "set",
    epilog=examples(
        "config set alert_budget 2",
        "config set lead_time_days 5 --hotel 2 --product 'Efes 33 cl'",
        "config set check_out_time --default",
    ),
)
def set_(
    fact: Name,
    value: Annotated[str | None, typer.Argument(metavar="[VALUE]", help="Its value.")] = None,
    default: Annotated[bool, typer.Option("--default", help="Instead of a value: back to the default.")] = False,
    hotel: Hotel = None,
    product: Product = None,
    from_: From = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Change a fact of all hotels, of one hotel, or of a product.

    Jobs and reports go by it from their next run on. Every change is in the audit log. With `--default`, a hotel or a
    product has no value of its own any more.
    """
    settings = session.settings()
    name = keys.named(fact)
    text = keys.checked(name, value, is_default=default)
    hotel_id = hotels.find(settings, "config set", hotel)
    with session.store(settings, "config set") as connection:
        note_import(house.import_first(connection, settings, by))
        known = house.read(connection, settings)
        key = keys.resolved(connection, name, hotel_id, product)
        since = times.instant(from_, known.zone(), "--from", ahead=True) if from_ else datetime.now(UTC)
        facts.insert(connection, [Stated(key, text, since, operator=by)])
        connection.commit()
    before = known.values(since).get(key)
    was = "not stated" if before is None else house.shown(before, name)
    console.note(f"{key}: {was} -> {'default' if text is None else text}")


@app.command("import", epilog=examples("config import", "config import events.csv", "config import products.toml"))
def import_(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Events (CSV), or terms of products (CSV or TOML)."),
    ] = None,
    hotel: Hotel = None,
    from_: From = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Take facts over from a file, or from the environment and the files that it names.

    A file of events replaces the events of the hotels in it; one of products changes what it states and leaves the
    rest. The time zone is taken over only by the first import: `collect --rezone` changes it.
    """
    settings = session.settings()
    hotel_id = hotels.find(settings, "config import", hotel)
    with session.store(settings, "config import") as connection:
        note_import(house.import_first(connection, settings, by))
        known = house.read(connection, settings)
        since = times.instant(from_, known.zone(), "--from", ahead=True) if from_ else datetime.now(UTC)
        wanted = keys.of_file(file, hotel_id) if file else facts_import.of_environment(settings, house.given())
        wanted.pop(Key(ZONE), None)
        new = _changed(known, wanted, since, by)
        facts.insert(connection, new)
        connection.commit()
    note_import({one.key: one.value for one in new})
    if not new:
        console.note("Nothing to import: the store says the same.")


def _changed(known: History, wanted: dict[Key, Any], since: datetime, by: str | None) -> list[Stated]:
    values = {key: wanted[key] for key in differing(known.values(since), wanted)}
    return list(facts_import.statements(values, since, by))


def note_import(imported: "dict[Key, Any] | Any") -> None:
    """Say what was taken over into the store; nothing where nothing was."""
    for key, value in imported.items():
        console.note(f"Taken over into the store: {key} = {views.short(key, value)}")


@app.command(epilog=examples("config history", "config history alert_budget --json"))
def history(
    fact: AnyName = None,
    hotel: Hotel = None,
    limit: Annotated[int, Limit] = 100,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show who stated what and when, the latest first."""
    settings = session.settings()
    name = keys.named(fact) if fact else None
    known = house.history(settings, "config history")
    stated: Sequence[Stated] = known.stated if known.is_imported else ()
    hotel_id = hotels.find(settings, "config history", hotel)
    found = [one for one in reversed(stated) if name in (None, one.key.fact) and hotel_id in (None, one.key.hotel_id)]
    if json:
        console.print_json([views.statement_json(one) for one in found[:limit]])
    elif found:
        console.out().print(views.statements_table(found[:limit], known.zone()))
    else:
        console.note("Nothing was stated.")
