"""`minibar-ml keys`: the keys that seal models."""

import typer

from minibar_ml.cli import console, context
from minibar_ml.cli.context import Json, Quiet, Verbose

app = typer.Typer(no_args_is_help=True, help="The keys that seal models.")


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="keys")


@app.command()
def new(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Make a key file (ML_KEY_FILE) that its owner alone can read; an existing one is never overwritten."""
    from minibar_ml.artifacts.keys import VARIABLE, create_key_file

    settings = context.settings()
    path = settings.key_file.absolute()
    create_key_file(path)
    console.say(str(path))
    console.note("Back this file up, apart from the backups of the database: without it no stored model can be opened,")
    console.note("and whoever has both can read and forge models. If it is lost, `keys new` and `train` start anew.")
    if settings.encryption_keys:
        console.note(f"{VARIABLE} is set and comes first: this file is not used until it is unset.")


@app.command()
def status(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Where the keys come from and their fingerprints, newest first; exit 3 where there are none or they are unsafe."""
    from minibar_ml.artifacts.keys import load_keys

    keys = load_keys(context.settings())
    fingerprints = [found.hex() for found in keys.fingerprints]
    if json:
        console.print_json({"source": keys.source, "keys": fingerprints})
        return
    console.say(f"{len(fingerprints)} key(s) from {keys.source}")
    for number, found in enumerate(fingerprints):
        console.say(f"{found}  {'seals and opens' if number == 0 else 'opens only'}")
