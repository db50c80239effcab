"""The index of written reports as one page: the newest first, each with its sentence, its figures and its files."""

from minibar_ml.domain.reporting.archive import Archived
from minibar_ml.render.page.html import environment, inlined, source_of
from minibar_ml.render.words import Words


def render(reports: tuple[Archived, ...], words: Words) -> bytes:
    """The page as UTF-8, ready to be written."""
    style = inlined("style.css")
    policy = f"default-src 'none'; style-src {source_of(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    page = environment(words).get_template("archive.html.j2")
    return page.render(reports=reports, words=words, lang=words.lang, style=style, policy=policy).encode()
