"""What a report says first, in every format: is the data whole, what happened, what waits, what is due.

The sentence is made of the figures: it heads the page and the paper and is the subject of the mail.
"""

from datetime import date
from decimal import Decimal

from minibar_ml.domain.reporting.coverage import Coverage
from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import COMPARABLE
from minibar_ml.domain.reporting.today import DUE_DAYS
from minibar_ml.i18n.turkish import Figure as Inflected
from minibar_ml.render.directions import isolate
from minibar_ml.render.headings import Figure
from minibar_ml.render.hotels import hotel_name, names_hotel
from minibar_ml.render.tasks import subject
from minibar_ml.render.words import Words

MOST_OF_IT, ALL_OF_IT = 1 / 3, 0.995
"""From this share of the money on, the first sentence names what it is about; not where others have no price."""


def health(report: Report, words: Words) -> tuple[bool, str]:
    """Whether data and jobs are as they should be, and what they are: `data complete, jobs on time`."""
    data, jobs = _data(report, words), _jobs(report, words)
    _ = words.catalog.gettext
    # What was not collected nobody knows to be missing.
    is_collected = report.is_past or all(run.is_well for run in report.jobs if run.job == "collect")
    whole = [_("data complete")] if is_collected else []
    return not data and not jobs, ", ".join([*(data or whole), *(jobs or [_("jobs on time")])])


def _data(report: Report, words: Words) -> list[str]:
    """Of several hotels those whose own data are not whole: a single one by its name, more by the table of hotels."""
    several = words.catalog.ngettext
    if report.hotel_id is not None or len(report.hotels) < 2:
        return data_faults(report.coverage, words)
    of_all = report.coverage.of_days()
    faults = data_faults(of_all, words)
    # What all hotels lack is said once.
    lines = [line for line in report.lines if not line.coverage.is_whole and line.coverage != of_all]
    if len(lines) == 1:
        name = isolate(hotel_name(report, lines[0].hotel_id, words))
        return [*faults, f"{name}: {', '.join(data_faults(lines[0].coverage, words))}"]
    lacking = [line.coverage for line in lines]
    if silent := sum(not one.has_data for one in lacking):
        faults.append(several("%(num)d hotel without data", "%(num)d hotels without data", silent) % {"num": silent})
    if others := len(lacking) - silent:
        incomplete = several("data of %(num)d hotel incomplete", "data of %(num)d hotels incomplete", others)
        faults.append(incomplete % {"num": others})
    return faults


def data_faults(coverage: Coverage, words: Words) -> list[str]:
    """What is missing of the data of a period; nothing where they are complete."""
    _, several, faults = words.catalog.gettext, words.catalog.ngettext, []
    if missing := coverage.without_data:
        faults.append(several("no data for %(num)d day", "no data for %(num)d days", missing) % {"num": missing})
    if coverage.days - coverage.watched > missing:
        watched = _("detection ran for %(watched)s of %(all)s days")
        faults.append(watched % {"watched": coverage.watched, "all": coverage.days})
    if coverage.is_stale:
        newest = coverage.newest
        faults.append(_("last data: %(day)s") % {"day": words.short_day(newest)} if newest else _("no new data"))
    if coverage.has_refused:
        faults.append(words.lowered(words.label("rows_refused", "type")))
    return faults


def _jobs(report: Report, words: Words) -> list[str]:
    _ = words.catalog.gettext
    texts = (
        (_("%(job)s failed"), [run for run in report.jobs if run.outcome == "failed"]),
        (_("%(job)s late"), [run for run in report.jobs if run.is_late and run.outcome != "failed"]),
        (_("%(job)s never completed"), [run for run in report.jobs if run.done_at is None and run.outcome != "failed"]),
    )
    faults = [text % {"job": words.lowered(words.label(run.job, "job"))} for text, runs in texts for run in runs]
    # Others than these three: an alert says so.
    others = [words.lowered(words.label("job_late", "type"))] if report.is_job_late else []
    return faults or others


def sentence(report: Report, words: Words) -> str:
    """What happened, what it may cost and what is due, in one line; of a past period not what is due since."""
    _ = words.catalog.gettext
    waiting, due = _waiting(report, words), _due(report, words)
    if report.is_past:
        due, day = "", _as_of(report, words)
        waiting = waiting and _("As of %(day)s: %(what)s") % {"day": day, "what": words.lowered(waiting)}
    return " ".join(f"{part}." for part in (_new(report, words), waiting, due) if part)


