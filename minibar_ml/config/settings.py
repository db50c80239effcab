"""One frozen Settings, read once in the CLI from environment, `.env` and a TOML file, and handed down.

A dataclass and python-dotenv rather than pydantic-settings: importing pydantic alone makes `alerts list` start
1.4 times as slowly as typer + SQLAlchemy + psycopg2 + rich do (measured), and the budget is 1.3.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.languages import Lang
from minibar_ml.domain.people import is_address

PREFIX = "ML_"
FILE_VARIABLE = "ML_CONFIG_FILE"
SmtpTls = Literal["starttls", "tls", "none"]
Values = dict[str, Any]
_COUNTRY = re.compile(r"[A-Z]{2}")
_PING_URL = re.compile(r"(?:https://[^\s/?#@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)/[!->@-~]*", re.ASCII)
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, by `ML_<NAME>` or `<name>` in the TOML file. Secrets never show in repr."""

    enabled: bool = field(default=True, metadata={"help": "false: jobs end at once, politely, having done nothing"})
    database_url: str = field(default="", repr=False, metadata={"help": "postgresql://user:password@host:port/name"})
    timezone: str = field(
        default="Europe/Nicosia", metadata={"help": "the hotel's zone: business days, naive source times"}
    )
    country: str = field(
        default="TR",
        metadata={"help": "country whose public holidays the hotel's guests keep, such as TR or CY; empty: none"},
    )
    events_file: str = field(
        default="", metadata={"help": "CSV file of the hotel's own events: starts_on,ends_on,name[,hotel_id]"}
    )
    lang: Lang = field(default="en", metadata={"help": "language of messages and reports: tr or en"})
    data_collection_interval: int = field(
        default=900, metadata={"help": "seconds between collect runs", "min": 60, "max": 604800}
    )
    anomaly_check_interval: int = field(
        default=300, metadata={"help": "seconds between detect runs", "min": 60, "max": 604800}
    )
    training_schedule: str = field(default="0 0 * * *", metadata={"help": "cron expression of train"})
    report_schedule: str = field(default="0 7 * * 1", metadata={"help": "cron expression of the weekly report"})
    monthly_report_schedule: str = field(
        default="0 7 1 * *", metadata={"help": "cron expression of the report on the month that ended"}
    )
    dashboard_schedule: str = field(default="7 * * * *", metadata={"help": "cron expression of the dashboard"})
    report_dir: Path = field(default=Path("reports"), metadata={"help": "folder that cron's reports are written to"})
    check_in_time: time = field(
        default=HouseHours.check_in, metadata={"help": "when guests get their rooms, for stays without an hour: 14:00"}
    )
    check_out_time: time = field(
        default=HouseHours.check_out, metadata={"help": "when guests have left, for stays without an hour: 12:00"}
    )
    lookback_days: int = field(
        default=3, metadata={"help": "days that collect looks at again and training leaves out", "min": 1, "max": 60}
    )
    training_days: int = field(
        default=30, metadata={"help": "days of history that train learns from", "min": 7, "max": 366}
    )
    min_data_points: int = field(
        default=100,
        metadata={
            "help": "fewer room checks, product-days or gaps between rooms make no model",
            "min": 10,
            "max": 1000000,
        },
    )
    accuracy_threshold: float = field(
        default=0.85,
        metadata={
            "help": "balanced accuracy on injected faults below which train says so",
            "min": 0.5,
            "max": 1.0,
        },
    )
    alert_budget: float = field(
        default=1.0, metadata={"help": "expected false alerts per 1,000 rooms and day", "min": 0.01, "max": 1000.0}
    )
    stock_deviation: float = field(
        default=0.30, metadata={"help": "least deviation of stock from its usage pattern", "min": 0.0, "max": 100.0}
    )
    consumption_deviation: float = field(
        default=0.40, metadata={"help": "least deviation of consumption", "min": 0.0, "max": 100.0}
    )
    refill_deviation: float = field(
        default=0.50, metadata={"help": "least slowing of an attendant", "min": 0.0, "max": 100.0}
    )
    consumption_floor: float = field(
        default=3.0, metadata={"help": "least units off what a room was expected to take", "min": 0.0, "max": 10000.0}
    )
    product_floor: float = field(
        default=5.0,
        metadata={"help": "least units off what a product was expected to sell", "min": 0.0, "max": 100000.0},
    )
    lead_time_days: int = field(
        default=3, metadata={"help": "days from an order to its delivery", "min": 0, "max": 365}
    )
    order_multiple: int = field(
        default=1, metadata={"help": "units that an order is a multiple of", "min": 1, "max": 100000}
    )
    order_cover_days: int = field(
        default=14, metadata={"help": "days after delivery that an order is to last", "min": 1, "max": 365}
    )
    products_file: str = field(
        default="",
        metadata={"help": "TOML or CSV file: lead_time_days, order_multiple, min_order by product id or name"},
    )
    smtp_host: str = field(default="", metadata={"help": "mail server; empty: mails wait in the outbox"})
    smtp_port: int = field(default=587, metadata={"help": "port of the mail server", "min": 1, "max": 65535})
    smtp_tls: SmtpTls = field(
        default="starttls", metadata={"help": "how mail is encrypted: starttls, tls (from the start) or none"}
    )
    smtp_ca_file: str = field(
        default="", metadata={"help": "PEM file of the authority that signed the mail server's certificate"}
    )
    smtp_user: str = field(default="", metadata={"help": "user at the mail server; empty: none is asked for"})
    smtp_password: str = field(default="", repr=False, metadata={"help": "that user's password"})
    smtp_password_file: str = field(
        default="", metadata={"help": "0600 file of that password, used if ML_SMTP_PASSWORD is empty"}
    )
    smtp_sender: str = field(default="", metadata={"help": "address that mails come from; empty: ML_SMTP_USER"})
    smtp_timeout: int = field(
        default=20, metadata={"help": "seconds that the mail server may take for an answer", "min": 1, "max": 60}
    )
    notify_interval: int = field(
        default=60, metadata={"help": "seconds between alerts notify runs", "min": 60, "max": 604800}
    )
    notify_seconds: int = field(
        default=50,
        metadata={
            "help": "seconds of delivering after which a notify run begins no other message",
            "min": 1,
            "max": 3600,
        },
    )
    notify_attempts: int = field(
        default=24, metadata={"help": "attempts after which a message is given up", "min": 1, "max": 1000}
    )
    notify_storm: int = field(
        default=10,
        metadata={"help": "more messages than this for one person at once become a digest", "min": 1, "max": 10000},
    )
    encryption_keys: str = field(
        default="", repr=False, metadata={"help": "Fernet keys, comma separated, newest first"}
    )
    key_file: Path = field(
        default=Path("minibar-ml.key"),
        metadata={"help": "0600 file of keys, used if ML_ENCRYPTION_KEYS is empty"},
    )
    ping_url: str = field(
        default="",
        repr=False,
        metadata={
            "help": "https URL told when a job starts (/start), did its work, or failed (/fail); {job} is its name"
        },
    )

    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return ZoneInfo(self.timezone)

    def house_hours(self) -> HouseHours:
        """The hotel's check-in and check-out time."""
        return HouseHours(self.check_in_time, self.check_out_time)

    def changed(self) -> dict[str, str]:
        """What is not as it comes, by variable; of secrets only that they are set."""
        told = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if value != spec.default:
                told[PREFIX + spec.name.upper()] = str(value) if spec.repr else "set"
        return told


