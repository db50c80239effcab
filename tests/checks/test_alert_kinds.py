"""Every alert type is described in one place, and what else has to name types agrees with it."""

import re

import pytest

from minibar_ml.domain.alerting.kinds import (
    ALERT_TYPES,
    KINDS,
    OVER_SETUP,
    AlertKind,
    AlertType,
    is_continuing,
    is_state,
    severity_of,
    severity_rule,
    types_where,
)
from minibar_ml.domain.alerting.severities import SEVERITIES
from minibar_ml.i18n.wordings import WORDINGS
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import POINTS, TABLES
from minibar_ml.store.sql_files import query_files, sql_folder

SCHEMA = (sql_folder() / "schema.sql").read_text(encoding="utf-8")
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def types_in(line: str) -> set[str]:
    return set(re.findall(r"'(\w+)'::text", line)) & set(ALERT_TYPES)


def test_every_alert_type_has_its_kind() -> None:
    assert tuple(KINDS) == ALERT_TYPES
    assert all(name == kind.type for name, kind in KINDS.items())


@every_kind
def test_a_kind_has_a_title_of_its_own(kind: AlertKind) -> None:
    assert kind.title
    assert [other.type for other in KINDS.values() if other.title == kind.title] == [kind.type]


@every_kind
def test_a_state_ends_soon_after_it_is_no_longer_found(kind: AlertKind) -> None:
    assert not kind.is_state or kind.normal_days in (0, 1)


def test_a_possible_loss_is_an_amount_where_detectors_compute_one() -> None:
    computed = {one for detector in ALL if any(detector.spec.reasons.values()) for one in detector.spec.types}
    assert set(types_where(lambda kind: kind.is_in_money)) == computed


@every_kind
def test_a_state_does_not_depend_on_fresh_data(kind: AlertKind) -> None:
    assert not (kind.is_state and kind.needs_fresh_data)


@every_kind
def test_the_reasons_it_names_have_a_sentence(kind: AlertKind) -> None:
    assert kind.state_reasons | kind.continuing_reasons | kind.shift_reasons <= WORDINGS.keys()


@every_kind
def test_it_tampers_only_with_frames_that_have_such_an_entity(kind: AlertKind) -> None:
    assert set(kind.tampers.values()) <= set(POINTS) < set(TABLES)


def test_a_reason_can_make_a_state_and_a_continuing_fault_of_an_event() -> None:
    assert is_state("stock_anomaly", "stock_negative") and not is_state("stock_anomaly", "outflow_high")
    assert is_continuing("consumption_anomaly", "product_low") and not is_continuing("consumption_anomaly", "room_high")


def test_the_check_on_ml_alerts_allows_just_these_types() -> None:
    (line,) = [line for line in SCHEMA.splitlines() if "ml_alerts_type_check" in line]
    assert types_in(line) == set(ALERT_TYPES)


def test_a_mute_is_of_just_these_types() -> None:
    (named,) = re.findall(r"FUNCTION minibar_ml\.alert_types\(\).*?ARRAY\[(.*?)\]", SCHEMA, re.DOTALL)
    assert set(re.findall(r"'(\w+)'", named)) == set(ALERT_TYPES)


def test_the_policies_on_ml_alerts_keep_the_installations_own_for_those_of_all_hotels() -> None:
    (line,) = [line for line in SCHEMA.splitlines() if "CREATE POLICY installation ON minibar_ml.ml_alerts " in line]
    assert types_in(line) == set(types_where(lambda kind: kind.is_operational))


def test_the_policy_on_ml_alerts_shows_storekeepers_just_the_types_about_stock() -> None:
    (line,) = [line for line in SCHEMA.splitlines() if "CREATE POLICY seen ON minibar_ml.ml_alerts " in line]
    assert types_in(line) == set(types_where(lambda kind: kind.is_stock))


