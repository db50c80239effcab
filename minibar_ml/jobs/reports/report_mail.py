"""A report by mail: its first screen in the message, the files with it, for everybody who wants it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.domain.messages import Attachment, Mail, Origin
from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.i18n.labels import capital_label
from minibar_ml.notify.summary import Summary, SummaryRow
from minibar_ml.notify.wording import Words as MailWords
from minibar_ml.render import first_screen, headings, tasks
from minibar_ml.render.cells import written
from minibar_ml.render.formats import rendered
from minibar_ml.render.hotels import hotel_name, names_hotel
from minibar_ml.render.words import Words
from minibar_ml.store import audit
from minibar_ml.store.notifications import outbox, people
from minibar_ml.store.source import contract as source

if TYPE_CHECKING:
    from sqlalchemy import Connection

LISTED = 25
"""Rows of today's list that the message itself has: all that a day has; the files have the others."""
MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def enqueue(
    connection: "Connection",
    report: Report,
    of_hotel: Callable[[int], Report],
    names: Callable[[Report, Lang, str], str],
    formats: Sequence[str],
    lang: Lang,
    origin: Origin,
) -> int:
    """Write the messages with a report, in the caller's transaction, for those who don't have it yet; how many.

    Who is there for some hotels only gets a report of each of them, which `of_hotel` computes. `names` gives a file's
    name; `lang` is that of people who follow the hotel application. Rows link to their alerts at their `origin`.
    """
    people.follow_source(connection, source.usable(connection), lang)
    edition, made = _edition(report), 0
    checkpoint = str(audit.find_checkpoint(connection) or "")
    subscriptions = outbox.fetch_report_subscriptions(connection, edition, report.hotel_id)
    for hotel_id, wanted in groupby(subscriptions, key=lambda one: one.hotel_id):
        one = report if hotel_id == report.hotel_id or hotel_id is None else of_hotel(hotel_id)
        mails = {reader.language: _mail(one, reader.language, names, formats, origin, checkpoint) for reader in wanted}
        made += outbox.enqueue_report(connection, edition, hotel_id, report.hotel_id, mails, report.generated_at)
    return made


def _edition(report: Report) -> outbox.ReportEdition:
    return outbox.ReportEdition("monthly" if report.kind == "monthly" else "weekly", report.period.last_day)


def _mail(
    report: Report,
    lang: Lang,
    names: Callable[[Report, Lang, str], str],
    formats: Sequence[str],
    origin: Origin,
    checkpoint: str,
) -> Mail:
    words = Words(lang, ZoneInfo(report.timezone))
    figures = first_screen.tiles(report, words)
    summary = Summary(
        title=headings.title(report, words),
        sentence=first_screen.sentence(report, words),
        health=first_screen.health(report, words)[1],
        whose=headings.whose(report, words),
        days=f"{headings.days(report, words)} · {headings.as_of(report, words)}",
        figures=[(one.title, written(one.value, one.kind, words), one.below) for one in figures],
        list_title=first_screen.today_title(report, words),
        today=[_row(row, report, words) for row in tasks.rows(report, words)[:LISTED]],
        snoozed=first_screen.snoozed(report, words),
        more=max(len(report.today) - LISTED, 0),
        checkpoint=checkpoint,
    )
    files = tuple(
        Attachment(names(report, lang, format), MEDIA_TYPES[format], rendered(report, lang, format))
        for format in formats
    )
    return MailWords(lang, words.zone, {}, origin=origin).report(summary, files)


def _row(row: tasks.Row, report: Report, words: Words) -> SummaryRow:
    loss = row.loss(words)
    money = loss if isinstance(loss, str) else "" if loss is None else words.money(loss, report.currency)
    place = hotel_name(report, row.task.hotel_id, words) if names_hotel(report, row.task.hotel_id) else ""
    alert, severity = row.alert.alert if row.alert else None, row.task.severity
    rank = capital_label("severity", severity, words.lang) if severity else ""
    kind = capital_label("type", alert.type, words.lang) if alert else ""
    details = (rank, kind, row.until, money, row.age, place)
    return SummaryRow(row.what, row.todo, details, alert.id if alert else None, severity)