@dataclass(frozen=True, slots=True)
class Examined:
    """Settings with the default in place of each that is wrong, all that is wrong, and ML_ variables that are none.

    `exposed`: files that hold secrets and that others on this machine can read.
    """

    settings: Settings
    faults: tuple[ConfigurationError, ...]
    unknown: tuple[str, ...]
    exposed: tuple[Path, ...] = ()

    def faultless(self) -> Settings:
        """The settings; raises the first ConfigurationError where anything is wrong."""
        if self.faults:
            raise self.faults[0]
        return self.settings


def load(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read the settings: environment over `.env` over the TOML file named by ML_CONFIG_FILE.

    Raises ConfigurationError naming the setting and the cure.
    """
    return examine(environment, folder).faultless()


def examine(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Examined:
    """Read the settings as `load` does, but go on after what is wrong."""
    environment = os.environ if environment is None else environment
    faults: list[ConfigurationError] = []

    def attempt(read: Callable[[], Values], otherwise: Values) -> Values:
        try:
            return read()
        except ConfigurationError as error:
            faults.append(error)
            return otherwise

    dotenv = (folder or Path.cwd()) / ".env"
    of_dotenv = attempt(lambda: _dotenv(dotenv), {})
    merged = of_dotenv | dict(environment)
    values = attempt(lambda: _toml(merged.get(FILE_VARIABLE)), {})
    exposed = _exposed(dotenv, of_dotenv) + _exposed(Path(merged.get(FILE_VARIABLE) or "."), values)
    known = {f.name: f for f in fields(Settings)}
    for name in sorted(values.keys() - known.keys()):
        del values[name]
        faults.append(
            ConfigurationError(f"Unknown setting {name!r} in {merged[FILE_VARIABLE]}; docs/settings.md lists them all.")
        )
    values |= {name: merged[PREFIX + name.upper()] for name in known if merged.get(PREFIX + name.upper()) is not None}
    hints = get_type_hints(Settings)
    checked: Values = {}
    for name, value in values.items():
        checked |= attempt(partial(_converted, known[name], hints[name], value), {})
    for name, fault in _faults(Settings(**checked)):
        faults.append(fault)
        del checked[name]
    return Examined(Settings(**checked), tuple(faults), _unknown(merged), exposed)


def _exposed(path: Path, values: Values) -> tuple[Path, ...]:
    """The file, where it sets a secret and others than its owner can read it."""
    secrets = {name for spec in fields(Settings) if not spec.repr for name in (spec.name, PREFIX + spec.name.upper())}
    holds_one = any(values.get(name) for name in secrets)
    return (path,) if holds_one and path.stat().st_mode & 0o077 else ()


def _unknown(merged: Values) -> tuple[str, ...]:
    meant = _variables()
    return tuple(sorted(name for name in merged if name.upper().startswith(PREFIX) and name not in meant))


def _variables() -> list[str]:
    return [PREFIX + f.name.upper() for f in fields(Settings)] + [FILE_VARIABLE]


def suggestion(variable: str) -> str | None:
    """The variable that a misspelt one may have been meant for; None where none is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(variable.upper(), _variables(), n=1)), None)


