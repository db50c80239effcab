"""Quiet hours: by the hotel's clock, from their beginning up to their end, past midnight where they begin later."""

import pytest
from sqlalchemy import Connection, text

ASKED = "SELECT in_quiet_hours(CAST(:at AS timestamptz), CAST(:begin AS time), CAST(:end AS time))"


@pytest.mark.parametrize(
    ("at", "begin", "end", "expected"),
    [
        ("2025-11-17 13:00", "13:00", "15:00", True),
        ("2025-11-17 14:59:59", "13:00", "15:00", True),
        ("2025-11-17 15:00", "13:00", "15:00", False),
        ("2025-11-17 23:30", "22:00", "07:00", True),
        ("2025-11-17 06:59", "22:00", "07:00", True),
        ("2025-11-17 07:00", "22:00", "07:00", False),
        ("2025-11-17 12:00", "22:00", "07:00", False),
        ("2025-11-17 20:30+00", "22:00", "07:00", True),  # 22:30 in Nicosia
        ("2025-11-17 12:00", "12:00", "12:00", False),
        ("2025-11-17 12:00", None, None, False),
    ],
)
def test_an_instant_is_in_quiet_hours_by_the_sessions_clock(
    connection: Connection, at: str, begin: str | None, end: str | None, expected: bool
) -> None:
    assert connection.execute(text(ASKED), {"at": at, "begin": begin, "end": end}).scalar_one() is expected
