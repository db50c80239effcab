"""A hotel with a database in a folder, worked with as a person does: by commands that are run there."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as a person runs it in a folder, without any setting of another."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ML_")}
    program = [sys.executable, "-m", "minibar_ml", *arguments]
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@contextmanager
def stopped_afterwards(prefix: str) -> Iterator[Path]:
    """A folder whose server is stopped afterwards. Not one of pytest's, which other sessions close."""
    with tempfile.TemporaryDirectory(prefix=prefix) as made:
        try:
            yield Path(made)
        finally:
            run(Path(made), "stop", "--quiet")
