"""What a report says first: the order of today's list, the sentence, and where alerts were."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from support.reports.report_values import AS_OF, MONTH, ZONE, a_report

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.domain.reporting.alert_counts import Snoozed, Step, weeks
from minibar_ml.domain.reporting.coverage import Coverage
from minibar_ml.domain.reporting.hotel_lines import hotel_lines
from minibar_ml.domain.reporting.operations import JobRun, StockOut
from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.domain.reporting.places import PlaceDay, places
from minibar_ml.domain.reporting.rows import Action, Count, Live, Page
from minibar_ml.domain.reporting.today import Stay, Task, tasks
from minibar_ml.i18n import Lang
from minibar_ml.render import place_tables
from minibar_ml.render.first_screen import health, sentence, snoozed, tiles, today_title
from minibar_ml.render.words import Words

TODAY = date(2026, 3, 1)
WHOLE = Coverage(7, 0, 7)
EN, TR = (Words(lang, ZoneInfo(ZONE)) for lang in ("en", "tr"))
SOME = a_report().actions.rows[0].alert


def action(number: int, **changes: object) -> Action:
    kind = {"id": number, "entity_id": number, "entity_type": "room", "type": "consumption_anomaly"}
    alert: Alert = replace(SOME, **{**kind, "impact": 10.0 * number, "measured_on": TODAY, **changes})
    return Action(alert, "", "", TODAY)


def order(product: int, days: int, name: str = "Kola") -> StockOut:
    return StockOut(1, product, name, 2.5, False, 3.0, TODAY, 84, TODAY + timedelta(days=days))


def test_what_is_due_comes_before_guests_and_guests_before_money() -> None:
    found = [
        action(1, severity="critical", impact=6100.0),
        action(2),
        action(3, type="unanswered_request"),
        action(4, type="stock_depletion", entity_type="product", entity_id=7),
        action(5, type="stock_depletion", entity_type="product", entity_id=8),
    ]
    outs = [order(7, 1), order(8, 5), order(9, 0, "Soda"), order(10, 4)]
    stays = [Stay(2, TODAY - timedelta(days=1), TODAY + timedelta(days=2)), Stay(1, TODAY + timedelta(days=1), TODAY)]
    made = tasks(found, outs, stays, TODAY)
    assert [(one.alert_ids, one.order.product_id if one.order else None) for one in made] == [
        ((3,), None),
        ((), 9),
        ((4,), 7),
        ((2,), None),
        ((1,), None),
        ((5,), 8),
    ], "an order that is due later and has no alert is no task of today"
    assert made[3].guest_until == TODAY + timedelta(days=2)
    assert made[4].guest_until is None, "who came after the fault is not asked"


def test_an_incident_is_one_row_and_counts_once() -> None:
    parts = [
        action(1, incident_id=1, is_counted=False, severity="critical"),
        action(2, incident_id=1, severity="low"),
        action(3),
    ]
    incident = next(one for one in tasks(parts, (), (), TODAY) if len(one.alert_ids) == 2)
    assert (incident.alert_ids, incident.impact, incident.severity) == ((2, 1), Decimal(20), "critical")


LOSS_EN, LOSS_TR = "possible loss 100 TRY, 75% of it Room 9.", "olası kayıp 100 TRY, bunun %75'i Oda 9."


@pytest.mark.parametrize(
    ("lang", "new", "before", "waiting", "wanted"),
    [
        ("en", 5, 11, 3, f"5 new alerts, 11 the week before. 3 alerts wait for your decision, {LOSS_EN}"),
        ("en", 1, 0, 1, f"1 new alert, 0 the week before. 1 alert waits for your decision, {LOSS_EN}"),
        ("en", 0, 1, 0, "No new alerts, 1 the week before. Nothing waits for a decision."),
        ("tr", 5, 11, 3, f"5 yeni uyarı, önceki hafta 11. 3 uyarı kararınızı bekliyor, {LOSS_TR}"),
        ("tr", 0, 1, 0, "Yeni uyarı yok, önceki hafta 1. Karar bekleyen uyarı yok."),
    ],
)
def test_the_sentence_counts_in_the_right_number(lang: Lang, new: int, before: int, waiting: int, wanted: str) -> None:
    found = (
        tuple(action(n, entity_name=str(n), impact=amount) for n, amount in ((9, 75.0), (8, 25.0))) if waiting else ()
    )
    report = replace(
        a_report(week_ending(TODAY - timedelta(days=1))),
        total=Count("all", new, before),
        live=(Live("high", waiting, Decimal(100) if waiting else None),),
        actions=Page(found, waiting),
        today=tasks(found, (), (), TODAY),
        stock_outs=Page(),
        currency="TRY",
    )
    assert sentence(report, Words(lang, ZoneInfo(ZONE))) == wanted


def test_orders_and_open_requests_end_the_sentence() -> None:
    found = (action(3, type="unanswered_request", impact=None),)
    report = replace(a_report(), actions=Page(found, 1), today=(), stock_outs=Page((order(1, 1), order(2, 0)), 2))
    assert sentence(report, EN).endswith("1 refill request is open. 2 orders are due by tomorrow.")
    assert sentence(report, TR).endswith("1 dolum talebi açık. 2 sipariş en geç yarın verilmeli.")
    now = replace(report, stock_outs=Page((order(1, 0), order(2, -1)), 2))
    assert sentence(now, EN).endswith("2 orders are due today.")
    assert sentence(now, TR).endswith("2 sipariş bugün verilmeli.")
    later = replace(report, actions=Page(), stock_outs=Page((order(1, 5),), 1))
    assert sentence(later, EN).endswith("The next order is due on 6 Mar.")


def test_a_past_period_says_as_of_when_alerts_wait_and_nothing_of_later_orders() -> None:
    found = (action(3, type="unanswered_request", impact=None),)
    past = replace(a_report(week_ending(date(2026, 1, 31))), actions=Page(found, 1), stock_outs=Page((order(1, 0),), 1))
    assert sentence(past, EN).split(". ")[1].startswith("As of 1 Mar: 14 alerts wait for your decision")
    assert "due" not in sentence(past, EN)
    assert sentence(past, TR).split(". ")[1].startswith("1 Mar itibarıyla: 14 uyarı kararınızı bekliyor")
    assert (today_title(past, EN), today_title(past, TR)) == ("Waiting as of 1 Mar", "1 Mar itibarıyla bekleyenler")
    assert today_title(a_report(), EN) == "Today"


def test_the_figures_of_a_past_period_say_of_when_they_are() -> None:
    past = a_report(week_ending(date(2026, 1, 31)))
    titles = {one.key: one.title for one in tiles(past, EN)}
    assert (titles["waiting"], titles["orders"]) == ("Waiting as of 1 Mar", "Orders due as of 1 Mar")
    assert (titles["new"], titles["closed"]) == ("New", "Closed"), "these are of the period"
    last_year = a_report(week_ending(date(2025, 12, 28)))
    assert tiles(last_year, TR)[0].title == "1 Mar 2026 itibarıyla bekleyenler"
    assert tiles(a_report(), EN)[0].title == "Waiting"


def test_what_is_snoozed_is_said_with_when_it_comes_back() -> None:
    until = AS_OF + timedelta(days=3)
    two = a_report(snoozed=Snoozed(2, Decimal("140.20"), until), currency="TRY")
    assert snoozed(two, EN) == "2 more alerts are snoozed, the first until 4 Mar 2026 06:00, possible loss 140 TRY."
    assert snoozed(two, TR) == "Ayrıca 2 uyarı ertelendi; ilki 4 Mar 2026 06:00 saatine kadar, olası kayıp 140 TRY."
    one = a_report(snoozed=Snoozed(1, None, until))
    assert snoozed(one, EN) == "1 more alert is snoozed until 4 Mar 2026 06:00."
    assert snoozed(a_report(), EN) == ""


def test_a_week_that_still_runs_is_compared_up_to_its_hour() -> None:
    running = a_report(week_ending(TODAY), total=Count("all", 5, 11))
    assert sentence(running, EN).startswith("5 new alerts so far, 11 by this time the week before. ")
    assert sentence(running, TR).startswith("5 yeni uyarı (şu ana kadar), önceki hafta bu saate kadar 11. ")
    assert (EN.current(running), EN.before(running)) == ("This week so far", "Previous week by this time")
    now = AS_OF.astimezone(ZoneInfo(ZONE))
    assert running.period.compared_until(now) == now - timedelta(days=7)
    over = week_ending(TODAY - timedelta(days=1))
    assert over.compared_until(now).isoformat() == "2026-02-22T00:00:00+03:00", "all of it"


def test_the_clock_decides_up_to_which_hour_not_how_many_hours_a_night_had() -> None:
    noon = datetime(2025, 10, 26, 12, tzinfo=ZoneInfo("Europe/Nicosia"))
    assert week_ending(date(2025, 10, 26)).compared_until(noon).isoformat() == "2025-10-19T12:00:00+03:00"


def test_a_period_is_compared_only_with_one_that_was_watched() -> None:
    report = a_report(total=Count("all", 30, 3, is_comparable=False), days_watched_before=2)
    assert ", 3 in January" not in sentence(report, EN)
    below = {one.key: one.below for one in tiles(report, EN)}["new"]
    assert below.endswith("not comparable (watched 2 of 31 days before)")
    assert (report.total.change_percent, Count("all", 9, 4).change_percent) == (None, None), "a few are no percentage"
    assert Count("all", 9, 6).change_percent == 50


def test_data_and_jobs_are_said_to_be_right_or_what_is_wrong_with_them() -> None:
    late = (JobRun("train", "done", AS_OF, AS_OF - timedelta(days=2), AS_OF - timedelta(days=1)),)
    assert health(a_report(jobs=late), EN) == (False, "no data for 1 day, model training late")
    days = tuple(replace(day, alerts=0) for day in a_report().trend)
    good = a_report(jobs=(), days_without_data=(), trend=days)
    assert health(good, EN) == (True, "data complete, jobs on time")
    assert health(good, TR) == (True, "veri tam, işler zamanında")


def test_what_an_alert_says_of_data_and_jobs_the_first_line_says_too() -> None:
    days = tuple(replace(day, alerts=0) for day in a_report().trend)
    good = a_report(jobs=(), days_without_data=(), trend=days)
    wanted = {
        "data_stale": "no new data, jobs on time",
        "rows_refused": "records refused, jobs on time",
    }
    for kind, text in wanted.items():
        assert health(replace(good, actions=Page((action(1, type=kind),), 1)), EN) == (False, text)
    assert health(replace(good, is_job_late=True), EN) == (False, "data complete, job late")
    late = JobRun("collect", "done", AS_OF, AS_OF - timedelta(days=2), AS_OF - timedelta(days=1))
    assert health(replace(good, jobs=(late,)), EN) == (False, "data collection late"), "nobody knows what is missing"


def test_a_headline_names_no_attendant() -> None:
    found = tuple(
        action(n, type="custody_loss", entity_type="attendant", entity_name="Elif", impact=amount)
        for n, amount in ((9, 75.0), (8, 25.0))
    )
    live = (Live("high", 2, Decimal(100)),)
    report = replace(a_report(), actions=Page(found, 2), today=tasks(found, (), (), TODAY), live=live)
    assert "75% of it items missing from an attendant's cart" in sentence(report, EN)
    assert "bunun %75'i zimmette eksik ürün" in sentence(report, TR)


def test_a_chain_is_complete_only_where_each_of_its_hotels_is() -> None:
    days = tuple(replace(day, alerts=0) for day in a_report().trend)
    chain = a_report(hotels=3, jobs=(), days_without_data=(), trend=days)
    assert health(chain, EN) == (False, "Otel 2: no data for 28 days, jobs on time")
    first, second, third = sorted(chain.lines, key=lambda line: line.hotel_id)
    gaps = (replace(first, coverage=Coverage(28, 2, 26)), second, replace(third, coverage=Coverage(28, 0, 28, True)))
    column = [row[-1] for row in place_tables.hotels(replace(chain, lines=gaps), EN).rows]
    assert column == ["no data for 2 days", "no data for 28 days", "no new data"]
    assert (
        health(replace(chain, lines=gaps), EN)[1] == "1 hotel without data, data of 2 hotels incomplete, jobs on time"
    )
    whole = tuple(replace(line, coverage=Coverage(28, 0, 28)) for line in chain.lines)
    assert health(replace(chain, lines=whole), EN) == (True, "data complete, jobs on time")
    silent = replace(third, coverage=Coverage(28, 2, 26, is_stale=True, newest=date(2026, 2, 26)))
    (row,) = place_tables.hotels(replace(chain, lines=(silent,)), EN).rows
    assert row[-1] == "no data for 2 days, last data: 26 Feb"


def test_a_chain_says_which_hotel_most_of_the_money_is_in_where_no_single_alert_is() -> None:
    chain = a_report(hotels=3)
    first, second, third = chain.lines
    lines = (replace(first, impact=Decimal(5500)), *(replace(one, impact=Decimal(300)) for one in (second, third)))
    spread = tuple(replace(one, impact=Decimal(900)) for one in chain.today)
    made = replace(chain, lines=lines, today=spread)
    assert "possible loss 7,407, 74% of it Otel 1." in sentence(made, EN)
    assert "bunun %74'ü Otel 1." in sentence(made, TR)
    even = tuple(replace(one, impact=Decimal(1900)) for one in lines)
    assert " of it " not in sentence(replace(made, lines=even), EN)


def test_a_guest_who_leaves_by_tomorrow_is_as_urgent_as_an_order_that_is_due() -> None:
    task = Task((), 1, "high", None, guest_until=TODAY)
    assert [task.is_leaving(TODAY - timedelta(days=ago)) for ago in (0, 1, 2)] == [True, True, False]
    assert not replace(task, guest_until=None).is_leaving(TODAY)


def test_a_week_that_nobody_watched_is_unknown_in_every_hotel() -> None:
    asked = week_ending(TODAY)
    steps = [Step(10, "raised", 1, "high", 2, None)]
    watched = weeks(steps, asked, frozenset({asked.before().since}), TODAY + timedelta(days=1))
    one, other = hotel_lines({1: "A", 2: "B"}, (), steps, watched, WHOLE, is_known=True)
    counts = [tuple(week.alerts for week in line.weeks) for line in (one, other)]
    assert counts == [(None,) * 6 + (0, 2), (None,) * 6 + (0, 0)]
    assert (one.new, other.new) == (0, 0)
    assert [line.new for line in hotel_lines({1: "A"}, (), steps, watched, WHOLE, is_known=False)] == [None]


def test_floors_stand_in_the_order_of_the_lift_and_the_quiet_ones_are_one_row() -> None:
    rows = [PlaceDay(1, "room", room, MONTH.since, room, "high") for room in range(1, 14)]
    rows.append(PlaceDay(1, "product", None, MONTH.last_day, 1, "critical"))
    found = places(rows, {room: f"{room}. KAT" for room in range(1, 14)}, MONTH)
    assert [one.floor for one in found] == [*(f"{n}. KAT" for n in range(7, 14)), None, None]
    assert [(one.kind, one.alerts) for one in found][-2:] == [("other", 21), ("product", 1)]
    assert len(found[0].spots) == 5, "calendar weeks of February 2026"
    assert (found[-1].spots[-1].worst, found[-1].spots[0].worst) == ("critical", None)
