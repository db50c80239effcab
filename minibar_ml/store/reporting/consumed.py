"""What was consumed in a period, in the one before, and on the same days of the year before: one statement."""

from datetime import date

from sqlalchemy import Connection

from minibar_ml.domain.reporting.minibar import Consumed, Minibar, minibar, spans
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.store.reporting.called import Called
from minibar_ml.store.reporting.scope import Scope, made


def fetch(connection: Connection, scope: Scope, period: Period, called: Called, today: date) -> Minibar | None:
    """The figures of the minibar, of days that are over; None where nothing was counted."""
    asked = spans(period, today)
    bounds = {"starts": [one.since for one in asked], "ends": [one.until for one in asked]}
    rows = [made(Consumed, row) for row in scope.fetch(connection, "consumed", **bounds)]
    return minibar(rows, called.range(), asked)
