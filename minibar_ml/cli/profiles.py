"""Options that say whose settings a command reads: `--config`, `--profile` and `--all-profiles`, anywhere in it.

They are taken out before anything else is parsed, because the language of help and errors depends on them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.domain.errors import ConfigurationError, UsageError

CONFIG, PROFILE, ALL = "--config", "--profile", "--all-profiles"
FOR_ALL = (["status"], ["alerts", "list"], ["report"])
"""Commands that can be run for all profiles: they change nothing."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The words of a command without these options, and what the options say."""

    arguments: list[str]
    config: Path | None
    profile: str
    is_for_all: bool


def chosen(words: Sequence[str]) -> Chosen:
    """Take the options out of a command line; one that lacks its value is left for the parser to complain about."""
    found: dict[str, str] = {}
    rest, queue = list[str](), list(words)
    while queue:
        word = queue.pop(0)
        name, sign, value = word.partition("=")
        if word == "--":
            rest += [word, *queue]
            break
        if name in (CONFIG, PROFILE) and (sign or queue):
            found[name] = value if sign else queue.pop(0)
        elif word == ALL:
            found[ALL] = ALL
        else:
            rest.append(word)
    config = Path(found[CONFIG]) if CONFIG in found else None
    return Chosen(rest, config, found.get(PROFILE, ""), ALL in found)


def run_all(words: Sequence[str]) -> int:
    """Run a command for each profile, one after the other; the worst exit status of all."""
    if not any(list(words[: len(one)]) == one for one in FOR_ALL):
        raise UsageError("--all-profiles is for `status`, `alerts list` and `report`.")
    known = location.profiles()
    if not known:
        folders = ", ".join(str(folder / "NAME" / location.NAME) for folder in location.shared())
        raise ConfigurationError(f"There are no profiles: looked for {folders}.")
    if "--json" in words:
        return _as_one_document(list(known), words)
    return max(_run(name, words).returncode for name in _announced(list(known)))


def _announced(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        typer.secho(f"{'' if number == 0 else chr(10)}== {console.visible(name)}", bold=True)
        sys.stdout.flush()
        yield name


def _as_one_document(names: Sequence[str], words: Sequence[str]) -> int:
    """JSON of all profiles, by name; null where a command failed."""
    runs = {name: _run(name, words, stdout=subprocess.PIPE) for name in names}
    console.print_json({name: json.loads(run.stdout) if run.stdout.strip() else None for name, run in runs.items()})
    return max(run.returncode for run in runs.values())


def _run(name: str, words: Sequence[str], stdout: int | None = None) -> "subprocess.CompletedProcess[str]":
    """A process of its own: language, settings and connection of one profile are no other's."""
    program = [sys.executable, "-P", "-m", "minibar_ml", PROFILE, name, *words]
    return subprocess.run(program, stdout=stdout, text=True, check=False)
