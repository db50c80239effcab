"""demo where what it needs is missing."""

from pathlib import Path

import pytest

from minibar_ml import embedded
from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode


@pytest.mark.parametrize(("lang", "said"), [("en", "The demo needs the embedded"), ("tr", "Tanıtım için gömülü")])
def test_a_demo_without_its_server_says_what_to_install_and_leaves_nothing_behind(
    lang: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package")
    monkeypatch.setenv("ML_LANG", lang)
    assert main(["demo", "--dir", str(tmp_path / "demo")]) == ExitCode.CONFIGURATION
    assert said in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
