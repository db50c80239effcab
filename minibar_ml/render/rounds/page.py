"""Rounds as one HTML page, a card for each hotel's."""

from collections.abc import Sequence
from dataclasses import replace

from minibar_ml.domain.rounds import Round
from minibar_ml.i18n import rounds as sentences
from minibar_ml.render.page.html import environment, inlined, source_of
from minibar_ml.render.rounds.tables import cart, visits
from minibar_ml.render.tables import NUMBERS
from minibar_ml.render.words import Words


def render(rounds: Sequence[Round], words: Words, title: str) -> bytes:
    """The page as UTF-8, ready to be written."""
    style = inlined("style.css")
    policy = f"default-src 'none'; style-src {source_of(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    lang = words.lang
    shown = [
        {
            "heading": sentences.heading(one, lang),
            "notes": sentences.notes(one, lang),
            "visits": visits(one, lang),
            "cart": replace(cart(one, lang), title=sentences.full_cart(lang)),
        }
        for one in rounds
    ]
    page = environment(words).get_template("rounds.html.j2")
    return page.render(
        title=title, rounds=shown, lang=lang, number_kinds=NUMBERS, marks={}, neutral=(), style=style, policy=policy
    ).encode()
