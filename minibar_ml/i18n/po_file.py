"""A gettext catalog read from its text, as fast as a compiled one (docs/decisions/0032-catalogs-read-as-text.md)."""

import re
from collections.abc import Iterator
from gettext import GNUTranslations, c2py
from pathlib import Path
from typing import Any, Protocol, Self

from minibar_ml.domain.errors import ConfigurationError

_LINE = re.compile(r'^(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) )?"(.*)"$', re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}
_PLURAL_FORMS = re.compile(r"^Plural-Forms:.*\bplural=(.*?);", re.MULTILINE)

Entry = dict[str, str]
"""The texts of one message by their keyword: `msgid`, `msgstr[0]`."""


class _Reader(Protocol):
    def read(self) -> bytes: ...


class PoFile(GNUTranslations):
    """A catalog whose file object is the text of a .po file in UTF-8; a text without a translation stays English."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """The catalog of a file.

        Raises ConfigurationError where the file is missing.
        """
        try:
            with path.open("rb") as file:
                return cls(file)
        except FileNotFoundError as error:
            raise ConfigurationError(f"{path} is missing; reinstall minibar-ml") from error

    def texts(self) -> list[str]:
        """The English texts without a context."""
        return [key for key in self._catalog if isinstance(key, str) and key]

    def _parse(self, fp: _Reader) -> None:
        """What gettext calls to read a format; it fills `_catalog`, as the base class does."""
        self._catalog: dict[Any, str] = {}
        for entry in _entries(fp.read().decode()):
            self._add(entry)
        forms = _PLURAL_FORMS.search(self._catalog.get("", ""))
        self.plural = c2py(forms[1] if forms else "n != 1")

    def _add(self, entry: Entry) -> None:
        key = entry["msgid"]
        if (context := entry.get("msgctxt")) is not None:
            key = self.CONTEXT % (context, key)
        if text := entry.get("msgstr"):
            self._catalog[key] = text
        for keyword, text in entry.items():
            if keyword.startswith("msgstr[") and text:
                self._catalog[key, int(keyword[7:-1])] = text


def _entries(text: str) -> Iterator[Entry]:
    """The messages of a file; a text may go on over several lines."""
    entry: Entry = {}
    keyword = ""
    for found, part in _LINE.findall(text):
        if found == "msgctxt" or (found == "msgid" and "msgid" in entry):
            if entry:
                yield entry
            entry = {}
        keyword = found or keyword
        entry[keyword] = entry.get(keyword, "") + _ESCAPE.sub(lambda one: _ESCAPED.get(one[1], one[1]), part)
    if entry:
        yield entry
