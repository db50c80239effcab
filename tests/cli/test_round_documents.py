"""`rounds` as documents and by mail: the same rooms on page, paper and sheet, and each subscriber gets them once."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from shutil import which

import pytest
from openpyxl import load_workbook
from support.alerts.outbox import add, mails
from support.hotels.simulated import AS_OF, command, done, sql, state
from support.servers.mail_server import Mailbox, serving

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import Layout

pytestmark = pytest.mark.skipif(which("pdftotext") is None, reason="Debian's poppler-utils is not installed")
AT = ("rounds", "--as-of", AS_OF, "--day", "2025-11-16")


@pytest.fixture(scope="module")
def _night(make_database: Callable[..., str], hotel_points: dict[Layout, str]) -> str:
    """A collected hotel after a night's training."""
    url = make_database(hotel_points["b"])
    done(url, "train", "--as-of", "2025-11-16", "--quiet")
    return url


@pytest.fixture
def trained(passing_database: Callable[..., str], _night: str) -> str:
    """A database of its own with the same."""
    return passing_database(_night)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


@pytest.fixture
def rounds(trained: str, capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., bytes]:
    """The round of the hotel in a format."""

    def ask(name: str, lang: str = "en") -> bytes:
        state(trained, ML_LANG=lang)
        capfdbinary.readouterr()
        done(trained, *AT, "--format", name)
        return capfdbinary.readouterr().out

    return ask


def _sheets(content: bytes) -> list[list[list[object]]]:
    return [[[cell.value for cell in row] for row in sheet] for sheet in load_workbook(BytesIO(content)).worksheets]


def test_a_workbook_has_a_sheet_of_rooms_and_one_of_the_cart(rounds: Callable[..., bytes]) -> None:
    rooms, cart = _sheets(rounds("xlsx"))
    assert rooms[0] == ["✓", "Floor", "Room", "Chance", "Units", "Last check", "Why", "Notes"]
    assert {row[0] for row in rooms[1:]} == {"☐"}
    assert all(0 <= float(str(row[3])) <= 1 for row in rooms[1:])
    assert cart[0] == ["✓", "Product", "Take along", "Expected"]
    assert sum(int(str(row[2])) for row in cart[1:]) > 0


def _paper(content: bytes) -> str:
    """What is printed, with a form feed after each page."""
    asked = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return asked.stdout.decode()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("Minibar round", "Cart (enough in 8 rounds of 10)")), ("tr", ("Minibar turu", "Araba yükü"))],
)
def test_page_and_paper_name_every_room_and_product_of_the_sheet(
    rounds: Callable[..., bytes], lang: str, words: tuple[str, ...]
) -> None:
    rooms, cart = _sheets(rounds("xlsx", lang))
    page = rounds("html", lang).decode()
    paper = _paper(rounds("pdf", lang))
    for shown in (page, paper):
        assert all(word in shown for word in words)
        assert all(str(row[2]) in shown for row in rooms[1:])
        assert all(str(row[1]).split()[0] in shown for row in cart[1:])
    assert page.count("☐") == paper.count("☐") == len(rooms) + len(cart) - 2


def test_forty_rooms_and_their_cart_fit_on_one_page(trained: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    capfdbinary.readouterr()
    done(trained, *AT, "--visits", "40", "--format", "pdf")
    assert _paper(capfdbinary.readouterr().out).count("\f") == 1


def test_a_subscriber_gets_a_day_s_rounds_once_in_their_language(
    trained: str, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    state(trained, ML_LANG="tr")
    add(trained, "ayse", "--lang", "tr", "--report", "rounds")
    add(trained, "john", "--lang", "en", "--report", "rounds", "--report", "monthly")
    add(trained, "mehmet", "--report", "weekly")
    done(trained, *AT, "--email", ML_LANG="tr")
    assert "Giden kutusunda 2 e-posta var" in capsys.readouterr().err
    assert [name for name, _ in mails(trained, mailbox)] == ["ayse", "john"]
    done(trained, *AT, "--email", "--quiet")
    assert mails(trained, mailbox) == []
    turkish = next(mail for mail in mailbox.accepted if mail["To"].addresses[0].username == "ayse")
    pdf, xlsx = turkish.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()[:5]) == ("minibar-rounds-2025-11-16-tr.pdf", b"%PDF-")
    rooms, _cart = _sheets(xlsx.get_content())
    text = turkish.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert re.search(r"^Minibar turu, 16 Kas", text, re.MULTILINE)
    assert all(f"{row[1]} {row[2]}: %" in text for row in rooms[1:])


@pytest.mark.usefixtures("mailbox")
def test_a_morning_s_mails_are_a_run_on_record_that_can_be_late(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def late() -> str:
        capsys.readouterr()
        command(trained, "status", "--json", "--as-of", AS_OF)
        return str(next(one for one in json.loads(capsys.readouterr().out)["jobs"] if one["job"] == "rounds")["state"])

    assert late() in ("late", "never")
    add(trained, "ayse", "--lang", "tr", "--report", "rounds")
    done(trained, *AT, "--email", "--quiet")
    assert late() == "ok"
    (run,) = sql(trained, "SELECT outcome, counts ->> 'mails' FROM minibar_ml.ml_job_runs WHERE job = 'rounds'")
    assert tuple(run) == ("done", "1")


def test_whoever_is_there_for_one_hotel_gets_no_other_s_rounds(trained: str, mailbox: Mailbox) -> None:
    sql(trained, "INSERT INTO public.oteller (id, ad) VALUES (7, 'Yedi')")
    add(trained, "seven", "--hotel", "7", "--report", "rounds")
    done(trained, *AT, "--email", "--quiet")
    assert mails(trained, mailbox) == []


@pytest.mark.usefixtures("store_url")
def test_a_mail_is_of_whole_hotels(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rounds", "--email", "--floor", "3"]) == ExitCode.USAGE
    assert "cannot be combined" in capsys.readouterr().err
