"""Mail addresses that we write to."""

import re

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(\.{_LABEL})*$"
"""A mail address that needs no quoting and can't break a header; a regular expression for Python and PostgreSQL."""


def is_address(text: str) -> bool:
    """Whether a text is a mail address that we write to."""
    return re.fullmatch(ADDRESS, text) is not None
