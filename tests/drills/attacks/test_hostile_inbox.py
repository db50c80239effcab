"""Whoever may write to an inbox gives lists, and nothing else: they read, move and hold up nothing of the jobs."""

import io
import os
import resource
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from support.hotels.lists import arrived
from support.hotels.simulated import ZONE, command, sql

from minibar_ml.cli.imports import files
from minibar_ml.domain.imports import FileRefused
from minibar_ml.i18n.imports import PROBLEMS
from minibar_ml.intake.reading import sheets_of
from minibar_ml.jobs import inbox
from minibar_ml.jobs.imports import Now, Options
from minibar_ml.store.engine import make_engine

Capture = pytest.CaptureFixture[str]
SECRET = "ML_DATABASE_URL='postgresql://jobs:s3cret@db/hotel'\n"
NOW = Now(datetime(2026, 11, 20, 20, tzinfo=UTC), ZoneInfo(ZONE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An inbox with a list that is read first, in a folder of the hotel, and the jobs' secret outside of it."""
    arrived(tmp_path / "inbox", "Pier/rooms.csv", "Room\n101\n")
    arrived(tmp_path / "inbox", "Pier/products.csv", "Product\nCola\n")
    arrived(tmp_path, "closed/products.csv", SECRET)
    return tmp_path / "inbox"


@contextmanager
def taking(url: str, folder: Path) -> Iterator[Iterator[tuple[Path, Path, inbox.Outcome]]]:
    """The import of an inbox, file by file."""
    with make_engine(url, ZONE).connect() as connection:
        yield inbox.run(connection, folder, Options(), NOW, lambda *told: files.write_report("en", *told))


def _link(path: Path, secret: Path) -> None:
    path.unlink()
    path.symlink_to(secret)


def _second_name(path: Path, secret: Path) -> None:
    path.unlink()
    path.hardlink_to(secret)


def _pipe(path: Path, _secret: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _other_folder(path: Path, secret: Path) -> None:
    path.parent.rename(path.parent.with_name("was"))
    path.parent.symlink_to(secret.parent)


@pytest.mark.parametrize("swap", [_link, _second_name, _pipe, _other_folder])
def test_what_takes_the_place_of_a_list_while_others_are_read_is_never_read(
    swap: Callable[[Path, Path], None], folder: Path, lists_url: str
) -> None:
    secret = folder.parent / "closed" / "products.csv"
    with taking(lists_url, folder) as files_taken:
        assert next(files_taken)[0].name == "rooms.csv"
        swap(folder / "Pier" / "products.csv", secret)
        rest = [outcome for _, _, outcome in files_taken]
    assert not [one for one in rest if isinstance(one, FileRefused)]
    assert not list((folder / "rejected").iterdir())
    assert secret.read_text() == SECRET
    assert command(lists_url, "import", "--inbox", str(folder), "--quiet") == 0


@pytest.mark.parametrize("put", [Path.symlink_to, Path.hardlink_to])
def test_a_link_in_an_inbox_is_no_list(put: Callable[[Path, Path], None], folder: Path, lists_url: str) -> None:
    secret = folder.parent / "closed" / "products.csv"
    put(folder / "checks.csv", secret)
    (folder / "Elsewhere").symlink_to(secret.parent)
    assert command(lists_url, "import", "--inbox", str(folder), "--quiet") == 0
    assert (folder / "checks.csv").exists() and secret.exists()


@pytest.mark.parametrize("name", ["done", "rejected"])
def test_nothing_is_put_away_into_a_folder_that_a_link_names(
    name: str, folder: Path, lists_url: str, capsys: Capture
) -> None:
    elsewhere = folder.parent / "reports"
    elsewhere.mkdir()
    (folder / name).symlink_to(elsewhere)
    assert command(lists_url, "import", "--inbox", str(folder)) == 3
    assert f"can't make {name}/ in it" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


def test_folders_that_are_swapped_during_an_import_lead_nothing_elsewhere(folder: Path, lists_url: str) -> None:
    elsewhere = folder.parent / "reports"
    elsewhere.mkdir()
    (folder / "Pier" / "products.csv").write_text("Nonsense\n1\n")
    shutil.copystat(folder / "Pier" / "rooms.csv", folder / "Pier" / "products.csv")
    with taking(lists_url, folder) as files_taken:
        next(files_taken)
        (folder / "rejected").rename(folder / "was")
        (folder / "rejected").symlink_to(elsewhere)
        assert len(list(files_taken)) == 1
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in (folder / "was").iterdir()) == ["products.csv", "products.csv.rejects.csv"]


def test_a_list_that_is_replaced_while_it_is_read_is_taken_next_time(folder: Path, lists_url: str) -> None:
    def report(file: Path, _folder: object, _outcome: object) -> None:
        if file.name == "products.csv" and "Wine" not in file.read_text():
            file.unlink()
            arrived(file.parent, file.name, "Product\nWine\n")

    with make_engine(lists_url, ZONE).connect() as connection:
        assert len(list(inbox.run(connection, folder, Options(), NOW, report))) == 2
        assert len(list(inbox.run(connection, folder, Options(), NOW, report))) == 1
    assert sql(lists_url, "SELECT name FROM minibar_in.product ORDER BY 1") == [("Cola",), ("Wine",)]
    assert [path.name for path in (folder / "done").iterdir() if "products" in path.name] == ["products.csv"]


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FAR = '<sheetData><row r="2000000000"><c r="A2000000000">{}<v>1</v></c></row></sheetData>'


def _workbook(sheet: str, others: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """A workbook with this as the XML of its only sheet, and of other parts by their paths."""
    plain, made = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    texts = {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SPREADSHEET}">{sheet}</worksheet>', **others}
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in {**dict.fromkeys(parts.namelist()), **texts}:
            packed.writestr(name, texts.get(name) or parts.read(name))
    return made.getvalue()


@pytest.mark.parametrize(
    "sheet", [FAR.format(""), FAR.format("<f>1</f>"), f"<sheetData>{'<row/>' * 1_100_000}</sheetData>"]
)
def test_a_small_workbook_with_rows_by_the_billion_is_refused_and_the_next_list_taken(
    sheet: str, folder: Path, lists_url: str
) -> None:
    path = arrived(folder, "Pier/people.xlsx", "")
    at = path.stat().st_mtime
    path.write_bytes(_workbook(sheet))
    os.utime(path, (at, at))
    arrived(folder, "Pier/checks.csv", "Room;Date;Product;Consumed\n101;2026-11-19;Cola;1\n")
    with taking(lists_url, folder) as files_taken:
        outcomes = {path.name: outcome for path, _, outcome in files_taken}
    refused = outcomes.pop("people.xlsx")
    assert isinstance(refused, FileRefused) and refused.problem == "too_many_rows"
    assert not [one for one in outcomes.values() if isinstance(one, FileRefused) or one.is_refused]


WIDE = '<row r="{}"><c r="A{}"><v>1</v></c><c r="IV{}"><v>1</v></c></row>'
LARGE: Mapping[str, Callable[[], bytes]] = {
    "wide rows": lambda: _workbook(
        f"<sheetData>{''.join(WIDE.format(row, row, row) for row in range(1, 12_001))}</sheetData>"
    ),
    "one row": lambda: _workbook(f"<sheetData><row>{'<c/>' * 30_000_000}</row></sheetData>"),
    "styles": lambda: _workbook(
        "<sheetData/>",
        {"xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}"><fonts>{"<font/>" * 30_000_000}</fonts></styleSheet>'},
    ),
}
PROBLEM = {"wide rows": "too_many_cells", "one row": "overloaded", "styles": "overloaded"}


@pytest.mark.parametrize("what", LARGE)
def test_a_small_workbook_that_memory_would_not_hold_is_refused(what: str) -> None:
    content = LARGE[what]()
    assert len(content) < 2**20
    with pytest.raises(FileRefused) as refused:
        sheets_of(content)
    assert refused.value.problem == PROBLEM[what]
    assert PROBLEMS[refused.value.problem]
    assert resource.getrlimit(resource.RLIMIT_AS) == (resource.RLIM_INFINITY, resource.RLIM_INFINITY), "as before"


def test_a_csv_of_delimiters_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        sheets_of(b"1" + b";" * 1000 + b"\n" + (b"1" + b";" * 1000 + b"\n") * 3_000)
    assert refused.value.problem == "too_many_cells"
