"""`minibar-ml keys`: the keys that seal models."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from minibar_ml.cli import console, session
from minibar_ml.cli.options import Json, Quiet, Verbose
from minibar_ml.domain.errors import ExitCode, MinibarError

if TYPE_CHECKING:
    from minibar_ml.config.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The keys that seal models.")
NOT_SEALED = ""


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="keys")


@app.command()
def new(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Make a key file (ML_KEY_FILE) that its owner alone can read; an existing one is never overwritten."""
    from minibar_ml.artifacts.keys import VARIABLE, create_key_file

    settings = session.settings()
    path = settings.key_file.absolute()
    create_key_file(path)
    console.say(console.visible(str(path)))
    console.note("Back this file up, apart from the backups of the database: without it no stored model can be opened,")
    console.note("and whoever has both can read and forge models. If it is lost, `keys new` and `train` start anew.")
    if settings.encryption_keys:
        console.note(f"{VARIABLE} is set and comes first: this file is not used until it is unset.")


@app.command()
def rotate(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Put a new key first in the key file and seal all models and addresses anew; a run that was killed is finished."""
    from minibar_ml.jobs.rotation import run

    settings = session.settings()
    with session.store(settings, "keys rotate") as connection:
        done = run(connection, settings)
    first = done.keys.fingerprints[0].hex()
    addresses = f" and {done.readdressed} address(es)" if done.readdressed else ""
    console.say(f"{first}  {'new' if done.is_new else 'as before'}, {done.resealed} model(s){addresses} sealed anew")
    for reason in done.refused:
        console.note(reason)
    if done.is_new:
        console.note(
            "Back the key file up again. `minibar-ml keys prune` takes out the old keys once nothing needs them;"
        )
        console.note("a backup of the database from before needs them too: keep theirs beside it.")
    elif not done.resealed and not done.readdressed:
        console.note("Every model that can be opened is sealed by the first key already: put a new one in front of it.")
    if done.refused:
        raise typer.Exit(ExitCode.PARTLY_DONE)


@app.command()
def prune(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Take old keys out of the key file that no stored model needs; refused while one is needed."""
    from minibar_ml.jobs import rotation

    settings = session.settings()
    with session.store(settings, "keys prune") as connection:
        gone = rotation.prune(connection, settings)
    for key in gone:
        console.say(f"{key}  taken out")
    if not gone:
        console.note("There is no old key.")


@app.command()
def status(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Where the keys come from, newest first, and what needs each; exit 3 where there are none or they are unsafe."""
    from minibar_ml.artifacts.keys import load_keys

    settings = session.settings()
    keys = load_keys(settings)
    fingerprints = [found.hex() for found in keys.fingerprints]
    seals = _seals(settings)
    if json:
        told: dict[str, Any] = {
            "source": keys.source,
            "keys": fingerprints,
            "models": None,
            "addresses": None,
            "removable": None,
        }
        if seals is not None:
            removable = [key for key in fingerprints[1:] if key not in seals.models and key not in seals.addresses]
            told |= {"models": seals.models, "addresses": seals.addresses, "removable": removable}
        console.print_json(told)
        return
    console.say(f"{len(fingerprints)} key(s) from {keys.source}")
    for number, found in enumerate(fingerprints):
        console.say(f"{found}  {'seals and opens' if number == 0 else 'opens only'}{_need(found, number, seals)}")
    if seals is None:
        return
    for unknown, count in seals.models.items():
        if unknown == NOT_SEALED:
            console.note(f"{count} model(s) are damaged: `minibar-ml train` makes new ones")
        elif unknown not in fingerprints:
            console.note(f"{count} model(s) need {unknown}, which is not here: restore that key or `minibar-ml train`")
    for unknown, count in seals.addresses.items():
        if unknown not in fingerprints:
            console.note(f"{count} address(es) need {unknown}, which is not here: restore it or set them anew")


@dataclass(frozen=True, slots=True)
class _Seals:
    """How many models and addresses each key has sealed, by fingerprint."""

    models: dict[str, int]
    addresses: dict[str, int]


def _seals(settings: "Settings") -> _Seals | None:
    """What each key has sealed; None, said on stderr, where the store can't be asked."""
    from minibar_ml.store import access, models
    from minibar_ml.store.notifications import people

    try:
        with session.store(settings, "keys status") as connection:
            if not access.sees_everything(connection):
                console.note("what needs which key is not known: this database role does not see every hotel's models")
                return None
            return _Seals(models.fetch_seals(connection), people.fetch_seals(connection))
    except MinibarError as error:
        console.note(f"what needs which key is not known: {error}")
        return None


def _need(key: str, number: int, seals: _Seals | None) -> str:
    if seals is None:
        return ""
    counts = ((seals.models.get(key), "model(s)"), (seals.addresses.get(key), "address(es)"))
    if needed := [f"{count} {what}" for count, what in counts if count]:
        return f", {' and '.join(needed)} need it"
    return ", no model needs it" + (": `minibar-ml keys prune` takes it out" if number else " yet")
