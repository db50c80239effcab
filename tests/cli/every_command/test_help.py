"""Every command explains itself, and reading alerts starts without what only learning needs."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import typer

from minibar_ml.cli.app import COMMANDS, app, main
from minibar_ml.cli.lazy import Command

HEAVY = ("pandas", "numpy", "scipy", "sklearn", "skops", "jinja2", "cryptography", "apprise")


def _walk(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, (*words, name))


BY_NAME = dict(_walk(typer.main.get_command(app)))
ALL = list(BY_NAME)
GROUPS = {words for words, command in BY_NAME.items() if hasattr(command, "commands")}
ALERTS = BY_NAME[("alerts",)].table


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


@pytest.mark.parametrize("words", [words for words in ALL if words not in GROUPS], ids=" ".join)
def test_every_command_has_an_example_of_itself(words: tuple[str, ...]) -> None:
    head, *calls = str(BY_NAME[words].epilog).split("\n\n")
    assert head in ("Example:", "Examples:")
    assert (head == "Example:") == (len(calls) == 1)
    called = f"minibar-ml {' '.join(words)}"
    assert [call for call in calls if called not in call] == []


@pytest.mark.parametrize("words", sorted(words for words in GROUPS if words), ids=" ".join)
def test_every_group_has_examples_of_its_commands(words: tuple[str, ...]) -> None:
    head, *calls = str(BY_NAME[words].epilog).split("\n\n")
    assert head == "Examples:"
    named = [call.split()[1 + len(words)] for call in calls]
    assert [name for name in named if not name.startswith("-") and (*words, name) not in ALL] == []


@pytest.mark.parametrize("group", [COMMANDS, ALERTS], ids=["minibar-ml", "alerts"])
def test_a_command_is_listed_with_the_first_line_of_its_help(group: Mapping[str, Command]) -> None:
    prefix = () if group is COMMANDS else ("alerts",)
    first_lines = {name: str(BY_NAME[*prefix, name].help).split("\n\n")[0] for name in group}
    assert first_lines == {name: listed.help for name, listed in group.items()}


def test_listing_the_commands_imports_none_of_them() -> None:
    code = (
        "import sys; from minibar_ml.cli.app import main; main(['--help']); main(['alerts', '--help']);"
        "print('imported:', sorted({'sqlalchemy', 'minibar_ml.cli.learning.train', 'minibar_ml.cli.alerts.listing'}"
        " & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "imported: []"


def test_a_misspelt_command_is_refused_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["colect"]) == 2
    assert "No such command 'colect'" in " ".join(capsys.readouterr().err.split())
