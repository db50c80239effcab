"""`minibar-ml docs`: print the documentation, which is installed with the program."""

from pathlib import Path
from typing import Annotated

import typer

import minibar_ml
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.domain.errors import NotFound, UsageError


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command(epilog=examples("docs", "docs settings | less"))(docs)


def docs(
    page: Annotated[str | None, typer.Argument(metavar="PAGE", help="Name of the page; without it, list all.")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print a page of the documentation.

    Without a name, lists the pages. They are Markdown files.
    """
    if page is not None:
        console.write_line(_page(page).read_text(encoding="utf-8").rstrip("\n"))
        return
    found = {path.stem: _title(path) for path in pages()}
    width = max(map(len, found))
    for name, title in found.items():
        console.write_line(f"{name:<{width}}  {title}")
    console.note(f"`minibar-ml docs PAGE` prints a page; the files are in {docs_folder()}.")


def pages() -> list[Path]:
    """The pages, by name."""
    return sorted(docs_folder().glob("*.md"))


def docs_folder() -> Path:
    """The folder of the pages: in the package where it is installed, else in the source tree."""
    package = Path(minibar_ml.__file__).parent
    installed = package / "docs"
    folder = installed if installed.is_dir() else package.parent / "docs"
    if not folder.is_dir():
        raise NotFound("The documentation is not installed: install minibar-ml from its wheel.")
    return folder


def _page(name: str) -> Path:
    known = {path.stem: path for path in pages()}
    if found := known.get(name.removeprefix("docs/").removesuffix(".md")):
        return found
    raise UsageError(f"No page {name!r}; known pages: {', '.join(known)}.")


def _title(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix("# ") for line in lines if line.startswith("# ")), path.stem)