def today_title(report: Report, words: Words) -> str:
    """What the list of what waits is called: `Today`, of a past period `Waiting as of 28 Nov`."""
    _ = words.catalog.gettext
    if not report.is_past:
        return _("Today")
    return _("Waiting as of %(day)s") % {"day": _as_of(report, words)}


def _as_of(report: Report, words: Words) -> str:
    """The day of the report; with its year where the period is of another one."""
    today = words.today(report.generated_at)
    return words.short_day(today) if today.year == report.period.last_day.year else words.day(today)


def snoozed(report: Report, words: Words) -> str:
    """What waits but was put off, and when the first of it comes back; nothing where nothing was."""
    several, off = words.catalog.ngettext, report.snoozed
    if off is None:
        return ""
    text = several(
        "%(n)s more alert is snoozed until %(until)s",
        "%(n)s more alerts are snoozed, the first until %(until)s",
        off.alerts,
    ) % {"n": words.number(off.alerts), "until": words.instant(off.until)}
    return f"{text}, {possible_loss(off.impact, report, words)}." if off.impact else f"{text}."


def _new(report: Report, words: Words) -> str:
    _, several, total = words.catalog.gettext, words.catalog.ngettext, report.total
    if total.alerts is None:
        return _("Anomaly detection has not run in this period")
    new = _("No new alerts")
    if total.alerts:
        new = several("%(n)s new alert", "%(n)s new alerts", total.alerts) % {"n": words.number(total.alerts)}
    if report.kind == "monthly":
        new = f"{words.month(report.period.since)}: {words.lowered(new)}"
    if report.kind == "dashboard":
        new = _("%(new)s in 30 days") % {"new": new}
    elif report.is_running:
        new = _("%(new)s so far") % {"new": new}
    if total.previous is None or not report.is_comparable:
        return new
    return f"{new}, {before(report, words) % {'n': words.number(total.previous)}}"


def before(report: Report, words: Words) -> str:
    """How many there were in the period before, whose number stands for `n`: `%(n)s the week before`.

    Of a period that still runs, up to the same hour.
    """
    _ = words.catalog.gettext
    if report.kind == "monthly":
        month = {"month": words.month(report.previous.since)}
        return (_("%%(n)s by this time in %(month)s") if report.is_running else _("%%(n)s in %(month)s")) % month
    if report.kind == "weekly" and report.is_running:
        return _("%(n)s by this time the week before")
    return {"weekly": _("%(n)s the week before"), "dashboard": _("%(n)s in the 30 days before")}[report.kind]


def _waiting(report: Report, words: Words) -> str:
    _, several, waiting = words.catalog.gettext, words.catalog.ngettext, report.live_total
    if waiting is None:
        return ""
    if not waiting:
        return _("Nothing waits for a decision")
    text = several("%(n)s alert waits for your decision", "%(n)s alerts wait for your decision", waiting)
    text %= {"n": words.number(waiting)}
    money = report.waiting_impact
    if not money:
        return text
    text = f"{text}, {possible_loss(money, report, words)}"
    most = _most_of_it(report, money, words)
    if most is None:
        return text
    share, name = most
    of_it, figure = _("%(share)s of it %(name)s"), Inflected(words.share(share))
    named = {"share": f"{figure:i}" if words.lang == "tr" else figure, "name": name}
    return f"{text}, {of_it % named}"


def _most_of_it(report: Report, money: Decimal, words: Words) -> tuple[float, str] | None:
    """What makes up a third or more of the money that waits: one row of the list, or in a chain one hotel."""
    dearest = max(report.today, key=lambda one: one.impact or Decimal(0), default=None)
    if dearest is not None and len(report.today) > 1:
        share = float((dearest.impact or 0) / money)
        if MOST_OF_IT <= share < ALL_OF_IT:
            return share, subject(dearest, report, words)
    line = max(report.lines, key=lambda one: one.impact or Decimal(0), default=None)
    if report.hotel_id is None and line is not None and len(report.lines) > 1:
        share = float((line.impact or 0) / money)
        if MOST_OF_IT <= share < ALL_OF_IT:
            return share, isolate(hotel_name(report, line.hotel_id, words))
    return None


def possible_loss(amount: Decimal, report: Report, words: Words) -> str:
    """A sum with what it means: `possible loss 10,114 TRY`."""
    _ = words.catalog.gettext
    return _("possible loss %(money)s") % {"money": words.round_money(amount, report.currency)}


