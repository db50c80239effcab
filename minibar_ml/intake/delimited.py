"""CSV: its encoding and its delimiter.

The delimiter is the one by which most lines have the same number of cells: `csv.Sniffer` takes a letter for it where a
title stands above the headings.
"""

import csv
import io
from collections import Counter

from charset_normalizer import from_bytes

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake.tables import MOST_COLUMNS, Allowance, Row, Sheet

DELIMITERS = (";", ",", "\t", "|")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Byte-order marks and the encodings that they name."""
TURKISH = ("cp1254", "cp857")
"""What hotel systems of Turkey write where it is not Unicode: Windows and DOS. Western European text is the same in
cp1254 but for six letters of Icelandic, so cp1252 is no candidate.
"""
EXPECTED = frozenset("çğıöşüÇĞİÖŞÜâîûÂÎÛéèêëáàäíóúñßÉÄ€₺£°½²³·®©’‘“”–…«»\xa0")
"""What stands beside ASCII in Turkish and Western lists."""
SAMPLE_LINES = 60


def sheet(content: bytes) -> Sheet:
    """The rows of a CSV file. Raises FileRefused where it is no text."""
    text = decode(content)
    rows, allowance = [], Allowance()
    # Strict: a quotation mark that nothing closes would take the rest of the file into one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                allowance.take(len(cells))
                rows.append(Row(reader.line_num, cells[:MOST_COLUMNS]))
    except csv.Error as error:
        raise FileRefused("not_csv", line=str(reader.line_num)) from error
    return Sheet("", rows)


def decode(content: bytes) -> str:
    """The text of a file by its mark, as UTF-8, or in the encoding that fits its letters."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            try:
                return _readable(content.decode(encoding))
            except UnicodeDecodeError as error:
                raise FileRefused("encoding") from error
    try:
        return _readable(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _readable(_guessed(content))


def _guessed(content: bytes) -> str:
    """The text in the Turkish encoding in which the fewest letters are strange; where most are, as the library guesses.

    Lists are short, and a few letters of them decide: the library took 44 of 100 short Turkish lists for
    something else.
    """
    fitting = []
    for encoding in TURKISH:
        try:
            fitting.append(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    best = min(fitting, key=_strange, default="")
    if best and 3 * _strange(best) <= sum(not letter.isascii() for letter in best):
        return best
    guess = from_bytes(content).best()
    if guess is None:
        raise FileRefused("encoding")
    return str(guess)


def _strange(text: str) -> int:
    return sum(not letter.isascii() and letter not in EXPECTED for letter in text)


def _readable(text: str) -> str:
    """The text; raises FileRefused where it is binary data that happens to decode."""
    sample = text[:4096]
    unseen = sum(ord(letter) < 32 and letter not in "\r\n\t\f" for letter in sample)
    if unseen > len(sample) // 20:
        raise FileRefused("encoding")
    return text.replace("\x00", "")


def delimiter_of(text: str) -> str:
    """The delimiter that gives most lines the same number of cells, more than one; a comma where none does."""
    lines = text.splitlines(keepends=True)[:SAMPLE_LINES]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0][4]

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            return 0, 0
        width, number = max(
            ((width, number) for width, number in widths.items() if width > 1),
            key=lambda found: (found[1], found[0]),
            default=(0, 0),
        )
        return number, width

    return max(DELIMITERS, key=fit) if any(fit(one)[0] for one in DELIMITERS) else ","
