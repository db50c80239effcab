"""`minibar-ml keys`: the keys that seal models and addresses."""

from dataclasses import dataclass
from typing import Any

import typer

from minibar_ml.artifacts.keys import VARIABLE, create_key_file, load_keys
from minibar_ml.cli import session
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ExitCode, MinibarError
from minibar_ml.jobs import rotation
from minibar_ml.store import access, models
from minibar_ml.store.notifications import people

app = typer.Typer(no_args_is_help=True, epilog=examples("keys status", "keys rotate"))
NOT_SEALED = ""


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="keys")


@app.command(epilog=examples("keys new"))
def new(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Create the key file (ML_KEY_FILE), readable only by its owner.

    An existing file is never overwritten.
    """
    settings = session.settings()
    path = settings.key_file.absolute()
    create_key_file(path)
    console.say(console.visible(str(path)))
    console.note("Back up this file, apart from the database: without it no stored model can be opened,")
    console.note("and whoever has both can read and forge models. If it is lost, run `keys new` and `train` again.")
    if settings.encryption_keys:
        console.note(f"{VARIABLE} is set and takes precedence: this file is not used until it is unset.")


@app.command(epilog=examples("keys rotate"))
def rotate(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Add a new key to the key file and seal all models and addresses with it.

    A rotation that was interrupted is completed by the next run.
    """
    settings = session.settings()
    with session.store(settings, "keys rotate") as connection:
        done = rotation.run(connection, settings)
    first = done.keys.fingerprints[0].hex()
    addresses = f" and {plural(done.readdressed, 'address', 'addresses')}" if done.readdressed else ""
    console.say(
        f"{first}  {'new' if done.is_new else 'unchanged'}, {plural(done.resealed, 'model')}{addresses} resealed"
    )
    for reason in done.refused:
        console.note(reason)
    if done.is_new:
        console.note(
            "Back up the key file again. `minibar-ml keys prune` removes keys that are no longer needed; older"
        )
        console.note("backups of the database still need them: keep the old key file with those.")
    elif not done.resealed and not done.readdressed:
        console.note("Everything is sealed with the first key already: put a new key in front of it.")
    if done.refused:
        raise typer.Exit(ExitCode.PARTLY_DONE)


@app.command(epilog=examples("keys prune"))
def prune(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Remove keys that are no longer needed from the key file.

    Refused while a stored model or address needs one of them.
    """
    settings = session.settings()
    with session.store(settings, "keys prune") as connection:
        gone = rotation.prune(connection, settings)
    for key in gone:
        console.say(f"{key}  removed")
    if not gone:
        console.note("There are no old keys.")


@app.command(epilog=examples("keys status"))
def status(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """List keys, newest first, and what each is needed for.

    Exits with status 3 if there are none or others can read them.
    """
    settings = session.settings()
    keys = load_keys(settings)
    fingerprints = [found.hex() for found in keys.fingerprints]
    seals = _seals(settings)
    if json:
        document: dict[str, Any] = {
            "source": keys.source,
            "keys": fingerprints,
            "models": None,
            "addresses": None,
            "removable": None,
        }
        if seals is not None:
            removable = [key for key in fingerprints[1:] if key not in seals.models and key not in seals.addresses]
            document |= {"models": seals.models, "addresses": seals.addresses, "removable": removable}
        console.print_json(document)
        return
    console.say(f"{plural(len(fingerprints), 'key')} from {keys.source}")
    for number, found in enumerate(fingerprints):
        console.say(f"{found}  {'seals and opens' if number == 0 else 'opens only'}{_need(found, number, seals)}")
    if seals is None:
        return
    for unknown, count in seals.models.items():
        if unknown == NOT_SEALED:
            console.note(f"{plural(count, 'damaged model')}: run `minibar-ml train`.")
        elif unknown not in fingerprints:
            console.note(
                f"{plural(count, 'model')} sealed with the missing key {unknown}: restore it or run `minibar-ml train`."
            )
    for unknown, count in seals.addresses.items():
        if unknown not in fingerprints:
            sealed = plural(count, "address", "addresses")
            console.note(f"{sealed} sealed with the missing key {unknown}: restore it or set them again.")


@dataclass(frozen=True, slots=True)
class _Seals:
    """How many models and addresses each key has sealed, by fingerprint."""

    models: dict[str, int]
    addresses: dict[str, int]


def _seals(settings: Settings) -> _Seals | None:
    """What each key has sealed; None, with a note on stderr, where the store can't be read."""
    try:
        with session.store(settings, "keys status") as connection:
            if not access.sees_everything(connection):
                console.note("Use of keys unknown: this database role does not see every hotel's models.")
                return None
            return _Seals(models.fetch_seals(connection), people.fetch_seals(connection))
    except MinibarError as error:
        console.note(f"Use of keys unknown: {error}")
        return None


def _need(key: str, number: int, seals: _Seals | None) -> str:
    if seals is None:
        return ""
    counts = ((seals.models.get(key), "model", "models"), (seals.addresses.get(key), "address", "addresses"))
    if needed := [plural(count, one, several) for count, one, several in counts if count]:
        return f", needed by {' and '.join(needed)}"
    return ", not needed" + ("; `minibar-ml keys prune` removes it" if number else " yet")
