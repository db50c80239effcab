"""Where settings are looked for, and that a command finds them from any folder."""

import os
from pathlib import Path

import pytest

from minibar_ml.cli import profiles
from minibar_ml.cli.app import main
from minibar_ml.cli.setup.account import acting_as
from minibar_ml.config import location
from minibar_ml.config.loading import load
from minibar_ml.domain.errors import ConfigurationError, ExitCode


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of settings, with a machine's beside it and the current folder elsewhere."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(location, "MACHINE", tmp_path / "etc")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "config" / "minibar-ml"


def write(folder: Path, text: str = "ML_CURRENCY=TRY\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".env").write_text(text)
    return folder / ".env"


def test_the_current_folder_goes_before_the_user_and_the_user_before_the_machine(tmp_path: Path, user: Path) -> None:
    assert location.find() == location.Location(None)
    of_machine = write(tmp_path / "etc")
    assert location.find().path == of_machine
    of_user = write(user)
    assert location.find().path == of_user
    here = write(Path.cwd())
    assert location.find().path == here


def test_a_named_file_or_folder_goes_before_all(tmp_path: Path, user: Path) -> None:
    write(Path.cwd())
    other = write(tmp_path / "other")
    for named in (other, other.parent):
        location.use(named)
        assert location.find().path == other


def test_what_was_named_and_is_not_there_is_an_error_that_says_where_it_was_looked_for(
    tmp_path: Path, user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(user / "bodrum")
    assert main(["--profile", "izmir", "config", "show"]) == ExitCode.CONFIGURATION
    said = capsys.readouterr().err
    assert f"There is no profile izmir: looked for {user}/izmir/.env, {tmp_path}/etc/izmir/.env" in said
    assert "There are profiles bodrum." in said
    assert main(["config", "show", "--config=none"]) == ExitCode.CONFIGURATION
    assert "looked for" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_current_folder_that_is_closed_to_the_user_has_no_settings(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/root")
    write(tmp_path / "closed").parent.chmod(0o700)
    monkeypatch.chdir(tmp_path / "closed")
    with acting_as("nobody"):
        assert location.find() == location.Location(None)


def test_without_settings_the_error_names_every_place(
    tmp_path: Path, user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status"]) == ExitCode.CONFIGURATION
    said = capsys.readouterr().err
    for place in (Path.cwd(), user, tmp_path / "etc"):
        assert str(place / ".env") in said
    assert "`minibar-ml setup`" in said


def test_relative_paths_of_a_file_are_relative_to_it_and_those_of_the_environment_are_not(user: Path) -> None:
    write(user, "ML_EVENTS_FILE=events.csv\n")
    found = load({"ML_KEY_FILE": "own.key"})
    assert (found.events_file, found.report_dir) == (str(user / "events.csv"), user / "reports")
    assert found.key_file == Path("own.key")


def test_reports_of_the_machine_s_settings_are_not_written_beside_them(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "DATA", tmp_path / "var")
    write(tmp_path / "etc" / "izmir")
    location.use(profile="izmir")
    found = load({})
    assert found.report_dir == tmp_path / "var" / "izmir" / "reports"
    assert found.key_file == tmp_path / "etc" / "izmir" / "minibar-ml.key"


@pytest.mark.parametrize(
    "words",
    [
        ["--profile", "izmir", "alerts", "list", "--limit", "3"],
        ["alerts", "list", "--profile=izmir", "--limit", "3"],
        ["alerts", "list", "--limit", "3", "--profile", "izmir"],
    ],
)
def test_the_options_may_stand_anywhere(words: list[str]) -> None:
    chosen = profiles.chosen(words)
    assert (chosen.arguments, chosen.profile) == (["alerts", "list", "--limit", "3"], "izmir")


def test_an_option_without_its_value_and_words_after_a_double_dash_are_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert profiles.chosen(["x", "--", "--profile", "y"]).arguments == ["x", "--", "--profile", "y"]
    assert main(["--profile"]) == ExitCode.USAGE
    assert "requires an argument" in capsys.readouterr().err


def test_a_profile_is_known_by_its_folder_however_it_was_found(
    user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(user / "izmir")
    monkeypatch.chdir(user / "izmir")
    assert location.find().profile == "izmir"
    write(user)
    monkeypatch.chdir(user)
    assert location.find().profile == ""


def test_only_what_changes_nothing_is_run_for_all_profiles(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(user / "izmir")
    assert main(["train", "--all-profiles"]) == ExitCode.USAGE
    assert "--all-profiles is for `status`, `alerts list` and `report`." in capsys.readouterr().err
    with pytest.raises(ConfigurationError):
        location.use(profile="bodrum")
        location.find()


def test_a_command_in_the_machines_folder_says_once_that_it_looked_there(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    monkeypatch.chdir(tmp_path / "etc")
    assert location.described().count(f"{tmp_path}/etc/.env") == 1
