"""Settings: where they come from, which wins, and that secrets don't show."""

from dataclasses import fields
from pathlib import Path

import pytest

from minibar_ml.config.loading import FILE_VARIABLE, load
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError


def _toml(folder: Path, content: str) -> dict[str, str]:
    path = folder / "minibar-ml.toml"
    path.write_text(content, encoding="utf-8")
    return {FILE_VARIABLE: str(path)}


def test_the_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    known = load({}, tmp_path)
    assert known.enabled is True
    assert (known.timezone, known.lang) == ("Europe/Nicosia", "en")
    assert (known.data_collection_interval, known.anomaly_check_interval) == (900, 300)
    assert known.training_schedule == "0 0 * * *"
    assert (known.lookback_days, known.training_days, known.accuracy_threshold) == (3, 30, 0.85)
    assert (known.stock_deviation, known.consumption_deviation, known.refill_deviation) == (0.3, 0.4, 0.5)


def test_the_environment_wins_over_the_env_file_and_that_over_the_settings_file(tmp_path: Path) -> None:
    environment = _toml(tmp_path, "training_days = 40\nlookback_days = 4\nmin_data_points = 44\n")
    (tmp_path / ".env").write_text("ML_TRAINING_DAYS=50\nML_LOOKBACK_DAYS=5\n")
    known = load({**environment, "ML_TRAINING_DAYS": "60"}, tmp_path)
    assert (known.training_days, known.lookback_days, known.min_data_points) == (60, 5, 44)


def test_the_env_file_may_name_the_settings_file(tmp_path: Path) -> None:
    path = _toml(tmp_path, "lang = 'tr'")[FILE_VARIABLE]
    (tmp_path / ".env").write_text(f"{FILE_VARIABLE}={path}\n")
    assert load({}, tmp_path).lang == "tr"


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), ("on", True), ("0", False), (" FALSE ", False)]
)
def test_a_switch_takes_the_usual_words(text: str, value: bool, tmp_path: Path) -> None:
    assert load({"ML_ENABLED": text}, tmp_path).enabled is value


def test_types_of_the_settings_file_are_kept(tmp_path: Path) -> None:
    known = load(_toml(tmp_path, "enabled = false\nalert_budget = 2\nreport_dir = '/srv/reports'\n"), tmp_path)
    assert (known.enabled, known.alert_budget, known.report_dir) == (False, 2.0, Path("/srv/reports"))


def test_secrets_never_show(tmp_path: Path) -> None:
    known = load({"ML_DATABASE_URL": "postgresql://u:pa55@h/d", "ML_ENCRYPTION_KEYS": "k3y"}, tmp_path)
    assert known.database_url == "postgresql://u:pa55@h/d"
    assert "pa55" not in repr(known)
    assert "k3y" not in repr(known)


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("ML_DATA_COLLECTION_INTERVAL", "90", "whole minutes"),
        ("ML_ANOMALY_CHECK_INTERVAL", "0", "between 60 and 86400"),
        ("ML_TRAINING_SCHEDULE", "daily", "five fields"),
        ("ML_REPORT_SCHEDULE", "0 7 * *", "five fields"),
        ("ML_REPORT_SCHEDULE", "0 0 L * *", "not a valid day of month"),
        ("ML_REPORT_SCHEDULE", "0 0 30 2 *", "never due"),
        ("ML_NOTIFY_INTERVAL", "420", "use 360 .6 minutes. or 600"),
        ("ML_ACCURACY_THRESHOLD", "1.5", "between 0.5 and 1.0"),
        ("ML_MIN_DATA_POINTS", "12.5", "a whole number"),
        ("ML_STOCK_DEVIATION", "-0.1", "between 0.0 and 100.0"),
        ("ML_COUNTRY", "Turkey", "two capital letters"),
        ("ML_TIMEZONE", "../etc/passwd", "ML_TIMEZONE"),
    ],
)
def test_an_impossible_value_is_refused_with_its_name_and_its_limits(
    variable: str, value: str, named: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=named) as refused:
        load({variable: value}, tmp_path)
    assert variable in str(refused.value)


def test_an_unreadable_env_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ML_LANG=\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"\.env"):
        load({}, tmp_path)


def test_every_setting_says_what_it_is() -> None:
    assert [field.name for field in fields(Settings) if len(str(field.metadata.get("help", ""))) < 10] == []
