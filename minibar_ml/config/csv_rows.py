"""Files of the settings that people write by hand or in a spreadsheet: rows of CSV, and errors that name the place."""

import csv
import io
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file and the variable that names it; `formats`: what it may be, for errors."""

    path: Path
    variable: str
    formats: str

    def error(self, place: str, problem: str, hint: str) -> ConfigurationError:
        """An error at a place of the file, such as `line 3`."""
        about = f"({self.variable}; see `minibar-ml docs installation`)"
        return ConfigurationError(f"{self.path}, {place}: {problem}; {hint} {about}.")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn errors of reading into ConfigurationError."""
        try:
            yield
        except (OSError, UnicodeDecodeError, csv.Error, tomllib.TOMLDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ConfigurationError(
                f"Can't read {self.variable}={str(self.path)!r} ({reason}): make it a readable UTF-8 {self.formats} "
                "file or unset it."
            ) from error

    def text(self) -> str:
        """The file's text, without the byte-order mark that spreadsheets write."""
        return self.path.read_text(encoding="utf-8-sig")


def csv_rows(file: SettingsFile, required: Sequence[str], optional: Sequence[str]) -> Iterator[tuple[str, Cells]]:
    """Place and stripped cells of each row; raises ConfigurationError where the header lacks a required column."""
    with file.reading():
        rows = csv.DictReader(io.StringIO(file.text(), newline=""), strict=True)
        missing = [column for column in required if column not in (rows.fieldnames or ())]
        if missing:
            hint = f"start with {','.join((*required, *optional))}, separated by commas"
            raise file.error("line 1", f"column {missing[0]} is missing", hint)
        for row in rows:
            place = f"line {rows.line_num}"
            if None in row:
                hint = "put a name that contains a comma into double quotes"
                raise file.error(place, "more cells than the header has", hint)
            yield place, {str(column): (cell or "").strip() for column, cell in row.items()}
