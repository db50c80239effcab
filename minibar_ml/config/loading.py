"""Reading the settings: environment over `.env` (see location.py) over the TOML file that ML_CONFIG_FILE names.

A relative path in a file is relative to the folder of the `.env`, wherever a command is run.

Settings say which database is asked and which SQL is run: a file that somebody else may write is refused, and one that
holds a secret where others may read it.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, replace
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import Any, get_type_hints

from minibar_ml import permissions
from minibar_ml.config import location
from minibar_ml.config.conversion import convert
from minibar_ml.config.settings import PREFIX, Settings, has_variable
from minibar_ml.domain.addresses import is_address
from minibar_ml.domain.errors import ConfigurationError

FILE_VARIABLE = "ML_CONFIG_FILE"
BELIEVED = "what it says is done"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examined:
    """Settings with the default in place of each wrong one, everything that is wrong, and unknown ML_ variables.

    `exposed`: what is wrong with files that hold secrets and are readable by other users of this machine; they are read
    all the same. `given`: names of those that are set at all, be it to their default.
    """

    settings: Settings
    faults: tuple[ConfigurationError, ...]
    unknown: tuple[str, ...]
    exposed: tuple[ConfigurationError, ...] = ()
    given: frozenset[str] = frozenset()

    def faultless(self) -> Settings:
        """The settings; raises the first ConfigurationError where anything is wrong."""
        for wrong in (*self.faults, *self.exposed):
            raise wrong
        return self.settings


def load(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read the settings; raises ConfigurationError naming the setting and what to do."""
    return examine(environment, folder).faultless()


def examine(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Examined:
    """Read the settings as `load` does, but go on after an error."""
    environment = os.environ if environment is None else environment
    faults: list[ConfigurationError] = []

    def attempt(read: Callable[[], Values], otherwise: Values) -> Values:
        try:
            return read()
        except ConfigurationError as error:
            faults.append(error)
            return otherwise

    path = folder / location.NAME if folder else location.find().path
    dotenv = _File(path or Path(location.NAME))
    of_dotenv = attempt(lambda: _dotenv(dotenv), {})
    values = of_dotenv | dict(environment)
    home = path.parent if path and path.is_file() else Path()
    toml = _File((Path() if FILE_VARIABLE in environment else home) / (values.get(FILE_VARIABLE) or "."))
    of_file = attempt(lambda: _toml(toml) if values.get(FILE_VARIABLE) else {}, {})
    exposed = (*_exposed(dotenv, of_dotenv), *_exposed(toml, of_file))
    faults += _unknown_keys(of_file, values)
    checked: Values = {}
    for name, value in _given(of_file, values).items():
        checked |= attempt(partial(_checked, name, value), {})
    for name, fault in _contradictions(Settings(**checked)):
        faults.append(fault)
        del checked[name]
    unknown, given = _unknown_variables(values), frozenset(checked)
    settings = _rooted(Settings(**checked), home, environment)
    return Examined(settings, tuple(faults), unknown, exposed, given)


def _rooted(settings: Settings, home: Path, environment: Mapping[str, str]) -> Settings:
    """The settings with each path that the environment does not name relative to the folder of the files, `home`."""
    found: Values = {}
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if spec.metadata["is_path"] and str(value) and PREFIX + spec.name.upper() not in environment:
            base = location.data_folder(home) if spec.name == "report_dir" else home
            found[spec.name] = type(value)(base / value)
    return replace(settings, **found)


def suggestion(variable: str) -> str | None:
    """The variable that a misspelt one may have been intended for; None where none is similar."""
    from difflib import get_close_matches  # only for a misspelt one: slow to import

    return next(iter(get_close_matches(variable.upper(), _variables(), n=1)), None)


def _given(of_file: Values, values: Values) -> Values:
    """The values to convert, by setting."""
    found = {name: of_file[name] for name in _specs() if name in of_file}
    return found | {n: values[PREFIX + n.upper()] for n in _specs() if values.get(PREFIX + n.upper()) is not None}


def _checked(name: str, value: Any) -> Values:
    return {name: convert(*_specs()[name], value)}


@cache
def _specs() -> dict[str, tuple["Field[Any]", Any]]:
    """Field and type of each setting that has a variable."""
    kinds = get_type_hints(Settings)
    return {spec.name: (spec, kinds[spec.name]) for spec in fields(Settings) if has_variable(spec)}


def _contradictions(settings: Settings) -> Iterator[tuple[str, ConfigurationError]]:
    """Settings that do not fit together, each with the one to leave at its default."""
    if settings.smtp_host and not is_address(settings.smtp_sender or settings.smtp_user):
        yield (
            "smtp_host",
            ConfigurationError(
                f"ML_SMTP_SENDER={settings.smtp_sender!r} is not a mail address; ML_SMTP_HOST needs one, such as "
                "minibar@hotel.example."
            ),
        )


def _unknown_keys(of_file: Values, values: Values) -> list[ConfigurationError]:
    where = f"in {values.get(FILE_VARIABLE)}; `minibar-ml docs settings` lists all settings."
    return [
        ConfigurationError(f"Unknown setting {name!r} {where}") for name in sorted(of_file.keys() - _specs().keys())
    ]


def _unknown_variables(values: Values) -> tuple[str, ...]:
    known = _variables()
    return tuple(sorted(name for name in values if name.upper().startswith(PREFIX) and name not in known))


def _variables() -> list[str]:
    return [PREFIX + name.upper() for name in _specs()] + [FILE_VARIABLE]


class _File:
    """A file of settings, and what was opened when it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: os.stat_result | None = None

    def text(self) -> str:
        """What it says; raises OSError and UnicodeDecodeError, and ConfigurationError where others may write it."""
        content, self.found = permissions.read_bytes(self.path)
        permissions.require_trusted(self.path, self.found, str(self.path), BELIEVED)
        return content.decode()


def _exposed(file: _File, values: Values) -> Iterator[ConfigurationError]:
    """What is wrong with a file that sets a secret, where users other than its owner can read it."""
    secrets = [name for name, (spec, _) in _specs().items() if not spec.repr]
    if file.found and any(values.get(name) or values.get(PREFIX + name.upper()) for name in secrets):
        try:
            permissions.require_private(file.path, file.found, f"{file.path} holds a secret and", "change the secret")
        except ConfigurationError as error:
            yield error


def _dotenv(file: _File) -> Values:
    if not file.path.is_file():
        return {}
    from dotenv import dotenv_values  # only where there is a file: slow to import

    try:
        return dict(dotenv_values(stream=StringIO(file.text())))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"Can't read {file.path}: {error}. Make it readable UTF-8 text or remove it."
        ) from error


def _toml(file: _File) -> Values:
    import tomllib  # only where there is a file: slow to import

    try:
        return tomllib.loads(file.text())
    except OSError as error:
        raise ConfigurationError(
            f"Can't read the settings file {file.path} ({error.strerror}): correct {FILE_VARIABLE}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The settings file {file.path} is not valid TOML: {error}.") from error