def _dotenv(path: Path) -> Values:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return dict(dotenv_values(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Can't read {path}: {error}. Make it readable UTF-8 text or remove it.") from error


def _toml(path: str | None) -> Values:
    if not path:
        return {}
    import tomllib

    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"Can't read the settings file {path} ({error.strerror}): correct {FILE_VARIABLE}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The settings file {path} is not valid TOML: {error}.") from error


def _converted(spec: "Field[Any]", kind: Any, value: Any) -> Values:
    return {spec.name: _convert(spec, kind, value)}


def _convert(spec: "Field[Any]", kind: Any, value: Any) -> Any:
    variable = PREFIX + spec.name.upper()
    try:
        converted = _as(kind, value)
    except ValueError as error:
        raise ConfigurationError(
            f"{variable}={value!r} is not {error}. {spec.metadata['help'].capitalize()}."
        ) from error
    low, high = spec.metadata.get("min"), spec.metadata.get("max")
    # Written so that NaN, which compares false with everything, is refused too.
    if (low is not None and not converted >= low) or (high is not None and not converted <= high):
        limits = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ConfigurationError(f"{variable}={converted} must be {limits}. {spec.metadata['help'].capitalize()}.")
    return converted


def _as(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        if (word := str(value).strip().lower()) not in get_args(kind):
            raise ValueError(f"one of {', '.join(get_args(kind))}")
        return word
    if kind is bool:
        text = str(value).strip().lower()
        if text not in _TRUE | _FALSE:
            raise ValueError("true or false")
        return text in _TRUE
    if kind in (int, float):
        try:
            return kind(str(value).strip())
        except ValueError:
            raise ValueError("a whole number" if kind is int else "a number") from None
    if kind is time:
        return _as_time(str(value).strip())
    return kind(str(value).strip())


def _as_time(text: str) -> time:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise ValueError("an hour such as 12:00")
    return time.fromisoformat(text.zfill(5))


def _faults(settings: Settings) -> Iterator[tuple[str, ConfigurationError]]:
    """What is wrong beyond type and limits, with the setting's name."""
    try:
        settings.zone()
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
        fault = ConfigurationError(
            f"ML_TIMEZONE={settings.timezone!r} is not a time zone that we know; use a name such as Europe/Nicosia."
        )
        fault.__cause__ = error
        yield "timezone", fault
    # Whether there is such a country only the package `holidays` knows, which most commands need not import.
    if settings.country and not _COUNTRY.fullmatch(settings.country):
        words = (
            f"ML_COUNTRY={settings.country!r} is no country's ISO 3166-1 code, two capital letters such as TR or CY; "
            "https://holidays.readthedocs.io lists those that are known. Leave it empty to have no holidays."
        )
        yield "country", ConfigurationError(words)
    if settings.ping_url and not _PING_URL.fullmatch(settings.ping_url):
        # Its path is a secret: whoever knows it can say that all is well. So it is not repeated.
        words = (
            "ML_PING_URL must be an https URL (http only on this machine) without blanks, query or fragment, such as "
            "https://hc-ping.com/your-ping-key/{job}."
        )
        yield "ping_url", ConfigurationError(words)
    if settings.smtp_host and not is_address(settings.smtp_sender or settings.smtp_user):
        words = (
            f"ML_SMTP_SENDER={settings.smtp_sender!r} is no mail address: with ML_SMTP_HOST it must be one, "
            "such as minibar@hotel.example."
        )
        yield "smtp_host", ConfigurationError(words)
    for name in ("data_collection_interval", "anomaly_check_interval", "notify_interval"):
        if (seconds := getattr(settings, name)) % 60:
            words = f"{PREFIX}{name.upper()}={seconds} must be whole minutes: cron knows no seconds."
            yield name, ConfigurationError(words)
    for name in ("training_schedule", "report_schedule", "monthly_report_schedule", "dashboard_schedule"):
        if len((expression := getattr(settings, name)).split()) != 5:
            words = f"{PREFIX}{name.upper()}={expression!r} must have cron's five fields, such as '0 0 * * *'."
            yield name, ConfigurationError(words)
