"""Rounds are for administrators of the hotel and for jobs; who sees no rooms gets a sentence."""

import json
from collections.abc import Callable, Iterator

import pytest
from support.hotels.simulated import AS_OF, command, done
from support.servers.logins import drop_logins, login

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import Layout


@pytest.fixture
def rooms(passing_database: Callable[..., str], hotel_points: dict[Layout, str]) -> Iterator[str]:
    """A collected hotel with the roles."""
    url = passing_database(hotel_points["b"])
    done(url, "db", "roles", "--apply", "--quiet")
    yield url
    drop_logins(url)


def test_an_administrator_sees_the_round_of_their_hotel(rooms: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("rounds", "--as-of", AS_OF, "--json")
    capsys.readouterr()
    done(rooms, *asked)
    whole = json.loads(capsys.readouterr().out)
    url = login(rooms, "minibar_ayse", "--as", "administrator", "--hotel", "1")
    capsys.readouterr()
    done(url, *asked)
    assert json.loads(capsys.readouterr().out) == whole


def test_a_storekeeper_gets_a_sentence_that_names_who_may_see_rounds(
    rooms: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(rooms, "minibar_can", "--as", "storekeeper", "--hotel", "1")
    capsys.readouterr()
    assert command(url, "rounds", "--as-of", AS_OF) == ExitCode.PRECONDITION
    assert "administrators" in capsys.readouterr().err
