"""Alerts for the commands to work on; a plugin, for two modules called conftest would hide one another."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK, VACANT, D


@pytest.fixture
def three(connection: Connection) -> Iterator[Connection]:
    """Alert 1: high, room 1126; 2: critical, room 66 of a nasty name; 3: medium, product 146, a day later."""
    raise_alerts(
        connection,
        HIGH_ROOM,
        replace(VACANT, entity_id=66, impact=1145.0),
        replace(LOW_STOCK, occurred_on=D + timedelta(days=1), hotel_id=2),
    )
    yield connection
