"""Words of which an option takes one: known, or an error that names them all."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from minibar_ml.cli.arguments.moments import folded
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.languages import LANGS
from minibar_ml.i18n.labels import Kind, label

Word = TypeVar("Word", bound=str)
FORMATS: Mapping[str, tuple[str, ...]] = {
    "alerts": ("table", "json", "ndjson", "csv", "xlsx"),
    "forecast": ("table", "json", "csv", "xlsx"),
    "rounds": ("table", "json", "html", "pdf", "xlsx"),
}
"""What `--format` takes, by command; the first is what a command prints without it."""


def formats(command: str) -> str:
    """The help of a command's `--format`."""
    return f"{', '.join(FORMATS[command])} (default: {FORMATS[command][0]})."


def printed(command: str, asked: str | None, *, is_json: bool) -> str:
    """The format that `--format` and `--json` ask for; raises UsageError where they contradict each other."""
    chosen = one("--format", asked, FORMATS[command]) if asked else "json" if is_json else FORMATS[command][0]
    if is_json and chosen != "json":
        raise UsageError(f"--json and --format {chosen} cannot be combined.")
    return chosen


def one(option: str, word: str, allowed: Collection[Word], kind: Kind | None = None) -> Word:
    """The word, known to be one of those allowed, or the title of one in English or Turkish where `kind` has titles.

    Letter case and the marks of Turkish letters make no difference in a title. Raises UsageError naming what is
    allowed.
    """
    for known in allowed:
        if known == word:
            return known
    asked = folded(word)
    for known in allowed if kind else ():
        if asked in {folded(known), *(folded(label(kind or "type", known, lang)) for lang in LANGS)}:
            return known
    raise UsageError(f"{option} {word!r} is not one of {', '.join(allowed)}.")


def several(
    option: str, words: list[str] | None, allowed: tuple[Word, ...], kind: Kind | None = None
) -> tuple[Word, ...] | None:
    """The words of a repeatable option, None for none; raises UsageError naming what is allowed."""
    return tuple(one(option, word, allowed, kind) for word in words) if words else None