def _due(report: Report, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    today = words.today(report.generated_at)
    parts = []
    if requests := sum(one.alert.type == "unanswered_request" for one in report.actions.rows):
        text = several("%(n)s refill request is open", "%(n)s refill requests are open", requests)
        parts.append(text % {"n": words.number(requests)})
    urgent = [out.order_by for out in report.orders_due or () if _by_tomorrow(out.order_by, today)]
    if orders := len(urgent):
        text = several("%(n)s order is due by tomorrow", "%(n)s orders are due by tomorrow", orders)
        if all(day <= today for day in urgent if day):
            text = several("%(n)s order is due today", "%(n)s orders are due today", orders)
        parts.append(text % {"n": words.number(orders)})
    elif report.orders_due:
        parts.append(_("The next order is due on %(day)s") % {"day": words.short_day(_first(report))})
    return ". ".join(parts)


def _by_tomorrow(day: date | None, today: date) -> bool:
    return day is not None and (day - today).days <= DUE_DAYS


def _first(report: Report) -> date:
    return min(out.order_by for out in report.orders_due or () if out.order_by)


def tiles(report: Report, words: Words) -> tuple[Figure, ...]:
    """The four figures: what waits, what is new, what was closed, what is to be ordered."""
    _ = words.catalog.gettext
    orders, closed = (
        report.orders_due,
        [one for one in report.happened if one.key in ("confirmed", "false_positive", "ended")],
    )
    known = [one.alerts for one in closed if one.alerts is not None]
    waiting, due = _("Waiting"), _("Orders due")
    if report.is_past:
        waiting, due = today_title(report, words), _("Orders due as of %(day)s") % {"day": _as_of(report, words)}
    return (
        Figure("waiting", waiting, report.live_total, "count", _of_waiting(report, words)),
        Figure("new", _("New"), report.total.alerts, "count", _of_new(report, words)),
        Figure("closed", _("Closed"), sum(known) if known else None, "count", _of_closed(report, words)),
        Figure("orders", due, None if orders is None else len(orders), "count", _of_orders(report, words)),
    )


def _of_waiting(report: Report, words: Words) -> str:
    _ = words.catalog.gettext
    if report.live_total is None:
        return _("unknown")
    if not report.waiting:
        return _("nothing")
    oldest = min(one.oldest_at for one in report.waiting)
    money = report.waiting_impact
    amount = [] if money is None else [possible_loss(money, report, words)]
    age = words.age(oldest, report.generated_at)
    return " · ".join([*amount, _("oldest: %(age)s") % {"age": age}])


def _of_new(report: Report, words: Words) -> str:
    total, money = report.total, report.money_total.impact
    parts = [] if money is None else [possible_loss(money, report, words)]
    if not report.is_comparable:
        parts.append(not_comparable(report, words))
    elif total.previous is not None:
        change = "" if total.change_percent is None else f" ({words.change(total.change_percent)})"
        parts.append(before(report, words) % {"n": words.number(total.previous)} + change)
    return " · ".join(parts)


def not_comparable(report: Report, words: Words) -> str:
    """Why the period is not compared with the one before."""
    _ = words.catalog.gettext
    days = {"watched": report.days_watched_before, "all": len(report.previous.days())}
    if report.days_watched_before < COMPARABLE * days["all"]:
        return _("not comparable (watched %(watched)s of %(all)s days before)") % days
    days = {"watched": report.days_watched, "all": len(report.period.days())}
    return _("not comparable (watched %(watched)s of %(all)s days)") % days


def _of_closed(report: Report, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    known: dict[str, int] = {one.key: one.alerts or 0 for one in report.happened}
    texts = (
        (several("%(n)s confirmed", "%(n)s confirmed", known.get("confirmed", 0)), "confirmed"),
        (several("%(n)s false", "%(n)s false", known.get("false_positive", 0)), "false_positive"),
        (several("%(n)s ended by itself", "%(n)s ended by themselves", known.get("ended", 0)), "ended"),
    )
    return " · ".join(text % {"n": words.number(known[key])} for text, key in texts if known.get(key))


def _of_orders(report: Report, words: Words) -> str:
    _ = words.catalog.gettext
    if report.orders_due is None:
        return _("No stock forecast yet.")
    if not report.orders_due:
        return _("none within 14 days")
    first = _("first: by %(day)s") % {"day": words.weekday(_first(report)) + " " + words.short_day(_first(report))}
    is_common = report.hotel_id is not None and any(names_hotel(report, out.hotel_id) for out in report.orders_due)
    return " · ".join([*([_("of the common store")] if is_common else []), first])
