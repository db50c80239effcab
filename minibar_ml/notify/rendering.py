"""Messages from their templates: plain text, and a page whose texts are escaped and whose CSS is inlined."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from minibar_ml.domain.messages import Mail
from minibar_ml.i18n import Lang, catalog

DOMAIN = "mails"
TEMPLATES = Path(__file__).parent / "templates"


def rendered(template: str, subject: str, values: Mapping[str, Any], lang: Lang, short: str) -> Mail:
    """The message of a template; `short`: what a channel of few characters says instead."""
    from css_inline import inline

    environment = _environment(lang)
    given = {"lang": lang, "subject": subject, **values}
    text = _text(environment.get_template(f"{template}.txt.j2").render(given))
    page = environment.get_template(f"{template}.html.j2").render(given)
    return Mail(subject, text, inline(page, load_remote_stylesheets=False), short=short)


def _text(raw: str) -> str:
    """Plain text without the blank lines that tags leave, and with one at its end."""
    lines = [line.rstrip() for line in raw.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip() + "\n"


@cache
def _environment(lang: Lang) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalog(DOMAIN, lang), newstyle=True)  # type: ignore[attr-defined]
    return environment
