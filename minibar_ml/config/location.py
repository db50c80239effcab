"""Where the settings are: the first `.env` of the current folder, of this user and of this machine.

`--config` names another. A profile is a folder of its own in the user's or the machine's folder, for whoever looks
after several databases; `--profile` names it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError

NAME = ".env"
MACHINE = Path("/etc/minibar-ml")
DATA = Path("/var/lib/minibar-ml")
"""Where jobs write whose settings are in the machine's folder, which is no place for that."""


class _Chosen:
    """What this process was started with."""

    config: Path | None = None
    profile = ""
    is_nowhere = False


@dataclass(frozen=True, slots=True)
class Location:
    """`path`: the settings file, None where there is none. `profile`: the name of its profile; empty: of none."""

    path: Path | None
    profile: str = ""


def use(config: Path | None = None, profile: str = "") -> None:
    """Read this file, or the one of this folder, or this profile's from now on; without arguments, look for one."""
    _Chosen.config, _Chosen.profile, _Chosen.is_nowhere = config, profile, False


def use_none() -> None:
    """Read no file from now on: what the environment says is all."""
    _Chosen.is_nowhere = True


def find() -> Location:
    """Where the settings are now; raises ConfigurationError where what was named is not there."""
    looked = () if _Chosen.is_nowhere else candidates()
    for path in looked:
        if _is_own(path) or _state(path) == "":
            return Location(path, profile_of(path))
    if looked and _Chosen.profile:
        known = f" There are profiles {', '.join(profiles())}." if profiles() else ""
        raise ConfigurationError(f"There is no profile {_Chosen.profile}: looked for {_listed(looked)}.{known}")
    if looked and _Chosen.config:
        raise ConfigurationError(f"There are no settings: looked for {_listed(looked)}.")
    return Location(None)


def target(*, as_root: bool) -> Path:
    """The folder to write settings to: where they are, where `--config` or `--profile` say, or the usual one."""
    usual = MACHINE if as_root else user_folder()
    if _Chosen.profile:
        return next((path.parent for path in candidates() if _state(path) == ""), usual / _Chosen.profile)
    if _Chosen.config:
        path = _Chosen.config.absolute()
        return path.parent if path.name == NAME else path
    found = find().path
    return found.parent if found else usual


def candidates() -> tuple[Path, ...]:
    """The files to look for, in this order."""
    if _Chosen.config:
        path = _Chosen.config.absolute()
        return (path / NAME if path.is_dir() else path,)
    if _Chosen.profile:
        return tuple(folder / _Chosen.profile / NAME for folder in shared())
    # Jobs run in the machine's folder, which is then looked into once.
    return tuple(dict.fromkeys(folder / NAME for folder in (Path.cwd(), *shared())))


def described() -> str:
    """Where the settings are read from, or were looked for: what follows the name of one that is not set."""
    found = find().path
    if found:
        return f" in {found}"
    return f", and there is no settings file {_listed(candidates())} (`minibar-ml setup` writes one)"


def profiles() -> dict[str, Path]:
    """The settings file of each profile that this user may read; this user's go before the machine's."""
    found: dict[str, Path] = {}
    for folder in shared():
        for path in sorted(_inside(folder)):
            if _state(path) == "":
                found.setdefault(path.parent.name, path)
    return found


def profile_of(path: Path) -> str:
    """The name of the profile that a settings file is of; empty where it is of none."""
    return path.parent.name if path.parent.parent in shared() else ""


def user_folder() -> Path:
    """The folder of this user's settings, by the XDG base directory specification."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(home if home.startswith("/") else os.path.expanduser("~/.config")) / "minibar-ml"  # noqa: PTH111 - Path raises where there is no home


def data_folder(folder: Path) -> Path:
    """Where jobs write whose settings are in this folder."""
    return DATA / folder.relative_to(MACHINE) if folder.is_relative_to(MACHINE) else folder


def shared() -> tuple[Path, Path]:
    """The folders whose settings do not depend on the current folder: this user's and the machine's."""
    return user_folder(), MACHINE


def _inside(folder: Path) -> Iterator[Path]:
    try:
        yield from (one / NAME for one in folder.iterdir() if one.is_dir())
    except OSError:
        return  # it is not there, or not for this user


def _is_own(path: Path) -> bool:
    """Whether a file was named, or is of the current folder: one that is there and can't be read is an error then."""
    try:
        return (_Chosen.config is not None or path.parent == Path.cwd()) and path.is_file()
    except PermissionError:
        return False  # the folder is closed to this user, as root's is to whom `sudo -u` makes one


def _state(path: Path) -> str:
    """What keeps a file from being read; empty where nothing does."""
    try:
        path.stat()
    except PermissionError:
        return "no access"
    except OSError:
        return "missing"
    return "" if os.access(path, os.R_OK, effective_ids=True) else "no access"


def _listed(paths: tuple[Path, ...]) -> str:
    shown = [f"{path}{' (no access)' if _state(path) == 'no access' else ''}" for path in paths]
    return ", ".join(shown)
