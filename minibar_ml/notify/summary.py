"""What the mail that a report is attached to says of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from minibar_ml.domain.alerting.alerts import Severity
from minibar_ml.i18n.labels import SEVERITY_MARKS

ORDER_MARK = "↻"


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A row of today's list, in words: what happened, what to do, and what else is known, such as its possible loss.

    `alert_id` and `severity` are None for an order.
    """

    what: str
    todo: str
    details: Sequence[str]
    alert_id: int | None
    severity: Severity | None

    @property
    def mark(self) -> str:
        """The severity's mark, or an order's."""
        return SEVERITY_MARKS[self.severity] if self.severity else ORDER_MARK

    @property
    def about(self) -> str:
        """Everything but what happened and what to do, in one line."""
        return " · ".join(filter(None, self.details))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The parts of a report's message: its head, its first sentence, its key figures (name, figure, note), its list.

    `list_title` is what its list is called: of a past period not `Today`. `more` is the number of rows that are left
    out. `snoozed` says what waits but was put off. `checkpoint` is the audit log's: nobody who rewrites the log can
    change a mail that was sent.
    """

    title: str
    sentence: str
    health: str
    whose: str
    days: str
    figures: Sequence[tuple[str, str, str]]
    list_title: str
    today: Sequence[SummaryRow]
    more: int
    snoozed: str = ""
    checkpoint: str = ""
