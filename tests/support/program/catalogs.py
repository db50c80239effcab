"""A gettext catalog compared with the texts that code and templates hand to gettext."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

KEYWORDS = {"_": None, "ngettext": (1, 2), "several": (1, 2)}


def read(path: Path) -> Catalog:
    """The Turkish catalog at `path`, which has no suffix."""
    with path.with_suffix(".po").open("rb") as file:
        return read_po(file, locale="tr")


def used(folder: Path) -> Iterator[str]:
    """Every text that the folder's code and templates hand to gettext."""
    for method, pattern in (("python", "*.py"), ("jinja2.ext:babel_extract", "*.j2")):
        for path in folder.rglob(pattern):
            with path.open("rb") as file:
                for _line, message, _comments, _context in extract(method, file, KEYWORDS, options={"silent": "false"}):
                    yield message if isinstance(message, str) else message[0]


def require_whole(path: Path, folder: Path) -> None:
    """Every text of the folder is translated and nothing else is; no translation has other fields than its text."""
    catalog = read(path)
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog
        if message.id and all([message.string] if isinstance(message.string, str) else message.string)
    }
    assert translated == set(used(folder))
    texts = re.findall(r"^msgid (?!\"\"$).*", path.with_suffix(".po").read_text(encoding="utf-8"), re.MULTILINE)
    assert [text for text, times in Counter(texts).items() if times > 1] == [], "one text has one translation"
    assert [error for message in catalog for error in message.check(catalog)] == []
