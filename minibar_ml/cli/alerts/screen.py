"""One alert on one screen: what fits above the keys, the sentences first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from os import terminal_size

import typer

from minibar_ml.cli.alerts.show import Explained
from minibar_ml.cli.alerts.table import COLOURS, cut, folded
from minibar_ml.cli.alerts.views import drawing
from minibar_ml.cli.terminal.console import coloured, visible
from minibar_ml.i18n import Lang
from minibar_ml.i18n.evidence import evidence
from minibar_ml.i18n.formats import day
from minibar_ml.i18n.labels import capital_label, label
from minibar_ml.i18n.listings import hotel_of, own_loss
from minibar_ml.i18n.messages import sentences
from minibar_ml.i18n.standings import event_line, standing

CLEAR = "\x1b[2J\x1b[H"
LATEST = 3
"""Events of the history that are shown."""


def lines(
    explained: Explained,
    hotels: Mapping[int, str],
    place: str,
    below: Sequence[str],
    lang: Lang,
    today: date,
    currency: str,
    size: terminal_size,
) -> Iterator[str]:
    """The screen: it is cleared, and `below` stands on its last lines, the last of which may be folded."""
    foot = [line for text in below for line in folded(visible(text), size.columns - 1) or [""]]
    room = size.lines - len(foot) - 2
    body = list(_body(explained, hotels, place, lang, today, currency, size.columns - 1))[:room]
    yield CLEAR + body[0]
    yield from body[1:]
    yield from [""] * (room - len(body))
    yield "─" * (size.columns - 1)
    yield from foot


def _body(
    explained: Explained, hotels: Mapping[int, str], place: str, lang: Lang, today: date, currency: str, width: int
) -> Iterator[str]:
    alert = explained.alert
    message, action = sentences(alert, alert.entity_name, lang, today)
    state = ", ".join(standing(alert, lang))
    where = hotel_of(alert, hotels, lang)
    head = f"{place}   {alert.id}   {label('type', alert.type, lang)}" + (f" ({state})" if state else "")
    yield _bold(cut(visible(head), width))
    severity = capital_label("severity", alert.severity, lang)
    rest = f", {day(alert.occurred_on, lang)}, {where}, {own_loss(alert, lang, currency)}"
    yield _severity(severity, alert.severity) + cut(visible(rest), width - len(severity))
    yield ""
    yield from folded(visible(message), width)
    yield ""
    yield from (cut(line, width) for line in drawing(alert, explained.series, lang).plain.splitlines())
    yield ""
    for name, text in (("action", action), ("evidence", evidence(alert, lang))):
        yield from folded(visible(f"{label('field', name, lang)}: {text}"), width)
    yield ""
    yield from (cut(visible(event_line(one, lang)), width) for one in explained.history[-LATEST:])


def _severity(name: str, severity: str) -> str:
    colour = {str(one): named for one, named in COLOURS.items()}.get(severity)
    return typer.style(name, fg=colour) if coloured() else name


def _bold(text: str) -> str:
    return typer.style(text, bold=True) if coloured() else text
