"""What a shell offers after an option or a verb: severities, types, formats, names, numbers of alerts.

A key press must not wait: no command is imported for it, nor SQLAlchemy, and no database server is started.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import typer
from typer.main import get_command

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.languages import Lang, language_of

Offer = tuple[str, str]
"""A value, and what it means."""
BY_NUMBER = ("show", "read", "resolve", "false-positive", "snooze", "reopen", "comment", "review")
"""Verbs of `alerts` that take numbers of alerts."""
MOST = 50


def command(name: str, words: Sequence[str]) -> Any:
    """A command that offers the values for the word after these; None where they are not known without the command."""
    if _typed_so_far().startswith("-"):
        return None
    option = words[-1] if words and words[-1].startswith("--") else ""
    if option in OFFERS:
        return _offering(OFFERS[option])
    if option == "--format":
        return _offering(partial(_formats, name))
    verb = words[0] if name == "alerts" and words else name
    if verb in BY_NUMBER and not option:
        return _offering(_alerts)
    return None


def _typed_so_far() -> str:
    """The word that is being completed, as the shells pass it."""
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    return line.split(" ")[-1]


def _offering(offers: Callable[[], Iterator[Offer]]) -> Any:
    alone = typer.Typer(add_completion=False)

    def complete(incomplete: str) -> list[Offer]:
        return [offer for offer in offers() if offer[0].startswith(incomplete)]

    @alone.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    def values(word: Annotated[list[str] | None, typer.Argument(autocompletion=complete)] = None) -> None:
        """Never run."""

    return get_command(alone)


def _severities() -> Iterator[Offer]:
    from minibar_ml.domain.alerting.severities import SEVERITIES

    return _named("severity", reversed(SEVERITIES))


def _statuses() -> Iterator[Offer]:
    from minibar_ml.domain.alerting.alerts import STATUSES

    yield from _named("status", STATUSES)
    yield "all", ""


def _types() -> Iterator[Offer]:
    from minibar_ml.domain.alerting.kinds import ALERT_TYPES

    return _named("type", ALERT_TYPES)


def _named(kind: Any, codes: Any) -> Iterator[Offer]:
    from minibar_ml.i18n.labels import label

    lang = _lang()
    return ((code, label(kind, code, lang)) for code in codes)


def _formats(command: str) -> Iterator[Offer]:
    from minibar_ml.cli.arguments.choices import FORMATS

    return ((name, "") for name in FORMATS.get(command, ()))


def _hotels() -> Iterator[Offer]:
    from minibar_ml.store import completions

    return _called(completions.hotels(_url()))


def _products() -> Iterator[Offer]:
    from minibar_ml.store import completions

    return _called(completions.products(_url()))


def _attendants() -> Iterator[Offer]:
    from minibar_ml.store import completions

    return _called(completions.attendants(_url()))


def _floors() -> Iterator[Offer]:
    from minibar_ml.store import completions

    return ((_typed(name), "") for name in completions.floors(_url()))


def _called(known: Iterable[tuple[int, str]]) -> Iterator[Offer]:
    return ((_typed(name), str(number)) for number, name in known)


def _alerts() -> Iterator[Offer]:
    from minibar_ml.i18n.labels import label
    from minibar_ml.store import completions

    lang = _lang()
    for number, severity, kind, name in completions.alerts(_url(), MOST):
        yield str(number), f"{label('severity', severity, lang)}, {label('type', kind, lang)}, {name}"


def _lang() -> Lang:
    """The language of this shell: the hotels' would be a question to the store."""
    return language_of(os.environ.get("ML_LANG"))


def _typed(name: str) -> str:
    """A name as one word of a command line: bash takes what it is offered as it is."""
    is_bash = any(name.endswith("_COMPLETE") and value == "complete_bash" for name, value in os.environ.items())
    return name.replace(" ", "\\ ") if is_bash else name


def _url() -> str:
    from minibar_ml.config.loading import examine

    try:
        return examine().faultless().database_url
    except ConfigurationError:
        return ""  # the command itself will say what is wrong


OFFERS: Mapping[str, Callable[[], Iterator[Offer]]] = {
    "--severity": _severities, "--status": _statuses, "--type": _types, "--hotel": _hotels,
    "--product": _products, "--attendant": _attendants, "--floor": _floors,
}  # fmt: skip