def test_the_query_that_mutes_names_the_types_that_can_mute() -> None:
    queries = query_files()["alerts"].read_text(encoding="utf-8")
    mute = queries.split("-- name: mute")[1].split("-- name:")[0]
    assert set(re.findall(r"\btype = '(\w+)'", mute)) == set(
        types_where(lambda kind: kind.marks_stale_data or bool(kind.shift_reasons))
    )


@every_kind
def test_severities_are_of_reasons_that_a_detector_or_the_check_of_the_installation_gives(kind: AlertKind) -> None:
    given = {reason for one in ALL if kind.type in one.spec.types for reason in one.spec.reasons}
    given |= {"refused", "jobs_late", "hotel_undone"} if kind.is_of_server else set()
    given |= {OVER_SETUP} if "room" in kind.tampers or kind.is_repeatable else set()
    given |= {"models_off"} if kind.type == "model_fallback" else set()
    given |= {"list_missing"} if kind.marks_stale_data else set()
    assert set(kind.severities) <= given


def test_a_sentence_names_days_as_far_back_as_its_detector_reads() -> None:
    (vacant,) = (one.spec for one in ALL if one.spec.types == ("vacant_consumption",))
    named = {kind.type: kind.names_days for kind in KINDS.values() if kind.names_days}
    assert named == {"vacant_consumption": vacant.reads["vacant"]}


def test_a_reason_that_is_not_named_is_medium() -> None:
    assert severity_of("model_fallback", "model_refused", 500) == "medium"


def test_the_trigger_that_records_repeats_names_the_repeatable_types() -> None:
    (line,) = [line for line in SCHEMA.splitlines() if "n.last_occurred_on > o.last_occurred_on" in line]
    named = set(re.findall(r"n\.type = '(\w+)'", line))
    assert named == set(types_where(lambda kind: kind.is_repeatable))


RULES = [(kind.type, reason) for kind in KINDS.values() for reason in kind.severities]


@pytest.mark.parametrize(("kind", "reason"), RULES)
def test_critical_is_a_matter_of_today_by_a_stated_rule(kind: AlertType, reason: str) -> None:
    rule = severity_rule(kind, reason)
    assert ("critical" in rule.severities()) == bool(rule.today)


@pytest.mark.parametrize(("kind", "reason"), RULES)
def test_more_at_stake_and_less_time_never_lower_a_severity(kind: AlertType, reason: str) -> None:
    ranks = [SEVERITIES.index(severity_of(kind, reason, size)) for size in (0, 1, 2, 4, 8, 16, 40, 120, 500)]
    soon = [SEVERITIES.index(severity_of(kind, reason, days=days, due=days)) for days in (9, 7, 4, 2, 1, 0, -1)]
    assert ranks == sorted(ranks) and soon == sorted(soon)


@pytest.mark.parametrize(
    ("kind", "reason", "size", "days", "due", "severity"),
    [
        ("vacant_consumption", "vacant", 1, None, None, "high"),
        ("vacant_consumption", "vacant", 5, None, None, "critical"),
        ("vacant_consumption", "after_first_check", 50, None, None, "high"),
        ("vacant_consumption", "rejected_rows", 50, None, None, "high"),
        ("vacant_consumption", "missing_list", 3, None, None, "medium"),
        ("vacant_consumption", "after_departure", 3, None, None, "medium"),
        ("stock_depletion", "depletion", 0, 6.5, 0, "high"),
        ("stock_depletion", "depletion", 0, 6.5, 1, "medium"),
        ("stock_depletion", "depletion", 0, 2.0, None, "critical"),
        ("consumption_anomaly", "room_high", 5, None, None, "medium"),
        ("consumption_anomaly", "room_high", 25, None, None, "critical"),
        ("refill_delay", "slow", 20, None, None, "high"),
        ("unanswered_request", "waiting", 119, None, None, "high"),
    ],
)
def test_severity_follows_what_is_at_stake_and_how_soon(
    kind: AlertType, reason: str, size: float, days: float | None, due: float | None, severity: str
) -> None:
    assert severity_of(kind, reason, size, days, due) == severity
