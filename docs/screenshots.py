"""Screenshots of the reports: simulates a hotel, renders every report in both languages and all formats, and takes
pictures of pages, PDFs and workbooks.

`make screenshots` leaves all of them in the folder `.screenshots`, copies those that the documents show to docs/images,
and notes there of which templates they are; `docs/screenshots.py --check` fails where these have changed since. With
ML_DATABASE_URL set, the reports are those of that store, and nothing is simulated.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import paper
from playwright.sync_api import Browser, sync_playwright

import minibar_ml.render
from minibar_ml.cli.app import main
from minibar_ml.domain.languages import LANGS

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTHS = (1280, 390)
IMAGES = Path(__file__).parent / "images"
TAKEN_OF = IMAGES / "taken-of.sha256"
SHOWN = {
    "report-weekly-en.png": "minibar-weekly-*-en-1280-light.png",
    "report-dashboard-en-dark.png": "minibar-dashboard-*-en-1280-dark.png",
    "report-dashboard-tr-phone.png": "minibar-dashboard-*-tr-390-dark.png",
    "report-monthly-tr-pdf.png": "minibar-monthly-*-tr-pdf-*1.png",
}
SCHEMES = ("light", "dark")
HEIGHT = 800


def digest() -> str:
    """Of everything that decides how a report looks; changes with the templates, and not with their time stamps."""
    render = Path(minibar_ml.render.__file__).parent
    sources = sorted(path for end in ("*.j2", "*.css", "*.js", "*.py") for path in render.rglob(end))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def keep(folder: Path) -> None:
    """Put the pictures that the documents show into their place, and note of which templates they are."""
    for name, pattern in SHOWN.items():
        shutil.copyfile(next(iter(sorted(folder.glob(pattern)))), IMAGES / name)
    TAKEN_OF.write_text(digest() + "\n", encoding="utf-8")


def check() -> None:
    """End with an error where the pictures are of other templates than the present ones."""
    if not TAKEN_OF.exists() or TAKEN_OF.read_text(encoding="utf-8").strip() != digest():
        sys.exit("The pictures in docs/images are older than the reports' templates: run `make screenshots`.")


def simulated(folder: Path) -> Iterator[str]:
    """The address of a simulated hotel's database on which every job has run, while the iterator lives."""
    from minibar_ml.simulate.server import fresh_database

    with fresh_database(folder, keep=False) as url:
        os.environ |= {"ML_DATABASE_URL": url, "ML_KEY_FILE": str(folder / "minibar-ml.key")}
        steps = [["simulate", "--rooms", "120", "--seed", "7"], ["db", "init"], ["keys", "new"], ["collect"]]
        steps += [["config", "set", "currency", "TRY"], ["train"]]
        if (folder / "minibar-ml.key").exists():
            steps.remove(["keys", "new"])
        last_month = (datetime.now().astimezone().date().replace(day=1) - timedelta(days=1)).replace(day=1)
        for arguments in [*steps, ["detect", "--since", last_month.isoformat()]]:
            run(*arguments)
        yield url


def run(*arguments: str) -> None:
    """A command of ours; ends this script where it fails."""
    if code := main(arguments):
        sys.exit(f"`minibar-ml {' '.join(arguments)}` ended with {code}")


def photograph(browser: Browser, page_file: Path, folder: Path) -> None:
    """Take pictures of the page at each width, light and dark: all of it, and the part seen before scrolling."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            size = {"width": width, "height": HEIGHT}
            with closing(browser.new_page(viewport=size, color_scheme=scheme)) as page:  # type: ignore[arg-type]
                page.goto(page_file.as_uri())
                name = f"{page_file.stem}-{width}-{scheme}"
                page.screenshot(path=folder / f"{name}.png")
                page.screenshot(path=folder / f"{name}-full.png", full_page=True)


def take(folder: Path) -> None:
    """Render all reports of the store in ML_DATABASE_URL into a folder, with pictures of them."""
    for lang in LANGS:
        for kind in ("weekly", "monthly"):
            formats = [word for name in ("html", "pdf", "xlsx") for word in ("--format", name)]
            run("report", kind, "--lang", lang, "--out", str(folder), *formats)
        run("report", "dashboard", "--lang", lang, "--out", str(folder))
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)) as browser,
    ):
        for page_file in sorted(folder.glob("*.html")):
            photograph(browser, page_file, folder)
    paper.take(folder)
    keep(folder)


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
        sys.exit()
    shots = Path(sys.argv[1] if len(sys.argv) > 1 else ".screenshots").resolve()
    shots.mkdir(parents=True, exist_ok=True)
    if os.environ.get("ML_DATABASE_URL"):
        take(shots)
    else:
        for _url in simulated(shots):
            take(shots)
