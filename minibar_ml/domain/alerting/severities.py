"""How severe an alert is: by what is at stake, how sure it is, and how soon something has to be done.

The rules stand with the alert types (AlertKind.severities). Critical is what somebody has to deal with today.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

FRESH_DAYS = 2
"""So many days after an event it is still a matter of today: it may be critical, and what to do is what is done at
once. The store's function aged() goes by the same number."""

Measure = Literal["units", "minutes", "times", "rooms"]
Steps = tuple[tuple[float, Severity], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """The severity of one reason's findings: the highest that any of these gives.

    least: every finding's; it says how sure such evidence is.
    by_size: from so much on. by_days: with so many days left or fewer. by_due: with so many days to the last day on
        which an order is in time, or fewer; below zero it is late.
    measure: what a size is: units beyond what was expected, where prices are known in units of the range's median
        price; minutes; how many times what is usual; or rooms.
    today: why a critical one is a matter of today; None where none is critical.
    """

    least: Severity
    by_size: Steps = ()
    by_days: Steps = ()
    by_due: Steps = ()
    measure: Measure = "units"
    today: str | None = None

    def severity(self, size: float = 0.0, days: float | None = None, due: float | None = None) -> Severity:
        """The severity of a finding of this size, days left and days until an order is due (None: not about that)."""
        found = [self.least, *(severity for least, severity in self.by_size if size >= least)]
        for left, steps in ((days, self.by_days), (due, self.by_due)):
            found += [severity for most, severity in steps if left is not None and left <= most]
        return max(found, key=SEVERITIES.index)

    def severities(self) -> set[Severity]:
        """All that it can give."""
        return {self.least} | {severity for steps in (self.by_size, self.by_days, self.by_due) for _, severity in steps}
