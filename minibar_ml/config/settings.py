"""Every setting, with its default, limits, check and help: one line each.

A dataclass and python-dotenv rather than pydantic-settings: importing pydantic alone makes `alerts list` start
1.4 times as slowly as typer + SQLAlchemy + psycopg2 + rich do (measured), and the budget is 1.3.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from minibar_ml.config.checks import require_country, require_ping_url, require_zone
from minibar_ml.config.cron import require_expression, require_interval
from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.languages import Lang

PREFIX = "ML_"
SmtpTls = Literal["starttls", "tls", "none"]
Check = Callable[[str, Any], None]
"""Raises ConfigurationError where the value of a variable is wrong beyond type and limits."""
DAY = 86400


def _setting(
    default: Any,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    check: Check | None = None,
    is_secret: bool = False,
) -> Any:
    """A field of Settings; a secret never shows in repr."""
    about = {"help": help, "min": minimum, "max": maximum, "check": check}
    return field(default=default, repr=not is_secret, metadata=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, by `ML_<NAME>` or `<name>` in the TOML file."""

    enabled: bool = _setting(True, "false: jobs end at once without doing anything")
    database_url: str = _setting("", "URL of the database: postgresql://user:password@host:port/name", is_secret=True)
    timezone: str = _setting(
        "Europe/Nicosia",
        "the hotel's time zone: business days, and times in the source tables",
        check=require_zone,
    )
    country: str = _setting(
        "TR", "country of the public holidays, such as TR or CY; empty: no holidays", check=require_country
    )
    events_file: str = _setting("", "CSV file of the hotel's own events: starts_on,ends_on,name[,hotel_id]")
    lang: Lang = _setting(
        "en", "language of alerts, metrics tables, messages and reports; other screens are in English"
    )
    data_collection_interval: int = _setting(900, "seconds between collect runs", 60, DAY, check=require_interval)
    anomaly_check_interval: int = _setting(300, "seconds between detect runs", 60, DAY, check=require_interval)
    training_schedule: str = _setting("0 0 * * *", "cron expression of train", check=require_expression)
    report_schedule: str = _setting("0 7 * * 1", "cron expression of the weekly report", check=require_expression)
    monthly_report_schedule: str = _setting(
        "0 7 1 * *", "cron expression of the monthly report", check=require_expression
    )
    dashboard_schedule: str = _setting("7 * * * *", "cron expression of the dashboard", check=require_expression)
    report_dir: Path = _setting(Path("reports"), "folder that reports are written to")
    check_in_time: time = _setting(HouseHours.check_in, "check-in time of stays that have no time of arrival")
    check_out_time: time = _setting(HouseHours.check_out, "check-out time of stays that have no time of departure")
    lookback_days: int = _setting(3, "recent days that collect reads again and train leaves out", 1, 60)
    training_days: int = _setting(30, "days of history that train learns from", 7, 366)
    min_data_points: int = _setting(
        100, "least number of room checks, product-days or gaps between rooms for a model", 10, 1000000
    )
    accuracy_threshold: float = _setting(
        0.85, "balanced accuracy on injected faults that detectors should reach", 0.5, 1.0
    )
    alert_budget: float = _setting(1.0, "expected false alerts per 1,000 rooms per day", 0.01, 1000.0)
    stock_deviation: float = _setting(
        0.30, "smallest deviation of stock from its normal pattern that raises an alert (0.3: 30%)", 0.0, 100.0
    )
    consumption_deviation: float = _setting(
        0.40, "smallest deviation of consumption that raises an alert (0.4: 40%)", 0.0, 100.0
    )
    refill_deviation: float = _setting(
        0.50, "smallest slowdown of an attendant that raises an alert (0.5: 50%)", 0.0, 100.0
    )
    consumption_floor: float = _setting(
        3.0, "smallest difference from a room's expected consumption that raises an alert, in units", 0.0, 10000.0
    )
    product_floor: float = _setting(
        5.0, "smallest difference from a product's expected consumption that raises an alert, in units", 0.0, 100000.0
    )
    lead_time_days: int = _setting(3, "days from order to delivery", 0, 365)
    order_multiple: int = _setting(1, "orders are multiples of this number of units", 1, 100000)
    order_cover_days: int = _setting(14, "days after delivery that an order should last", 1, 365)
    products_file: str = _setting(
        "", "TOML or CSV file: lead_time_days, order_multiple, min_order by product id or name"
    )
    smtp_host: str = _setting("", "mail server; empty: mails wait in the outbox")
    smtp_port: int = _setting(587, "port of the mail server", 1, 65535)
    smtp_tls: SmtpTls = _setting("starttls", "encryption of mail: starttls, tls (from the start) or none")
    smtp_ca_file: str = _setting("", "PEM file of the CA that signed the mail server's certificate")
    smtp_user: str = _setting("", "user at the mail server; empty: no login")
    smtp_password: str = _setting("", "password of that user", is_secret=True)
    smtp_password_file: str = _setting("", "file (mode 0600) with that password, used if ML_SMTP_PASSWORD is empty")
    smtp_sender: str = _setting("", "sender address of mails; empty: ML_SMTP_USER")
    smtp_timeout: int = _setting(20, "seconds for connecting to the mail server, and for each mail", 1, 60)
    notify_interval: int = _setting(60, "seconds between alerts notify runs", 60, DAY, check=require_interval)
    notify_seconds: int = _setting(50, "seconds after which a notify run starts no further message", 1, 3600)
    notify_attempts: int = _setting(24, "attempts before a message is given up", 1, 1000)
    notify_digest_threshold: int = _setting(
        10, "more messages than this to one person at once are sent as one digest", 1, 10000
    )
    encryption_keys: str = _setting("", "Fernet keys, comma separated, newest first", is_secret=True)
    key_file: Path = _setting(Path("minibar-ml.key"), "file (mode 0600) of keys, used if ML_ENCRYPTION_KEYS is empty")
    ping_url: str = _setting(
        "",
        "https URL to ping when a job starts (/start), succeeds or fails (/fail); {job} is replaced by its name",
        check=require_ping_url,
        is_secret=True,
    )

    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return ZoneInfo(self.timezone)

    def house_hours(self) -> HouseHours:
        """The hotel's check-in and check-out time."""
        return HouseHours(self.check_in_time, self.check_out_time)

    def changed(self) -> dict[str, str]:
        """Settings that are not at their default, by variable; of secrets only that they are set."""
        found = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if value != spec.default:
                found[PREFIX + spec.name.upper()] = str(value) if spec.repr else "set"
        return found
