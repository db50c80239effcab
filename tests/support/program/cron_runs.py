"""Jobs as cron runs them, by a clock that the test sets, each on a copy of one hotel: with and without a short cut."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from minibar_ml.cli import app, entry
from minibar_ml.cli.arguments import times
from minibar_ml.domain.errors import ExitCode
from support.hotels.simulated import ALERT_FACTS, KEY, ZONE, sql
from support.servers.mail_server import Mailbox

STORE = {
    "alerts": f"SELECT {ALERT_FACTS}, muted_by IS NULL, mute_id, is_counted, snoozed_until, end_reason, corrected_at"
    " FROM minibar_ml.ml_alerts",
    "days": "SELECT a.type, a.entity_id, d.* FROM minibar_ml.ml_alert_days d"
    " JOIN minibar_ml.ml_alerts a ON a.id = d.alert_id",
    "events": "SELECT a.type, a.entity_id, e.event, e.severity, e.value, e.considered_at"
    " FROM minibar_ml.ml_alert_events e JOIN minibar_ml.ml_alerts a ON a.id = e.alert_id",
    "muted": "SELECT * FROM minibar_ml.ml_muted_findings",
    "outbox": "SELECT p.name, c.kind, a.type, a.entity_id, o.kind, o.status, o.repetition, o.attempts, o.next_at,"
    " o.ended_at, o.reason FROM minibar_ml.ml_outbox o JOIN minibar_ml.ml_channels c ON c.id = o.channel_id"
    " JOIN minibar_ml.ml_people p ON p.id = c.person_id LEFT JOIN minibar_ml.ml_alerts a ON a.id = o.alert_id",
    "people": "SELECT name, source_user_id, is_active, role, hotels, alert_types, follows_source"
    " FROM minibar_ml.ml_people",
    "channels": "SELECT p.name, c.kind, c.shown FROM minibar_ml.ml_channels c"
    " JOIN minibar_ml.ml_people p ON p.id = c.person_id",
    "phases": "SELECT counts -> 'phases' FROM (SELECT DISTINCT ON (job) counts FROM minibar_ml.ml_job_runs"
    " WHERE job = 'detect' ORDER BY job, id DESC) r",
}  # fmt: skip
"""What of a store must be the same: all but numbers of rows, times of the server, and the record of the runs."""


@contextmanager
def at(instant: datetime, url: str, **environment: str) -> Iterator[None]:
    """A clock that stands still, and the settings of a database."""
    known = {"ML_DATABASE_URL": url, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY, "NO_COLOR": "1"}
    asked = times.resolve_as_of
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ML_")]:
            patch.delenv(name)
        for name, value in {**known, **environment}.items():
            patch.setenv(name, value)
        patch.setattr(times, "resolve_as_of", lambda text, zone: instant if text is None else asked(text, zone))
        yield


def cron(url: str, instant: datetime, *words: str, short: bool, **environment: str) -> bool:
    """Run a job as cron does; whether it had nothing to do. Not `short`: all of its work in any case."""
    with at(instant, url, **environment):
        if short and entry.is_unchanged([*words, "--quiet"], instant):
            return True
        assert app.main([*words, "--quiet"]) == ExitCode.OK, words
        return False


def store(url: str) -> dict[str, list[str]]:
    """What is in a store, by subject."""
    return {name: sorted(str(tuple(row)) for row in sql(url, asked)) for name, asked in STORE.items()}


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    """What is in one of two stores only, a line a row: the one where runs may end at once, and the other."""
    return [
        f"{sign} {subject} {row}"
        for subject in one
        for sign, ours, theirs in (("short", one, other), ("full", other, one))
        for row in sorted(set(ours[subject]) - set(theirs[subject]))
    ]


EDITS = {
    "nothing": "SELECT 1",
    "a visit": "UPDATE minibar_islem_detay SET tuketim = tuketim + 7 WHERE id = (SELECT d.id FROM minibar_islem_detay d"
    " JOIN minibar_islemleri i ON i.id = d.islem_id WHERE i.oda_id = :room AND i.islem_tarihi < :at"
    " ORDER BY i.id DESC LIMIT 1)",
    "a room's number": "UPDATE odalar SET oda_no = oda_no || 'x' WHERE id = :room",
    "a closed room": "UPDATE odalar SET aktif = NOT aktif WHERE id = :room",
    "a price": "UPDATE urunler SET satis_fiyati = coalesce(satis_fiyati, 1) + 1",
    "a product's name": "UPDATE urunler SET urun_adi = urun_adi || 'x' WHERE id = (SELECT min(id) FROM urunler)",
    "a stay": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi + 1"
    " WHERE id = (SELECT id FROM misafir_kayitlari"
    " WHERE oda_id = :room AND giris_tarihi <= CAST(:at AS date) ORDER BY giris_tarihi DESC LIMIT 1)",
    "a booking": "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi,"
    " cikis_tarihi, kayit_tipi)"
    " SELECT oda_id, 'test', 2, CAST(:at AS date) + 20, CAST(:at AS date) + 23, kayit_tipi"
    " FROM misafir_kayitlari LIMIT 1",
    "a request": "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
    " VALUES (:room, CAST(:at AS timestamptz) AT TIME ZONE 'Europe/Nicosia' - interval '5 minutes', 'beklemede')",
    "requests answered": "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi',"
    " tamamlanma_tarihi = CAST(:at AS timestamptz) AT TIME ZONE 'UTC' WHERE durum = 'beklemede'",
    "a user": "INSERT INTO kullanicilar (kullanici_adi, ad, soyad, email, rol, aktif) VALUES"
    " ('user' || :other, 'A', 'B', 'user' || :other || '@otel.example', 'admin', true) ON CONFLICT DO NOTHING",
    "an address": "UPDATE kullanicilar SET email = 'new' || :other || '@otel.example' WHERE rol = 'admin'",
    "a user retired": "UPDATE kullanicilar SET aktif = NOT aktif WHERE kullanici_adi LIKE 'user%'",
    "a verdict": "UPDATE minibar_ml.ml_alerts SET status = 'false_positive', resolved_at = :at, resolved_by = 'ayse'"
    " WHERE id = (SELECT id FROM minibar_ml.ml_alerts WHERE status = 'open' ORDER BY type, entity_id LIMIT 1)",
    "alerts read": "UPDATE minibar_ml.ml_alerts SET status = 'acknowledged', read_at = :at, read_by = 'ayse'"
    " WHERE status = 'open' AND entity_id % 2 = 0",
    "a snooze": "UPDATE minibar_ml.ml_alerts SET status = 'snoozed', snoozed_by = 'ayse',"
    " snoozed_until = CAST(:at AS timestamptz) + :other * interval '5 minutes'"
    " WHERE status = 'open' AND entity_id % 3 = 0",
    "a mute": "INSERT INTO minibar_ml.ml_mutes (hotel_id, entity_type, entity_ids, since, until, reason, added_by)"
    " VALUES"
    " (1, 'room', ARRAY[CAST(:room AS integer)], CAST(:at AS timestamptz) + :other * interval '1 minute',"
    " CAST(:at AS timestamptz) + :other * interval '10 minutes', 'works', 'ayse')",
    "a mute ended": "UPDATE minibar_ml.ml_mutes SET ended_at = :at, ended_by = 'ayse'"
    " WHERE ended_at IS NULL AND until > :at",
    "a fact": "INSERT INTO minibar_ml.ml_facts (fact, value, since) VALUES ('consumption_floor',"
    " CAST(1 + :other % 3 AS text),"
    " CAST(:at AS timestamptz) + :other * interval '3 minutes')",
    "models switched off": "UPDATE minibar_ml.ml_models SET is_active = false WHERE metric_type = 'room_consumption'",
    "a preference": "UPDATE minibar_ml.ml_people SET repeat_minutes = 5 + :other, quiet_from = '21:00',"
    " quiet_until = '07:00',"
    " digest_at = CASE WHEN :other % 2 = 0 THEN time '09:00' END, wants_resolved = true",
}  # fmt: skip
"""What people, the hotel's application and other commands change between two runs."""
INTERVALS = {"ML_NOTIFY_INTERVAL": "3600", "ML_DATA_COLLECTION_INTERVAL": "3600"}
"""After two hours without a run these jobs are late."""
STEPS = [timedelta(minutes=minutes) for minutes in (1, 1, 5, 5, 5, 5, 15, 31, 60, 200, 700)]


def chosen(chance: random.Random, rooms: list[int], instant: datetime) -> tuple[str, dict[str, Any]]:
    """An edit and its values."""
    name = chance.choice([*EDITS, *["nothing"] * 2 * len(EDITS)])
    values = {"room": chance.choice(rooms), "other": chance.randrange(1, 20), "at": instant}
    return name, {one: value for one, value in values.items() if f":{one}" in EDITS[name]}


def notify(url: str, instant: datetime, mailbox: Mailbox, *, short: bool) -> bool:
    """Run notify; whether it had nothing to do."""
    return cron(url, instant, "alerts", "notify", short=short, **mailbox.settings(), **INTERVALS)
