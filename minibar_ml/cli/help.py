"""Help in the language of this process: texts of commands and options, and the words that Typer puts around them."""

import os
import re
from copy import copy
from functools import partial
from typing import Any

from minibar_ml.config import location
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.languages import language_of
from minibar_ml.i18n import Lang, screen
from minibar_ml.i18n.screen import translated

FRAMES = (
    "ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "DEFAULT_STRING", "REQUIRED_LONG_STRING",
)  # fmt: skip
"""Typer's own words of a help, by the names under which it reads them."""
_WORD = re.compile(r"[A-Z]{2,}")
"""A word of a metavar: `[FILE]`, `FROM-TO`."""
_SETTING = re.compile(r"""^(?:export )?ML_LANG=['"]?(en|tr)['"]?\s*$""", re.MULTILINE)


def wanted_language() -> Lang:
    """The language of what is said before settings are read: ML_LANG of the environment or of `.env`, else English."""
    return language_of(os.environ.get("ML_LANG") or _of_file())


def _of_file() -> str:
    try:
        path = location.find().path
        found = _SETTING.findall(path.read_text(encoding="utf-8")) if path else []
    except (OSError, UnicodeDecodeError, ConfigurationError):
        return ""  # whoever reads the settings says what is wrong with the file
    return str(found[-1]) if found else ""


def localize(command: Any) -> None:
    """Have a command, its options and the commands in it say their help in the language of this process."""
    if screen.lang() == "en":
        return
    command.help = translated(command.help or "")
    command.epilog = "\n\n".join(translated(part) for part in (command.epilog or "").split("\n\n"))
    command.options_metavar = translated(command.options_metavar)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = translated(parameter.help)
        if parameter.metavar:
            parameter.metavar = _WORD.sub(lambda word: translated(word[0]), parameter.metavar)
        if parameter.param_type_name == "argument":  # whose type stands beside its name
            parameter.type = copy(parameter.type)
            parameter.type.name = translated(parameter.type.name)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = translated(command.subcommand_metavar)
    command.get_usage = partial(_usage, command, command.get_usage)
    command.format_help = partial(_format_help, command, command.format_help)
    if type(getattr(command, "commands", None)) is dict:
        for inner in command.commands.values():
            localize(inner)


def _usage(command: Any, usage: Any, ctx: Any) -> str:
    return translated(usage(ctx))


def _format_help(command: Any, format_help: Any, ctx: Any, formatter: Any) -> None:
    from typer import rich_utils  # brings rich in, which no other command needs

    for option in command.get_params(ctx):
        if getattr(option, "help", None):
            option.help = translated(option.help)  # also of those that Typer adds at last
    before = {name: getattr(rich_utils, name) for name in FRAMES}
    try:
        for name, text in before.items():
            setattr(rich_utils, name, translated(text))
        format_help(ctx, formatter)
    finally:
        for name, text in before.items():
            setattr(rich_utils, name, text)
