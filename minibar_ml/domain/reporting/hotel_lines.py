"""A line for each hotel of a chain: what waits there, what is new, and how often alerts were false."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from minibar_ml.domain.alerting.budget import LEAST_JUDGED
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.domain.reporting.alert_counts import Step, Waiting, Week, by_severity
from minibar_ml.domain.reporting.coverage import Coverage


@dataclass(frozen=True, slots=True)
class HotelLine:
    """One hotel: what waits (with its possible loss, and since when), what is new, and what people decided.

    `weeks`: new alerts of each of the last weeks, oldest first; None, as for `new`: nobody looked. `coverage`: of the
    period by the hotel's own data. `false_rate` is None below five decisions.
    """

    hotel_id: int
    waiting: int
    impact: Decimal | None
    oldest_at: datetime | None
    new: int | None
    weeks: tuple[Week, ...]
    judged: int
    false_positives: int
    coverage: Coverage

    @property
    def false_rate(self) -> float | None:
        """False among those that a person decided on."""
        return self.false_positives / self.judged if self.judged >= LEAST_JUDGED else None


def hotel_lines(
    hotels: Mapping[int, str],
    waiting: Sequence[Waiting],
    steps: Sequence[Step],
    weeks: Sequence[Week],
    coverage: Coverage,
    *,
    is_known: bool,
) -> tuple[HotelLine, ...]:
    """Every hotel, the one with most at stake first; the common store only where something is of it.

    `weeks`: those of all hotels, which say in which of them detection looked; `is_known`: whether it did in the period;
    `coverage`: of all hotels together. What is known of a hotel by itself comes from its own report.
    """
    busy = {row.hotel_id for row in waiting} | {step.hotel_id for step in steps}
    known = [*hotels, *([COMMON_STORE] if COMMON_STORE in busy and COMMON_STORE not in hotels else [])]
    lines = (
        _line(
            one,
            [row for row in waiting if row.hotel_id == one],
            [step for step in steps if step.hotel_id == one],
            weeks,
            coverage,
            is_known=is_known,
        )
        for one in known
    )
    return tuple(sorted(lines, key=lambda line: (-(line.impact or 0), -line.waiting, -(line.new or 0), line.hotel_id)))


def _line(
    hotel_id: int,
    waiting: Sequence[Waiting],
    steps: Sequence[Step],
    weeks: Sequence[Week],
    coverage: Coverage,
    *,
    is_known: bool,
) -> HotelLine:
    amounts = [row.impact for row in waiting if row.impact is not None]
    confirmed, false = (_count(steps, what, 1) for what in ("confirmed", "false_positive"))
    return HotelLine(
        hotel_id,
        sum(row.alerts for row in waiting),
        sum(amounts, Decimal(0)) if amounts else None,
        min((row.oldest_at for row in waiting), default=None),
        _count(steps, "raised", 1) if is_known else None,
        tuple(_own(week, [step for step in steps if step.span == at]) for at, week in enumerate(weeks, 3)),
        confirmed + false,
        false,
        coverage,
    )


def _own(week: Week, steps: Sequence[Step]) -> Week:
    if week.by_severity is None:
        return week
    return replace(week, by_severity=by_severity(step for step in steps if step.what == "raised"))


def _count(steps: Iterable[Step], what: str, span: int) -> int:
    return sum(step.alerts for step in steps if (step.what, step.span) == (what, span))
