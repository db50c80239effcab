"""A group of commands whose modules are imported when they are run, and not to list them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from minibar_ml.cli import help
from minibar_ml.cli.arguments import completion
from minibar_ml.i18n.screen import translated


@dataclass(frozen=True, slots=True)
class Command:
    """A command as its group lists it: the module of `minibar_ml.cli` that can `register` it, and its help line."""

    module: str
    help: str
    panel: str | None = None


class LazyGroup(TyperGroup):
    """A group with a table of its commands, in the order of the help; each is imported when it is first run."""

    table: ClassVar[Mapping[str, Command]]
    commands: Any

    def __init__(self, **attributes: Any) -> None:
        """As Typer makes a group, except for where its commands come from."""
        super().__init__(**attributes)
        _reflow(self)
        help.localize(self)
        self.commands = _Commands(self.table)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command as it is listed, without importing it."""
        if (listed := self.table.get(cmd_name)) is None:
            return None
        panel = listed.panel and translated(listed.panel)
        return TyperCommand(cmd_name, help=translated(listed.help), rich_help_panel=panel)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command to run, imported; while a shell completes a value that is known without it, one for that."""
        name, listed, rest = super().resolve_command(ctx, args)
        if ctx.resilient_parsing and listed and (found := completion.command(listed.name or "", rest)):
            return name, found, rest
        return name, self.commands[listed.name] if listed and listed.name else None, rest


class _Commands(Mapping[str, Any]):
    """The commands by name, each imported when it is first asked for."""

    def __init__(self, table: Mapping[str, Command]) -> None:
        self._table = table
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            listed, alone = self._table[name], typer.Typer()
            import_module(f"minibar_ml.cli.{listed.module}").register(alone)
            built = get_group(alone).commands[name]
            built.help = built.help or listed.help
            _reflow(built)
            help.localize(built)
            self._built[name] = built
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def _reflow(command: Any) -> None:
    """Join the lines of each paragraph of the help, which Typer would break where the source does."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    if not isinstance(command, LazyGroup):
        for inner in getattr(command, "commands", {}).values():
            _reflow(inner)
