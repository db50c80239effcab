"""Every setting and every fact of the hotels, with default, limits, check and help: one entry each.

A setting is a matter of this server: where the store is, secrets, paths, schedules, channels. A fact is a matter of the
hotels: it is kept in the store (`minibar-ml config`), and its variable only says what `config import` takes over.

A dataclass and python-dotenv rather than pydantic-settings: importing pydantic alone makes `alerts list` start
1.4 times as slowly as typer + SQLAlchemy + psycopg2 + rich do (measured), and the budget is 1.3.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from minibar_ml.config.checks import (
    require_country,
    require_currency,
    require_hosts,
    require_page_url,
    require_ping_url,
    require_zone,
)
from minibar_ml.config.cron import require_expression, require_interval
from minibar_ml.domain.hotels.calendar import Events
from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.languages import Lang

PREFIX = "ML_"
SmtpTls = Literal["starttls", "tls", "none"]
StaffNames = Literal["full", "initials", "codes"]
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
    is_path: bool = False,
    fact: "Fact | None" = None,
) -> Any:
    """A field of Settings; a secret never shows in repr; a relative path is relative to the file that it stands in."""
    about = {"help": help, "min": minimum, "max": maximum, "check": check, "is_path": is_path, "fact": fact}
    return field(default=default, repr=not is_secret, metadata=about)


@dataclass(frozen=True, slots=True)
class Fact:
    """What sets a fact of the hotels apart from a setting.

    scope: whether one value holds for the whole store, or hotels may have their own, or products of hotels.
    help_tr: the help in Turkish. unit: of its values.
    is_threshold: shows what goes unnoticed, so that only administrators and jobs may see it.
    by_jobs: only jobs and who keeps the store may change it.
    has_variable: whether there is an `ML_` variable for it; otherwise a file is imported.
    """

    help_tr: str
    scope: Literal["store", "hotel", "product"] = "store"
    unit: str = ""
    is_threshold: bool = False
    by_jobs: bool = False
    has_variable: bool = True


def _fact(
    default: Any,
    help: str,
    help_tr: str,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    check: Check | None = None,
    **about: Any,
) -> Any:
    """A field of Settings that is a fact of the hotels."""
    return _setting(default, help, minimum, maximum, check=check, fact=Fact(help_tr, **about))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, by `ML_<NAME>` or `<name>` in the TOML file."""

    enabled: bool = _setting(True, "false: jobs end at once without doing anything")
    database_url: str = _setting(
        "", "URL of the database: postgresql://user:password@host:port/name, or embedded:FOLDER", is_secret=True
    )
    read_url: str = _setting(
        "", "URL of a read replica, which reports, metrics, statistics and forecasts are read from", is_secret=True
    )
    timezone: str = _fact(
        "Europe/Nicosia",
        "the hotel's time zone: business days, and times in the source tables; `collect --rezone` changes it",
        "otelin saat dilimi: iş günleri ve kaynak tablolardaki saatler; `collect --rezone` ile değişir",
        check=require_zone,
        by_jobs=True,
    )
    country: str = _fact(
        "TR",
        "country of the public holidays, such as TR or CY; empty: no holidays",
        "resmî tatillerin ülkesi, TR veya CY gibi; boş: tatil yok",
        check=require_country,
    )
    events: Events = _fact(
        (),
        "the hotels' own events, from a CSV file: starts_on,ends_on,name[,hotel_id]",
        "otellerin kendi etkinlikleri, CSV dosyasından: starts_on,ends_on,name[,hotel_id]",
        scope="hotel",
        has_variable=False,
    )
    events_file: str = _setting("", "CSV file that `config import` reads events from", is_path=True)
    source_file: str = _setting(
        "",
        "SQL file or folder of `db init` that maps another hotel system's tables; writable by its owner alone",
        is_path=True,
    )
    import_inbox: str = _setting(
        "", "folder whose lists cron imports (`minibar-ml import --inbox`); empty: none", is_path=True
    )
    lang: Lang = _fact(
        "en",
        "language of alerts, metrics tables, messages and reports; other screens are in English",
        "uyarıların, metrik tablolarının, iletilerin ve raporların dili; diğer ekranlar İngilizcedir",
    )
    data_collection_interval: int = _setting(900, "seconds between collect runs", 60, DAY, check=require_interval)
    anomaly_check_interval: int = _setting(300, "seconds between detect runs", 60, DAY, check=require_interval)
    training_schedule: str = _setting("0 0 * * *", "cron expression of train", check=require_expression)
    report_schedule: str = _setting("0 7 * * 1", "cron expression of the weekly report", check=require_expression)
    monthly_report_schedule: str = _setting(
        "0 7 1 * *", "cron expression of the monthly report", check=require_expression
    )
    rounds_schedule: str = _setting(
        "30 6 * * *", "cron expression of the morning's rounds by mail", check=require_expression
    )
    dashboard_schedule: str = _setting("7 * * * *", "cron expression of the dashboard", check=require_expression)
    dashboard_url: str = _setting(
        "",
        "address of the dashboard's page, `{lang}` in it for the reader's language: mails link to their alerts there; "
        "empty: no links",
        check=require_page_url,
    )
    report_dir: Path = _setting(Path("reports"), "folder that reports are written to", is_path=True)
    reports_keep_days: int = _setting(
        0, "days after its last day that a report is deleted from its folder; 0: reports are kept", 0, 3660
    )
    currency: str = _fact(
        "",
        "currency of the source's prices, such as TRY or EUR, shown with amounts; empty: none is shown",
        "kaynaktaki fiyatların para birimi, TRY veya EUR gibi; tutarlarla gösterilir; boş: gösterilmez",
        check=require_currency,
    )
    staff_names: StaffNames = _fact(
        "full",
        "what attendants are called in alerts, messages, lists and reports: full, initials, or codes (#12: their id)",
        "görevlilerin uyarılarda, iletilerde, listelerde ve raporlarda adı: full (tam), initials (baş harfler) veya "
        "codes (#12: kimlik numarası)",
    )
    check_in_time: time = _fact(
        HouseHours.check_in,
        "check-in time of stays that have no time of arrival",
        "varış saati olmayan konaklamaların giriş saati",
    )
    check_out_time: time = _fact(
        HouseHours.check_out,
        "check-out time of stays that have no time of departure",
        "ayrılış saati olmayan konaklamaların çıkış saati",
    )
    lookback_days: int = _fact(
        3,
        "recent days that collect reads again and train leaves out",
        "collect'in yeniden okuduğu ve train'in dışarıda bıraktığı son günler",
        1,
        60,
        unit="days",
    )
    training_days: int = _fact(
        30, "days of history that train learns from", "train'in öğrendiği geçmiş günler", 7, 366, unit="days"
    )
    min_data_points: int = _fact(
        100,
        "least number of room checks, product-days or gaps between rooms for a model",
        "bir model için en az oda kontrolü, ürün-günü veya oda arası süre sayısı",
        10,
        1000000,
    )
    accuracy_threshold: float = _fact(
        0.85,
        "balanced accuracy on injected faults that detectors should reach",
        "algılayıcıların yapay hatalarda ulaşması gereken dengeli doğruluk",
        0.5,
        1.0,
    )
    alert_budget: float = _fact(
        1.0,
        "expected false alerts per 1,000 rooms per day",
        "1.000 oda ve gün başına beklenen yanlış uyarı",
        0.01,
        1000.0,
        is_threshold=True,
    )
    stock_deviation: float = _fact(
        0.30,
        "smallest deviation of stock from its normal pattern that raises an alert (0.3: 30%)",
        "uyarı açan en küçük stok sapması (0,3: %30)",
        0.0,
        100.0,
        scope="hotel",
        is_threshold=True,
    )
    consumption_deviation: float = _fact(
        0.40,
        "smallest deviation of consumption that raises an alert (0.4: 40%)",
        "uyarı açan en küçük tüketim sapması (0,4: %40)",
        0.0,
        100.0,
        scope="hotel",
        is_threshold=True,
    )
    refill_deviation: float = _fact(
        0.50,
        "smallest slowdown of an attendant that raises an alert (0.5: 50%)",
        "uyarı açan en küçük yavaşlama (0,5: %50)",
        0.0,
        100.0,
        scope="hotel",
        is_threshold=True,
    )
    consumption_floor: float = _fact(
        3.0,
        "smallest difference from a room's expected consumption that raises an alert, in units",
        "uyarı açan, odanın beklenen tüketiminden en küçük fark (adet)",
        0.0,
        10000.0,
        scope="hotel",
        unit="units",
        is_threshold=True,
    )
    product_floor: float = _fact(
        5.0,
        "smallest difference from a product's expected consumption that raises an alert, in units",
        "uyarı açan, ürünün beklenen tüketiminden en küçük fark (adet)",
        0.0,
        100000.0,
        scope="hotel",
        unit="units",
        is_threshold=True,
    )
    least_value: float = _fact(
        0.0,
        "possible loss below which a room's alert waits for the daily digest instead of a message of its own, in the "
        "source's currency; 0: none waits",
        "olası kaybı bunun altında olan oda uyarısı kendi iletisi yerine günlük özeti bekler, kaynağın para "
        "biriminde; 0: hiçbiri beklemez",
        0.0,
        1_000_000_000.0,
        scope="hotel",
    )
    lead_time_days: int = _fact(
        3, "days from order to delivery", "siparişten teslime kadar gün", 0, 365, scope="product", unit="days"
    )
    order_multiple: int = _fact(
        1,
        "orders are multiples of this number of units",
        "siparişler bu sayının katı olur (adet)",
        1,
        100_000,
        scope="product",
        unit="units",
    )
    min_order: int = _fact(
        0, "least units of an order", "bir siparişin en az adedi", 0, 1_000_000, scope="product", unit="units"
    )
    order_cover_days: int = _fact(
        14,
        "days after delivery that an order should last",
        "bir siparişin teslimden sonra yetmesi gereken gün",
        1,
        365,
        scope="hotel",
        unit="days",
    )
    products_file: str = _setting(
        "",
        "TOML or CSV file that `config import` reads lead_time_days, order_multiple, min_order of products from",
        is_path=True,
    )
    smtp_host: str = _setting("", "mail server; empty: mails wait in the outbox")
    smtp_port: int = _setting(587, "port of the mail server", 1, 65535)
    smtp_tls: SmtpTls = _setting("starttls", "encryption of mail: starttls, tls (from the start) or none")
    smtp_ca_file: str = _setting("", "PEM file of the CA that signed the mail server's certificate", is_path=True)
    smtp_user: str = _setting("", "user at the mail server; empty: no login")
    smtp_password: str = _setting("", "password of that user", is_secret=True)
    smtp_password_file: str = _setting(
        "", "file (mode 0600) with that password, used if ML_SMTP_PASSWORD is empty", is_path=True
    )
    smtp_sender: str = _setting("", "sender address of mails; empty: ML_SMTP_USER")
    smtp_timeout: int = _setting(20, "seconds for connecting to the mail server, and for each mail", 1, 60)
    private_channels: str = _setting(
        "",
        "hosts and networks of your own, comma separated, that SMS, push and chat may go to, such as "
        "chat.hotel.lan,10.0.5.0/24; empty: public addresses only",
        check=require_hosts,
    )
    notify_interval: int = _setting(60, "seconds between alerts notify runs", 60, DAY, check=require_interval)
    notify_seconds: int = _setting(50, "seconds after which a notify run starts no further message", 1, 3600)
    notify_attempts: int = _setting(24, "attempts before a message is given up", 1, 1000)
    notify_digest_threshold: int = _setting(
        10, "more messages than this to one person at once are sent as one digest", 1, 10000
    )
    encryption_keys: str = _setting("", "Fernet keys, comma separated, newest first", is_secret=True)
    key_file: Path = _setting(
        Path("minibar-ml.key"), "file (mode 0600) of keys, used if ML_ENCRYPTION_KEYS is empty", is_path=True
    )
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

    def private_hosts(self) -> list[str]:
        """The hosts and networks of `private_channels`."""
        return [one.strip() for one in self.private_channels.split(",") if one.strip()]

    def changed(self) -> dict[str, str]:
        """Settings of this server that are not at their default, by variable; of secrets only that they are set."""
        found = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if value != spec.default and not spec.metadata["fact"]:
                found[PREFIX + spec.name.upper()] = str(value) if spec.repr else "set"
        return found


def has_variable(spec: "Field[Any]") -> bool:
    """Whether there is an `ML_` variable for a field of Settings."""
    fact = spec.metadata["fact"]
    return fact is None or bool(fact.has_variable)
