"""A copy of the program, to change and run by itself."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PARTS = ("minibar_ml", "sql", "docs")


class Copy:
    """A copy of the source tree in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__", "*.ttf", "*.png")
        for part in PARTS:
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)

    def replace(self, place: str, old: str, new: str) -> None:
        """Change one passage of a file."""
        path = self.folder / place
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (place, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, place: str, text: str) -> None:
        """Add a file."""
        (self.folder / place).write_text(text, encoding="utf-8")

    def python(self, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run code on the copy."""
        assert sys.executable
        return subprocess.run(
            [sys.executable, "-c", code], cwd=self.folder, capture_output=True, text=True,
            env={"PYTHONPATH": str(self.folder), "COLUMNS": "200", **environment},
        )  # fmt: skip

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program."""
        return self.python(f"from minibar_ml.cli.app import main; raise SystemExit(main({arguments!r}))", **environment)
