"""The list of what is to be done today, in words: what each row is about, until when, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from minibar_ml.domain.alerting.kinds import IN_MONEY
from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Action
from minibar_ml.domain.reporting.today import Task
from minibar_ml.i18n.formats import counted
from minibar_ml.i18n.labels import capital_label
from minibar_ml.render.directions import isolate
from minibar_ml.render.words import Words, isolated_sentences


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list as it is shown.

    `alert`: the one that stands for it, None for an order alone; `others`: those of its incident. `until`: by when it
    is to be done, `is_due`: that is by tomorrow, as when a guest leaves who can still be asked. `age` is since when it
    waits: since it was raised.
    """

    task: Task
    alert: Action | None
    others: tuple[Action, ...]
    what: str
    todo: str
    until: str
    is_due: bool
    age: str
    impact: Decimal | None

    def loss(self, words: Words) -> Decimal | str | None:
        """The possible loss; in words where no price is known, None where it is about none."""
        if self.impact is not None or self.alert is None:
            return self.impact
        return without_price(words) if any(one.alert.type in IN_MONEY for one in (self.alert, *self.others)) else None


def without_price(words: Words) -> str:
    """What stands for an amount that nobody can know."""
    _ = words.catalog.gettext
    return _("price unknown")


def rows(report: Report, words: Words) -> tuple[Row, ...]:
    """All rows, what cannot wait first."""
    by_id = {action.alert.id: action for action in report.actions.rows}
    return tuple(_row(task, by_id, report, words) for task in report.today)


def _row(task: Task, by_id: Mapping[int, Action], report: Report, words: Words) -> Row:
    today = words.today(report.generated_at)
    first, *others = (by_id[number] for number in task.alert_ids) if task.alert_ids else [None]
    what, todo = isolated_sentences(first, words.lang) if first else _order(task, words)
    age = words.age(first.alert.raised_at, report.generated_at) if first else ""
    until, is_due = _until(task, today, words), task.is_due(today) or task.is_leaving(today)
    return Row(task, first, tuple(one for one in others if one), what, todo, until, is_due, age, task.impact)


def _order(task: Task, words: Words) -> tuple[str, str]:
    _ = words.catalog.gettext
    out = task.order
    if out is None:
        return "", ""
    name = isolate(out.name or f"#{out.product_id}")
    units = counted("unit", out.order_quantity, words.lang)
    left = words.days_left(out.days_left)
    return (
        _("%(name)s: stock for %(left)s.") % {"name": name, "left": left},
        _("Order %(units)s.") % {"units": units},
    )


def _until(task: Task, today: date, words: Words) -> str:
    _ = words.catalog.gettext
    if task.due_on is not None:
        days = (task.due_on - today).days
        if days < 0:
            return _("overdue since %(day)s") % {"day": words.short_day(task.due_on)}
        return (
            (_("due today"), _("due tomorrow"))[days]
            if days < 2
            else _("due %(day)s") % {"day": words.short_day(task.due_on)}
        )
    if task.guest_until is not None:
        day = _("today") if task.guest_until <= today else words.short_day(task.guest_until)
        return _("guest in house until %(day)s") % {"day": day}
    return ""


def subject(task: Task, report: Report, words: Words) -> str:
    """What a row is about: a room, product or hotel; of an attendant what happened: a headline names nobody."""
    alert = next(
        (one.alert for one in report.actions.rows if task.alert_ids and one.alert.id == task.alert_ids[0]), None
    )
    if alert is None:
        return isolate(task.order.name or f"#{task.order.product_id}") if task.order else ""
    name = isolate(alert.entity_name or f"#{alert.entity_id}")
    if alert.entity_type == "attendant":
        return words.lowered(words.label(alert.type, "type"))
    return f"{capital_label('entity', 'room', words.lang)} {name}" if alert.entity_type == "room" else name
