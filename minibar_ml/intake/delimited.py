"""CSV: its encoding and its delimiter.

The delimiter is the one by which most lines have the same number of cells: `csv.Sniffer` takes a letter for it where a
title stands above the headings.
"""

import csv
import io
from collections import Counter

from charset_normalizer import from_bytes

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake.tables import MOST_COLUMNS, MOST_ROWS, Row, Sheet

DELIMITERS = (";", ",", "\t", "|")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Byte-order marks and the encodings that they name."""
ENCODINGS = ["cp1254", "cp1252", "cp1250", "cp857"]
"""What hotel systems of Turkey and Europe write where it is not Unicode. Turkish is looked for first."""
SAMPLE_LINES = 60


def sheet(content: bytes) -> Sheet:
    """The rows of a CSV file. Raises FileRefused where it is no text."""
    text = decode(content)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(reader.line_num, cells[:MOST_COLUMNS]))
            if len(rows) > MOST_ROWS:
                raise FileRefused("too_big", limit=f"{MOST_ROWS:,}")
    except csv.Error as error:
        raise FileRefused("not_csv", line=str(reader.line_num)) from error
    return Sheet("", rows)


def decode(content: bytes) -> str:
    """The text of a file by its mark, as UTF-8, or in the encoding that fits its letters best."""
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
    """Of two encodings that fit equally the earlier of ENCODINGS: cp1252 differs from cp1254 in six Turkish letters."""
    matches = from_bytes(content, cp_isolation=ENCODINGS, preemptive_behaviour=False)
    fitting = {match.encoding: match.chaos for match in matches}
    if not fitting:
        raise FileRefused("encoding")
    least = min(fitting.values())
    best = next((name for name in ENCODINGS if name in fitting and fitting[name] <= least + 0.05), next(iter(fitting)))
    return content.decode(best)


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
