"""Checks of settings beyond type and limits; each raises ConfigurationError naming the variable and what to use."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minibar_ml.domain.errors import ConfigurationError

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PAGE_URL = re.compile(r"https?://[^\s#<>\"']+")
_PING_URL = re.compile(r"(?:https://[^\s/?#@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)/[!->@-~]*", re.ASCII)


def require_zone(variable: str, name: str) -> None:
    """An IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
        raise ConfigurationError(
            f"{variable}={name!r} is not a known time zone; use a name such as Europe/Nicosia."
        ) from error


def require_country(variable: str, code: str) -> None:
    """A country code or nothing. Whether it exists only the package `holidays` knows, which most commands need not
    import."""
    if code and not _COUNTRY.fullmatch(code):
        raise ConfigurationError(
            f"{variable}={code!r} is not an ISO 3166-1 code, two capital letters such as TR or CY "
            "(see https://holidays.readthedocs.io); leave it empty for no holidays."
        )


def require_currency(variable: str, code: str) -> None:
    """A currency code or nothing."""
    if code and not _CURRENCY.fullmatch(code):
        raise ConfigurationError(
            f"{variable}={code!r} is not an ISO 4217 code, three capital letters such as TRY or EUR; leave it empty to "
            "show amounts without one."
        )


def require_page_url(variable: str, url: str) -> None:
    """The address of a page, to which `#alert-22` can be added."""
    if url and not _PAGE_URL.fullmatch(url):
        raise ConfigurationError(
            f"{variable}={url!r} must be an http or https URL without blanks or fragment, such as "
            "https://intranet.example/minibar-dashboard-all-{lang}.html."
        )


def require_ping_url(variable: str, url: str) -> None:
    """An https URL, or http on this machine. Its path is a secret and not repeated: it lets anybody report success."""
    if url and not _PING_URL.fullmatch(url):
        raise ConfigurationError(
            f"{variable} must be an https URL (http only on this machine) without blanks, query or fragment, such as "
            "https://hc-ping.com/your-ping-key/{job}."
        )


def require_hosts(variable: str, text: str) -> None:
    """Names, addresses and networks, comma separated. A number alone is not a name: it is written as an address."""
    from ipaddress import ip_network  # only where there are any: slow to import

    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            ip_network(one, strict=False)
        except ValueError as error:
            if not _HOST.fullmatch(one) or one.replace(".", "").isdigit():
                raise ConfigurationError(
                    f"{variable}: {one!r} is not a host, an address or a network; use such as chat.hotel.lan, "
                    "10.0.5.20 or 10.0.5.0/24."
                ) from error
