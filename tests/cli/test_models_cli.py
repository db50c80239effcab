"""`models list` says what is known and what is not; `models rollback` goes back one version."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.models import ModelHeader, NewModel
from minibar_ml.store import models


@pytest.fixture
def two_versions(connection: Connection) -> None:
    for version, accuracy in ((1, None), (2, 0.912)):
        (stored,) = models.insert(
            connection,
            [
                NewModel(
                    header=ModelHeader("statistics", "room_consumption", 3, version),
                    model_data=b"sealed",
                    data_points=400,
                    trained_at=datetime(2026, 3, version, 22, 30, tzinfo=UTC),
                    accuracy=accuracy,
                    evaluated_on="injected faults" if accuracy else None,
                )
            ],
        )
        models.promote(connection, [stored.id])
    connection.commit()


@pytest.mark.usefixtures("two_versions")
def test_the_list_shows_quality_or_says_that_it_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == ExitCode.OK
    said = capsys.readouterr()
    newest, oldest = said.out.splitlines()[2:4]
    assert newest.split() == [
        "2",
        "room_consumption",
        "stats",
        "2*",
        "3",
        "Mar",
        "2026",
        "0.91",
        "–",
        "–",
    ]
    assert oldest.split() == ["1", "room_consumption", "stats", "1", "2", "Mar", "2026", "–", "–", "–"]
    assert "Measured on injected faults" in said.err


@pytest.mark.usefixtures("two_versions")
def test_json_has_null_for_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--hotel", "3", "--json"]) == ExitCode.OK
    newest, oldest = json.loads(capsys.readouterr().out)
    assert (newest["accuracy"], newest["recall"], newest["active"]) == (0.912, None, True)
    assert (oldest["version"], oldest["evaluated_on"], oldest["active"]) == (1, None, False)
    assert newest["trained_at"].startswith("2026-03-03T00:30:00+02:00")


@pytest.mark.usefixtures("two_versions")
def test_rollback_says_what_is_active_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "rollback", "room_consumption", "--hotel", "3"]) == ExitCode.OK
    assert capsys.readouterr().out == "active: statistics model of room_consumption, hotel 3, version 1\n"
    main(["models", "list", "--json"])
    assert [row["active"] for row in json.loads(capsys.readouterr().out)] == [False, True]
    assert main(["models", "rollback", "room_consumption", "--hotel", "3"]) == ExitCode.PRECONDITION


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["rollback", "roomconsumption", "--hotel", "3"], ExitCode.USAGE, "stock_level, stock_outflow"),
        (["rollback", "occupancy"], ExitCode.USAGE, "--hotel"),
        (["rollback", "room_consumption", "--hotel", "99"], ExitCode.PRECONDITION, "room_consumption, hotel 99"),
        (["list", "--hotel", "99"], ExitCode.PRECONDITION, "No models of hotel 99"),
    ],
)
def test_unknown_words_are_refused_by_name(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(["models", *arguments]) == code
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("store_url")
def test_no_models_yet_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == ExitCode.OK
    assert "run `minibar-ml train`" in capsys.readouterr().err
    assert main(["models", "list", "--json", "--quiet"]) == ExitCode.OK
    assert capsys.readouterr() == ("[]\n", "")
