"""Rounds by mail: the rooms in the message, the document to print and the workbook with it, for who wants them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.messages import NOWHERE, Attachment, Mail
from minibar_ml.domain.rounds import Round, Visit
from minibar_ml.i18n import Lang
from minibar_ml.i18n import rounds as sentences
from minibar_ml.i18n.formats import counted, day
from minibar_ml.jobs import rounds
from minibar_ml.jobs.reports.report_mail import MEDIA_TYPES
from minibar_ml.jobs.rounds import RoundsPlan
from minibar_ml.notify.summary import Summary
from minibar_ml.notify.wording import Words as MailWords
from minibar_ml.render.headings import all_hotels
from minibar_ml.render.rounds.formats import rendered
from minibar_ml.render.words import Words
from minibar_ml.store.jobs.runs import job_run
from minibar_ml.store.notifications import outbox
from minibar_ml.store.notifications.outbox import ReportEdition

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMATS = ("pdf", "xlsx")


def run(connection: "Connection", plan: RoundsPlan, keys: Keys | None, *, is_live: bool) -> int:
    """Plan the rounds and write their messages, as a run on record; how many messages. Errors as of `rounds.run`.

    `is_live`: as-of is now.
    """
    hotels = None if plan.hotel_id is None else [plan.hotel_id]
    with job_run(connection, "rounds", plan.as_of, hotels=hotels, is_live=is_live) as current:
        made = enqueue(connection, rounds.run(connection, plan, keys), plan.hotel_id, plan.as_of, plan.zone)
        current.counts["mails"] = made
    return made


def enqueue(
    connection: "Connection", planned: Sequence[Round], hotel_id: int | None, as_of: datetime, zone: ZoneInfo
) -> int:
    """Write the messages with the rounds of a day, for those who don't have them yet; how many.

    `planned` are those of one hotel, or of all (`hotel_id` None). Who is there for some hotels only gets one of each.
    """
    if not planned:
        return 0
    edition, made = ReportEdition("rounds", planned[0].day), 0
    subscriptions = outbox.fetch_report_subscriptions(connection, edition, hotel_id)
    for subscribed, readers in groupby(subscriptions, key=lambda one: one.hotel_id):
        own = [one for one in planned if subscribed in (None, one.hotel_id)]
        if own:
            mails = {reader.language: _mail(own, Words(reader.language, zone), as_of) for reader in readers}
            made += outbox.enqueue_report(connection, edition, subscribed, hotel_id, mails, as_of)
    return made


def _mail(planned: Sequence[Round], words: Words, as_of: datetime) -> Mail:
    lang, one = words.lang, planned[0]
    is_one, visits = len(planned) == 1, sum(len(found.visits) for found in planned)
    summary = Summary(
        title=sentences.title(lang),
        sentence=sentences.summary(one, lang) if is_one else counted("visit", visits, lang),
        health=" ".join([*sentences.notes(one, lang), sentences.loads(one, lang)]).strip() if is_one else "",
        whose=one.hotel_name if is_one else all_hotels(words),
        days=day(one.day, lang),
        figures=[_room(visit, lang) for visit in one.visits] if is_one else [_hotel(one, lang) for one in planned],
        list_title="",
        today=(),
        more=0,
    )
    files = tuple(
        Attachment(f"minibar-rounds-{one.day}-{lang}.{name}", MEDIA_TYPES[name], rendered(planned, words, name, as_of))
        for name in FORMATS
    )
    return MailWords(lang, words.zone, {}, origin=NOWHERE).report(summary, files)


def _room(visit: Visit, lang: Lang) -> tuple[str, str, str]:
    units = [counted("unit", visit.units, lang)] if visit.units and round(visit.units, 1) else []
    why = " · ".join([*units, sentences.why(visit, lang)])
    return f"{visit.floor} {visit.room}".strip(), sentences.chance(visit, lang), why


def _hotel(one: Round, lang: Lang) -> tuple[str, str, str]:
    return one.hotel_name, sentences.summary(one, lang), ""
