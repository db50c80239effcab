"""Whoever asks, in whatever zone and language of their shell and in whatever role, gets the same figures."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.hotels.simulated import AS_OF, checksum, command, done, sql
from support.servers.logins import drop_logins, login
from support.servers.mail_server import Mailbox, serving

from minibar_ml.i18n import Lang
from minibar_ml.simulate import Layout

NOON = "2025-11-17T12:00+02:00"
SHELLS = ({}, {"ML_TIMEZONE": "Asia/Tokyo", "ML_LANG": "tr", "ML_LEAD_TIME_DAYS": "30", "ML_ALERT_BUDGET": "9",
               "ML_STOCK_DEVIATION": "9", "ML_CHECK_OUT_TIME": "06:00", "ML_ORDER_COVER_DAYS": "90"})  # fmt: skip
"""What the variables of a shell say: nothing, or something else than the store."""
WEST = {"ML_TIMEZONE": "America/New_York"}
"""Where the hotels' day begins on the day before."""
ROLES = (("administrator", "--hotel", "1"), ("viewer", "--hotel", "1"), ("storekeeper", "--hotel", "1"))
STOCK = {"stock_anomaly", "shrinkage", "stock_depletion"}


@pytest.fixture(scope="session")
def _night(make_database: Callable[..., str], hotel_points: dict[Layout, str]) -> str:
    """A hotel after a night's training and the check of the next noon, with roles."""
    url = make_database(hotel_points["a"])
    done(url, "config", "set", "alert_budget", "20", "--from", "2000-01-02")
    done(url, "db", "roles", "--apply", "--quiet")
    done(url, "people", "add", "ayse", "--role", "storekeeper", "--email", "a@hotel.example", "--severity", "low",
         "--quiet")  # fmt: skip
    done(url, "train", "--as-of", AS_OF, "--quiet")
    done(url, "detect", "--as-of", AS_OF, "--quiet")
    done(url, "detect", "--since", "2025-11-08", "--as-of", NOON, "--quiet")
    return url


@pytest.fixture
def night(make_database: Callable[..., str], _night: str) -> str:
    """A database of its own with the same."""
    return make_database(_night)


@pytest.fixture
def logins(night: str) -> Iterator[dict[str, str]]:
    """URL of a login for each role."""
    yield {bound[0]: login(night, bound[0], "--as", *bound) for bound in ROLES}
    drop_logins(night)


def _printed(url: str, capsys: pytest.CaptureFixture[str], shell: dict[str, str], *words: str) -> Any:
    capsys.readouterr()
    assert command(url, *words, "--as-of", NOON, "--json", "--quiet", **shell) == 0, words
    return json.loads(capsys.readouterr().out)


