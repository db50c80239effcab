"""The index of written reports as one page: the newest first, each with its sentence, its figures and its files."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from minibar_ml.domain.reporting.archive import Archived
from minibar_ml.i18n import Lang, catalog
from minibar_ml.render.page.html import TEMPLATES, inlined, source_of
from minibar_ml.render.tables import printable


def render(reports: tuple[Archived, ...], lang: Lang) -> bytes:
    """The page as UTF-8, ready to be written."""
    style = inlined("style.css")
    policy = f"default-src 'none'; style-src {source_of(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    page = _environment(lang).get_template("archive.html.j2")
    return page.render(reports=reports, lang=lang, style=style, policy=policy).encode()


@cache
def _environment(lang: Lang) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalog("report", lang), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["printable"] = printable
    return environment
