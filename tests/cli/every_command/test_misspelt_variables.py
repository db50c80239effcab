"""Every command names an unknown ML_ variable, once, and with --quiet none does."""

import pytest
from support.hotels.simulated import command
from support.program.commands import COMMANDS, call

Capture = pytest.CaptureFixture[str]
OWN_WAY = {("doctor",), ("docs",), ("import",)}
"""doctor reports it as a check; docs works with broken settings too; import alone shows its help."""
WRONG = {"ML_DATABSE_URL": "x", "ML_WHATEVER\x1b[31m": "y"}


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in OWN_WAY], ids="_".join)
def test_a_misspelt_variable_is_named_once_with_a_suggestion(
    path: tuple[str, ...], store_url: str, capsys: Capture
) -> None:
    command(store_url, *call(path), **WRONG)
    said = capsys.readouterr().err
    assert said.count("Unknown setting ML_DATABSE_URL ignored; did you mean ML_DATABASE_URL?") == 1
    assert said.count("ML_WHATEVER") == 1
    assert "\x1b" not in said
    command(store_url, *call(path), "--quiet", **WRONG)
    assert "Unknown setting" not in capsys.readouterr().err


def test_doctor_reports_it_as_a_check_of_its_own(store_url: str, capsys: Capture) -> None:
    command(store_url, "doctor", **WRONG)
    shown = capsys.readouterr()
    assert (shown.out + shown.err).count("ML_DATABSE_URL") == 1
