"""Catalogs are read from their text as Babel reads and gettext compiles them."""

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.i18n import LOCALE_FOLDER, catalog
from minibar_ml.i18n.po_file import PoFile

FILES = sorted(LOCALE_FOLDER.rglob("*.po"))
ODD = r"""
# A comment with "quotes"
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"Content-Type: text/plain; charset=utf-8\n"

#: somewhere.py:3
msgid "over "
"two lines"
msgstr "iki "
"satır"

msgctxt "menu"
msgid "a \"quoted\"\n\tand \\n"
msgstr "\"tırnaklı\"\n\tve \\n"

msgid "a \"quoted\"\n\tand \\n"
msgstr "başka"

#, python-format
msgid "%(n)d room"
msgid_plural "%(n)d rooms"
msgstr[0] "%(n)d oda"
msgstr[1] "%(n)d odalar"

msgid "untranslated"
msgstr ""
"""


def _compiled(text: bytes) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(text), locale="tr"))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _require_equal(text: bytes) -> None:
    ours, theirs = PoFile(BytesIO(text)), _compiled(text)
    texts = [message for message in read_po(BytesIO(text), locale="tr") if message.id]
    assert texts
    for message in texts:
        one, many = message.id if isinstance(message.id, tuple) else (message.id, message.id)
        for read in (lambda lang, m=message, o=one: lang.pgettext(m.context, o) if m.context else lang.gettext(o),
                     lambda lang, o=one, s=many: [lang.ngettext(o, s, n) for n in (0, 1, 2, 5)]):  # fmt: skip
            assert read(ours) == read(theirs)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_catalog_reads_as_its_compiled_form_does(path: Path) -> None:
    _require_equal(path.read_bytes())


def test_contexts_plurals_escapes_and_long_texts_are_read() -> None:
    _require_equal(ODD.encode())
    read = PoFile(BytesIO(ODD.encode()))
    assert read.ngettext("%(n)d room", "%(n)d rooms", 3) == "%(n)d odalar"
    assert read.pgettext("menu", 'a "quoted"\n\tand \\n') == '"tırnaklı"\n\tve \\n'
    assert read.gettext("untranslated") == "untranslated"


def test_a_missing_catalog_is_an_error_that_names_the_file() -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.po is missing; reinstall minibar-ml"):
        catalog("missing", "tr")
