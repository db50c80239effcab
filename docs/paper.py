"""Pictures of the documents: each page of the PDFs, and of the workbooks as LibreOffice prints them.

`python docs/paper.py FOLDER` writes one PNG per page next to each report in the folder. Needs Debian's poppler-utils,
and libreoffice-calc for workbooks, which are left out where it is not installed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RESOLUTION = 80


def photograph(document: Path, folder: Path) -> list[Path]:
    """A PNG of each page of a PDF or of a workbook."""
    with tempfile.TemporaryDirectory() as made:
        printed = document if document.suffix == ".pdf" else as_pdf(document, Path(made))
        stem = folder / document.name.replace(".", "-")
        subprocess.run(["pdftoppm", "-r", str(RESOLUTION), "-png", printed, stem], check=True)
    return sorted(folder.glob(f"{stem.name}-*.png"))


def as_pdf(workbook: Path, folder: Path) -> Path:
    """The workbook printed by LibreOffice, whose profile is the folder too: another one running is left alone."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / f"{workbook.stem}.pdf"


def take(folder: Path) -> None:
    """Pictures of all documents in a folder."""
    suffixes = [".pdf", ".xlsx"] if shutil.which("soffice") else [".pdf"]
    for document in sorted(path for path in folder.iterdir() if path.suffix in suffixes):
        photograph(document, folder)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
