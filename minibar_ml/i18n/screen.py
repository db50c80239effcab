"""What the command line says, in the language of this process (docs/decisions/0111-one-catalog-at-the-boundary.md).

Sentences are written in English where they are said. Whoever prints them asks here for the same in Turkish: the catalog
`cli` has them with numbered fields, so that a sentence is found by its words, whatever was put in. English reads no
catalog.
"""

import re
from collections.abc import Sequence
from functools import cache

from minibar_ml.i18n import Lang, catalog, path
from minibar_ml.i18n.po_file import PoFile

DOMAIN = "cli"
_FIELD = re.compile(r"\{\d\}")


class _Screen:
    lang: Lang = "en"


def use(lang: Lang) -> None:
    """Speak this language from now on."""
    _Screen.lang = lang


def lang() -> Lang:
    """The language of this process."""
    return _Screen.lang


def translated(text: str) -> str:
    """A sentence, or several with a blank line between them, in the language of this process; what the catalog does not
    have stays as it is."""
    if _Screen.lang == "en" or not text.strip():
        return text
    return "\n\n".join(_one(part) for part in text.split("\n\n"))


def _one(text: str) -> str:
    if not text:
        return ""  # the catalog's own head, in gettext
    if bare := text.lstrip(" "):
        indent = text[: len(text) - len(bare)]
        return indent + _sentence(bare)
    return text


def _sentence(text: str) -> str:
    known = catalog(DOMAIN, _Screen.lang).gettext(text)
    if known != text:
        return known
    for words, msgid in _templates():
        if words in text and (found := _pattern(msgid).fullmatch(text)):
            values = [value if _is_typed(msgid, at) else _one(value) for at, value in enumerate(found.groups())]
            return _filled(catalog(DOMAIN, _Screen.lang).gettext(msgid), values)
    return text


def _filled(text: str, values: Sequence[str]) -> str:
    """A text with its fields filled in; other braces are its own, as in the name of a file with {lang} in it."""
    return _FIELD.sub(lambda field: values[int(field[0][1:-1])], text)


def _is_typed(msgid: str, at: int) -> bool:
    """Whether a field is part of a command in backticks, whose words are no language's."""
    return bool(msgid.partition(f"{{{at}}}")[0].count("`") % 2)


@cache
def _templates() -> list[tuple[str, str]]:
    """Sentences with fields, those with the most words first, by their longest part without one."""
    ids = [msgid for msgid in PoFile.read(path(DOMAIN, "tr")).texts() if _FIELD.search(msgid)]
    ids.sort(key=lambda msgid: -len(_FIELD.sub("", msgid)))
    return [(max(_FIELD.split(msgid), key=len), msgid) for msgid in ids]


@cache
def _pattern(msgid: str) -> re.Pattern[str]:
    """What a sentence looks like with its fields filled in; fields are numbered in their order."""
    parts = [re.escape(part) for part in _FIELD.split(msgid)]
    return re.compile("(.*?)".join(parts), re.DOTALL)
