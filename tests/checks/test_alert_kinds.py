"""Every alert type is described in one place, and what else has to name types agrees with it."""

import re
from pathlib import Path

import pytest

from minibar_ml.domain.alert_kinds import ALERT_TYPES, KINDS, AlertKind, is_continuing, is_state, types_where
from minibar_ml.i18n.wordings import WORDINGS
from minibar_ml.ml.frames import POINTS, TABLES
from minibar_ml.store.queries import sql_folder

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


def test_the_policy_on_ml_alerts_shows_storekeepers_just_the_types_about_stock() -> None:
    (line,) = [line for line in SCHEMA.splitlines() if "CREATE POLICY seen ON minibar_ml.ml_alerts " in line]
    assert types_in(line) == set(types_where(lambda kind: kind.is_stock))


def test_the_query_that_mutes_names_the_types_that_can_mute() -> None:
    queries = Path(sql_folder() / "queries" / "alerts.sql").read_text(encoding="utf-8")
    mute = queries.split("-- name: mute")[1].split("-- name:")[0]
    assert set(re.findall(r"\btype = '(\w+)'", mute)) == set(
        types_where(lambda kind: kind.marks_stale_data or bool(kind.shift_reasons))
    )
