"""What opens below a row: the last 30 days with what is usual, evidence, history, and commands to copy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minibar_ml.domain.alerting.alerts import Alert, AlertEvent
from minibar_ml.domain.alerting.kinds import is_derived
from minibar_ml.domain.reporting.details import Detail
from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Action
from minibar_ml.i18n.evidence import evidence, limits, series_caption, series_note
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.messages import sentences
from minibar_ml.i18n.standings import event_line, part_line
from minibar_ml.render.directions import isolate_in
from minibar_ml.render.words import Words

WIDTH, HEIGHT = 360, 72
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class Drawn:
    """The columns of 30 days as two paths, those of the alert's own days apart, and the band of what is usual.

    `band`: y and height; None where no limits are known. `zero`: where the axis is.
    """

    days: str
    own: str
    band: tuple[float, float] | None
    zero: float


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert's details in words: `facts` are names and values, `commands` are what can be copied."""

    drawn: Drawn | None
    caption: str
    limits: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]
    history: tuple[str, ...]
    commands: tuple[str, ...]


def shown(action: Action, others: Sequence[Action], report: Report, words: Words) -> Shown:
    """The details of the alert that stands for a row; `others`: those of its incident."""
    alert, detail = action.alert, report.details.get(action.alert.id)
    lang = words.lang
    facts = [
        (label("field", "type", lang), words.label(alert.type, "type")),
        (label("field", "day", lang), _days(alert, words)),
    ]
    facts.append((label("field", "evidence", lang), isolate_in(evidence(alert, lang), alert.entity_name)))
    if alert.read_at is not None:
        facts.append((words.label("acknowledged", "status"), f"{alert.read_by}, {words.instant(alert.read_at)}"))
    return Shown(
        drawn(detail, alert) if detail else None,
        _caption(detail, alert, words) if detail else "",
        _limits(alert, words),
        tuple(facts),
        tuple(_part(one, words) for one in others),
        tuple(event_line(_local(step, words), lang) for step in detail.history) if detail else (),
        tuple(f"minibar-ml alerts {verb} {alert.id}" for verb in ("read", "resolve", "false-positive", "show")),
    )


def drawn(detail: Detail, alert: Alert) -> Drawn | None:
    """The columns; None where no day has a value."""
    values = [day.value for day in detail.days]
    known = [value for value in values if value is not None]
    if not known:
        return None
    bounds = [limit for limit in (alert.lower, alert.upper) if limit is not None and _has_band(alert)]
    low, high = min([0.0, *known, *bounds]), max([0.0, *known, *bounds])
    scale, room = (HEIGHT - 4) / ((high - low) or 1), WIDTH / len(values)

    def y(value: float) -> float:
        return round(2 + (high - value) * scale, 1)

    paths: dict[bool, list[str]] = {False: [], True: []}
    for place, day in enumerate(detail.days):
        if day.value is not None:
            x, width = round(room * (place + _GAP / 2), 1), round(room * (1 - _GAP), 1)
            # A value of nothing is still a value: a thin line, where a day without one has none.
            top, tall = min(y(day.value), y(0)), max(abs(y(day.value) - y(0)), 0.8)
            paths[day.is_marked].append(f"M{x:g} {top:g}h{width:g}v{tall:g}h-{width:g}z")
    band = None
    if alert.upper is not None and _has_band(alert):
        floor = y(alert.lower if alert.lower is not None else low)
        band = (y(alert.upper), round(max(floor - y(alert.upper), 1.0), 1))
    return Drawn("".join(paths[False]), "".join(paths[True]), band, y(0))


def _has_band(alert: Alert) -> bool:
    """Whether its limits say what is usual of the values that are drawn."""
    return bool(alert.upper) and not is_derived(alert.type, alert.reason)


def _caption(detail: Detail, alert: Alert, words: Words) -> str:
    known = [day.value for day in detail.days if day.value is not None]
    since, until = (words.short_day(detail.days[at].day) for at in (0, -1))
    metric = words.label(alert.metric, "metric")
    return series_caption(metric, since, until, max(known) if known else None, words.lang)


def _limits(alert: Alert, words: Words) -> str:
    _ = words.catalog.gettext
    if not _has_band(alert):
        return series_note(alert, words.lang)
    low, high = limits(replace(alert, lower=alert.lower or 0), words.lang)
    return _("Shaded: usual, %(low)s to %(high)s.") % {"low": low, "high": high}


def _days(alert: Alert, words: Words) -> str:
    first, last = words.day(alert.occurred_on), words.day(alert.last_occurred_on)
    return first if first == last else f"{first} – {last}"


def _part(action: Action, words: Words) -> str:
    alert = action.alert
    text = sentences(alert, alert.entity_name, words.lang, action.today)[0]
    return isolate_in(f"{part_line(alert, words.lang)}. {text}", alert.entity_name)


def _local(step: AlertEvent, words: Words) -> AlertEvent:
    as_of = step.as_of.astimezone(words.zone) if step.as_of else None
    return replace(step, at=step.at.astimezone(words.zone), as_of=as_of)
