"""The formats of rounds that are documents."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from minibar_ml.domain.rounds import Round
from minibar_ml.i18n.formats import day
from minibar_ml.i18n.rounds import title
from minibar_ml.render.words import Words

Renderer = Callable[[Sequence[Round], Words, str, datetime], bytes]


def _html(rounds: Sequence[Round], words: Words, heading: str, made_at: datetime) -> bytes:
    from minibar_ml.render.rounds import page  # each format imports its library only when it is made

    return page.render(rounds, words, heading)


def _pdf(rounds: Sequence[Round], words: Words, heading: str, made_at: datetime) -> bytes:
    from minibar_ml.render.paper.pages import About
    from minibar_ml.render.rounds import document

    return document.render(rounds, words, About(heading, heading, heading, made_at))


def _xlsx(rounds: Sequence[Round], words: Words, heading: str, made_at: datetime) -> bytes:
    from minibar_ml.render.rounds import sheet

    return sheet.render(rounds, words, heading, made_at)


RENDERERS: Mapping[str, Renderer] = {"html": _html, "pdf": _pdf, "xlsx": _xlsx}
"""By the name of the format, which is the file's suffix too."""


def rendered(rounds: Sequence[Round], words: Words, format: str, made_at: datetime) -> bytes:
    """Rounds of one day, at least one, as the content of one file."""
    heading = f"{title(words.lang)}, {day(rounds[0].day, words.lang)}"
    return RENDERERS[format](rounds, words, heading, made_at)
