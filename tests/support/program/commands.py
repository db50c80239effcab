"""Every command of the app and its parameters, taken from the app, so that a new one is swept like the others."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from minibar_ml.cli.app import app

OWN_SERVER = ("demo", "start", "stop", "setup")
"""They start or end a database server of their own, or write to the machine's folders."""
SMALL = {("simulate",): {"rooms": "5", "days": "14"}, ("fleet", "run"): {"command": "collect"}}
"""What else a call says: the hotel of the defaults takes fifteen seconds and shows no more of how words are read; and a
fleet runs jobs alone."""


def _walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    if command.invoke_without_command and path:
        yield path, command
    for name in command.commands:
        yield from _walk(command.commands[name], (*path, name))


COMMANDS = {path: command for path, command in _walk(get_command(app)) if path[0] not in OWN_SERVER}


def options(path: tuple[str, ...]) -> set[str]:
    """The long options of a command."""
    return {name for one in COMMANDS[path].params for name in one.opts if name.startswith("--")}


def _is_number(parameter: Any) -> bool:
    return "INT" in str(parameter.type).upper()


def call(path: tuple[str, ...], chosen: str = "", value: str = "") -> list[str]:
    """A call of a command with `value` for one parameter, and something of the right kind wherever one is needed."""
    words, small = list(path), SMALL.get(path, {})
    for one in COMMANDS[path].params:
        if one.name != chosen and not one.required and one.name not in small:
            continue
        usual = small.get(one.name) or ("1" if _is_number(one) else "room_consumption")
        given = value if one.name == chosen else usual
        words += [given] if one.param_type_name == "argument" else [f"{one.opts[0]}={given}"]
    return words


def text_parameters() -> list[tuple[tuple[str, ...], str]]:
    """Every parameter that takes a word or a number, with its command."""
    return [
        (path, one.name)
        for path, command in COMMANDS.items()
        for one in command.params
        if not getattr(one, "is_flag", False) and one.name != "help"
    ]
