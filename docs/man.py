"""The man pages, one for each command and group, made from their help: `make man` writes them to dist/man.

Typer brings a click of its own, whose options click-man does not recognise, so that the pages are filled here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click_man.man import ManPage
from typer.main import get_command

from minibar_ml import __version__
from minibar_ml.cli.app import app

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "dist" / "man"
PROGRAM = "minibar-ml"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {f"{name.replace(' ', '-')}.1": _page(name, command) for name, command in _walk(get_command(app), PROGRAM)}


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, f"{name} {word}")


def _page(name: str, command: Any) -> str:
    page = ManPage(name)
    page.version = __version__
    page.short_help, _, rest = str(command.help).strip().partition("\n\n")
    page.synopsis = " ".join(["[OPTIONS]", *(_called(one) for one in command.params if _is_argument(one))])
    page.description = "\n\n".join(part for part in (page.short_help, rest, command.epilog) if part)
    page.options = [(f"{', '.join(one.opts)}{_value(one)}", one.help or "") for one in command.params if _has_name(one)]
    page.options += [(_called(one), one.help or "") for one in command.params if _is_argument(one)]
    page.commands = [(word, _first(inner)) for word, inner in getattr(command, "commands", {}).items()]
    # Pages of commands in groups have hyphens in their names.
    return str(page).replace(rf"\fB{name}-", rf"\fB{name.replace(' ', '-')}-")


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _has_name(parameter: Any) -> bool:
    return not _is_argument(parameter) and not parameter.hidden


def _called(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _value(option: Any) -> str:
    return "" if option.is_flag else f" {_called(option)}"


def _first(command: Any) -> str:
    return str(command.help).strip().split("\n\n")[0]


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{FOLDER}: {len(pages())} pages")  # noqa: T201 - a program of its own


if __name__ == "__main__":
    main()
