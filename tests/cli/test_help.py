"""Every command explains itself, and reading alerts starts without what only learning needs."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
import typer

from minibar_ml.cli.app import app, main

HEAVY = ("pandas", "numpy", "scipy", "sklearn", "skops", "jinja2", "cryptography", "apprise")


def _commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*words, name))


ALL = list(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_command_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr()
    usage = next(line for line in shown.out.splitlines() if "Usage: " in line)
    assert " ".join(words) in usage
    assert shown.err == ""


def test_there_are_the_commands_that_the_main_job_needs() -> None:
    wanted = ["db init", "db upgrade", "db status", "db check", "keys new", "collect", "train", "detect", "backtest",
              "alerts list", "alerts show", "alerts read", "alerts false-positive", "alerts resolve", "alerts stats",
              "alerts notify", "people add", "people list", "people set", "people remove", "people test",
              "metrics trend", "metrics pace", "metrics summary", "forecast", "report weekly",
              "models list", "models rollback", "cron", "simulate", "demo"]  # fmt: skip
    assert set(wanted) <= {" ".join(words) for words in ALL}


def test_reading_alerts_imports_nothing_of_what_only_learning_needs() -> None:
    code = (
        "import sys; from minibar_ml.cli.app import main; main(['alerts', 'list', '--help']);"
        f"print('imported:', [name for name in {HEAVY} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "imported: []"
