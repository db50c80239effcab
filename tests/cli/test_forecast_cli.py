"""`forecast`: a table that fits, JSON that is whole, one product day by day, and an empty store that is no error."""

import json
from pathlib import Path

import pytest
from support.hotels.simulated import AS_OF, command, done, state

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode


@pytest.mark.usefixtures("store_url")
def test_an_empty_store_is_success_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast"]) == ExitCode.OK
    assert "`minibar-ml train` stores one each night" in capsys.readouterr().err
    assert main(["forecast", "--json", "--quiet"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["products"] == []


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_and_begins_with_the_soonest(
    forecasted: str, capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    assert command(forecasted, "forecast", "--verbose", "--as-of", AS_OF, COLUMNS=str(columns)) == ExitCode.OK
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert max(map(len, lines)) <= columns
    left = [float(line.split("(")[0].split()[-1].lstrip(">")) for line in lines[2:] if "(" in line]
    assert len(left) == len([line for line in lines[2:] if line.strip()])
    assert left == sorted(left)
    assert "Forecasts as of 2025-11-17 00:00." in said.err
    assert "Reservations" not in said.err, "a past instant knows no reservations"


def test_statistics_of_accuracy_are_shown_only_with_verbose(
    forecasted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for option, shown in (((), False), (("--verbose",), True)):
        capsys.readouterr()
        done(forecasted, "forecast", "--as-of", AS_OF, *option)
        error = capsys.readouterr().err
        assert [word in error for word in ("RMSSE", "pinball", "Brier")] == [shown] * 3


def test_json_has_every_figure_and_the_reason_where_there_is_none(
    forecasted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    done(forecasted, "forecast", "--as-of", AS_OF, "--json")
    found = json.loads(capsys.readouterr().out)
    known = [one for one in found["products"] if one["days"] is not None]
    assert len(known) > 15
    for one in found["products"]:
        assert (one["days"] is None) == (one["reason"] is not None)
    assert all(one["p10"] <= one["days"] <= one["p90"] for one in known)
    (accuracy,) = found["accuracy"]
    assert accuracy["cases"] > 500
    assert {"rmsse", "mase", "pinball", "mean_error_days", "brier_7_days"} == accuracy["forecast"].keys()
    assert accuracy["forecast"].keys() == accuracy["naive"].keys()
    assert accuracy["forecast"]["mase"] > 0


def test_one_product_is_shown_day_by_day_by_id_or_name(forecasted: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(forecasted, "forecast", "--as-of", AS_OF, "--json", "--product", "3")
    (one,) = json.loads(capsys.readouterr().out)["products"]
    assert [day["day"] for day in one["ahead"]][:2] == ["2025-11-17", "2025-11-18"]
    assert len(one["ahead"]) == 14
    done(forecasted, "forecast", "--as-of", AS_OF, "--product", one["name"].upper())
    assert "Mon 17 Nov 2025" in capsys.readouterr().out
    assert command(forecasted, "forecast", "--as-of", AS_OF, "--product", "nectar") == ExitCode.PRECONDITION
    assert "no product 'nectar'" in capsys.readouterr().err


def test_a_hotel_that_is_not_there_is_an_error_and_a_product_is_known_by_part_of_its_name(
    forecasted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("forecast", "optimize"):
        assert command(forecasted, name, "--hotel", "99") == 5
        assert "There is no hotel 99" in capsys.readouterr().err
    done(forecasted, "forecast", "--json")
    name = json.loads(capsys.readouterr().out)["products"][0]["name"]
    for asked in (name.upper(), name[1:-1].lower()):
        done(forecasted, "forecast", "--product", asked, "--json")
        assert name in {one["name"] for one in json.loads(capsys.readouterr().out)["products"]}


def test_orders_follow_the_products_file(forecasted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "products.csv"
    file.write_text("product,lead_time_days,order_multiple\n3,60,1000\n")
    state(forecasted, ML_PRODUCTS_FILE=str(file))
    done(forecasted, "train", "--as-of", AS_OF, "--quiet")
    capsys.readouterr()
    done(forecasted, "forecast", "--as-of", AS_OF, "--json", "--product", "3")
    (one,) = json.loads(capsys.readouterr().out)["products"]
    assert one["order_quantity"] % 1000 == 0
    assert one["order_quantity"] > 0
    file.write_text("product,lead_time\n3,60\n")
    code = command(forecasted, "config", "import", str(file))
    assert code == ExitCode.CONFIGURATION
    assert "line 2: unknown key 'lead_time'" in capsys.readouterr().err