COMMANDS = (
    ("alerts", "list", "--status", "all", "--limit", "1000"),
    ("alerts", "stats", "--window", "30d"),
    ("forecast",),
    ("metrics", "summary", "--window", "30d"),
    ("metrics", "trend", "--limit", "1000"),
    ("metrics", "pace"),
    ("report", "weekly"),
    ("report", "monthly"),
    ("report", "dashboard"),
    ("rounds",),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_another_shells_zone_language_and_facts_change_no_figure(
    night: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = (_printed(night, capsys, shell, *words) for shell in (*SHELLS, WEST))
    assert first
    assert others == [first, first]


def test_jobs_of_another_shell_change_nothing(night: str) -> None:
    tables = ("ml_metrics", "ml_alerts", "ml_forecasts", "ml_facts")
    before = [sql(night, f"SELECT to_jsonb(t) FROM minibar_ml.{table} t ORDER BY CAST(t AS text)") for table in tables]
    for job in (["train", "--as-of", AS_OF], ["detect", "--as-of", NOON]):
        assert command(night, *job, "--quiet", **SHELLS[1]) == 0
    assert command(night, "collect", "--as-of", NOON, "--quiet", **SHELLS[1]) == 3, "not in another zone"
    after = [sql(night, f"SELECT to_jsonb(t) FROM minibar_ml.{table} t ORDER BY CAST(t AS text)") for table in tables]
    for table, one, other in zip(tables, before, after, strict=True):
        moving = ("last_seen", "occurrences") if table == "ml_alerts" else ()
        assert [_without(row[0], moving) for row in one] == [_without(row[0], moving) for row in other], table


def _without(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_roles_get_the_same_figures_of_what_they_may_see(
    night: str, logins: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    known: dict[str, dict[tuple[str, ...], Any]] = {role: {} for role in logins}
    for role, url in logins.items():
        for words in COMMANDS[:5]:
            known[role][words] = _printed(url, capsys, SHELLS[role == "storekeeper"], *words)
    listed, stats, forecast, summary, trend = COMMANDS[:5]
    boss, viewer, keeper = known.values()
    assert boss[forecast] == viewer[forecast] == keeper[forecast]
    assert boss[listed] == viewer[listed]
    assert keeper[listed] == [one for one in boss[listed] if one["type"] in STOCK] != []
    assert boss[trend] == viewer[trend]
    assert boss[summary] == viewer[summary]
    for name in ("budget_per_1000_rooms_day", "budget_alerts"):
        assert boss[stats][name] is not None
        assert viewer[stats][name] is keeper[stats][name] is None, "not another figure, but none"
    for kind in STOCK & set(keeper[stats]["by_type"]):
        assert keeper[stats]["by_type"][kind] == boss[stats]["by_type"][kind]


def test_mails_are_the_same_from_any_shell_and_have_the_alerts_figures(
    night: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    alerts = _printed(night, capsys, {}, "alerts", "list", "--type", "stock_depletion")
    shown = {one["alert_id"]: one for one in _printed(night, capsys, {}, "forecast")["products"] if one["alert_id"]}
    assert shown.keys() == {one["id"] for one in alerts} != set()
    for one in alerts:
        figures = shown[one["id"]]
        assert (figures["days"], figures["p10"], figures["p90"]) == (one["value"], one["lower"], one["upper"])
    # Old news is not mailed; what somebody had put off is.
    _put_off_and_back(night, alerts)
    sent = [_mails(make_database(night), shell) for shell in SHELLS]
    assert sent[0] == sent[1] != []
    for one in alerts:
        assert any(one["message"] in " ".join(body.split()) for _, body in sent[0]), one["message"]


def test_a_weeks_money_is_one_sum_in_list_and_report_for_each_role_and_shell(
    night: str, logins: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    sums: dict[str, list[tuple[float, float]]] = {}
    for role, url in logins.items():
        for shell in SHELLS:
            report = _printed(url, capsys, shell, "report", "weekly")
            listed = _printed(url, capsys, shell, *COMMANDS[0])
            since, until = (report["period"][name] for name in ("since", "until"))
            counted = [
                one["counted_impact"] or 0.0
                for one in listed
                if since <= one["raised_at"][:10] < until and one["end_reason"] != "records_changed"
            ]
            sums.setdefault(role, []).append((round(sum(counted), 2), float(report["money_total"]["impact"] or 0)))
    for role, found in sums.items():
        assert len({figure for pair in found for figure in pair}) == 1, role
    assert sums["administrator"] == sums["viewer"]
    assert sums["administrator"][0][0] > 0


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_money_of_mails_is_that_of_list_and_json_for_each_role_and_shell(
    night: str,
    logins: dict[str, str],
    make_database: Callable[..., str],
    lang: Lang,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done(night, "config", "set", "currency", "TRY", "--from", "2000-01-02", "--quiet")
    done(night, "people", "set", "ayse", "--lang", lang, "--quiet")
    done(night, "people", "add", "mert", "--role", "administrator", "--email", "m@hotel.example", "--severity", "low",
         "--lang", lang, "--quiet")  # fmt: skip
    live = _printed(night, capsys, {}, "alerts", "list", "--limit", "1000")
    # Each costs something, and two of them are one incident.
    first = next(one["id"] for one in live if one["type"] in STOCK)
    part = next(one["id"] for one in live if one["type"] not in STOCK)
    sql(night, "UPDATE minibar_ml.ml_alerts SET impact = 10.25 * id, is_counted = id <> :part,"
               " incident_id = CASE WHEN id IN (:part, :first) THEN CAST(:first AS bigint) END"
               " WHERE minibar_ml.is_live(status)", first=first, part=part)  # fmt: skip
    _put_off_and_back(night, live)
    for person, role in (("mert", "administrator"), ("ayse", "storekeeper")):
        listed = _printed(logins[role], capsys, SHELLS[lang == "tr"], "alerts", "list", "--limit", "1000")
        sums: dict[int, list[float]] = {}
        for one in listed:
            sums.setdefault(one["incident_id"], []).append(one["counted_impact"] or 0.0)
        wanted = sum(sum(parts) for parts in sums.values())
        for shell in SHELLS:
            copy = make_database(night)
            # Every alert is listed: a digest of more names the most severe.
            said = _mailed_to(copy, person, {**shell, "ML_NOTIFY_DIGEST_THRESHOLD": "1000"})
            assert round(sum(_amounts(said, lang)), 2) == round(wanted, 2), (person, lang)
        assert wanted > 0


def _put_off_and_back(url: str, alerts: list[Any]) -> None:
    ids = [str(one["id"]) for one in alerts]
    done(url, "alerts", "snooze", *ids, "--until", "3d", "--quiet")
    done(url, "alerts", "reopen", *ids, "--quiet")


def _mailed_to(url: str, person: str, shell: dict[str, str]) -> str:
    with serving(Mailbox()) as mailbox:
        done(url, "alerts", "notify", "--as-of", NOON, "--quiet", **mailbox.settings(), **shell)
        own = [mail for mail in mailbox.accepted if mail["To"].addresses[0].username == person[0]]
        texts = [mail.get_body(("plain",)) for mail in own]
    return "\n".join(text.get_content() for text in texts if text)


def _amounts(text: str, lang: Lang) -> list[float]:
    """The amounts of money in a text."""
    thousands, decimal = {"en": (",", "."), "tr": (".", ",")}[lang]
    return [float(one.replace(thousands, "").replace(decimal, ".")) for one in re.findall(r"([\d.,]+) TRY", text)]


def _mails(url: str, shell: dict[str, str]) -> list[tuple[str, str]]:
    with serving(Mailbox()) as mailbox:
        done(url, "alerts", "notify", "--as-of", NOON, "--quiet", **mailbox.settings(), **shell)
        parts = [(str(mail["Subject"]), mail.get_body(("plain",))) for mail in mailbox.accepted]
    return sorted((subject, part.get_content() if part else "") for subject, part in parts)


def test_a_zone_that_is_changed_and_changed_back_leaves_no_alert_and_no_mail(night: str) -> None:
    done(night, "alerts", "notify", "--as-of", NOON, "--quiet")
    what = "SELECT type, entity_id, occurred_on, status FROM minibar_ml.ml_alerts ORDER BY id"
    mails = "SELECT count(*) FROM minibar_ml.ml_outbox"
    before = sql(night, what), sql(night, mails), checksum(night)
    for zone in ("Asia/Tokyo", "Europe/Nicosia"):
        done(night, "collect", "--rezone", "--as-of", NOON, "--quiet", ML_TIMEZONE=zone)
        assert (checksum(night) == before[2]) == (zone == "Europe/Nicosia")
    done(night, "detect", "--as-of", "2025-11-17T12:10+02:00", "--quiet")
    done(night, "alerts", "notify", "--as-of", "2025-11-17T12:11+02:00", "--quiet")
    assert (sql(night, what), sql(night, mails)) == before[:2]
