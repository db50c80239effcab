"""`forecast`: a table that fits, JSON that is whole, one product day by day, and an empty store that is no error."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
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
    assert len(left) > 15
    assert left == sorted(left)
    assert all(")" in line for line in lines if "(" in line), "a range is not broken"
    assert "…" not in said.out, "names are whole"
    assert "Forecasts as of 17 Nov 2025 00:00." in said.err
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


def test_csv_and_a_workbook_have_the_products_of_json(
    forecasted: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    made = {}
    for format_ in ("json", "csv", "xlsx"):
        done(forecasted, "forecast", "--as-of", AS_OF, "--format", format_)
        made[format_] = capfdbinary.readouterr().out
    products = json.loads(made["json"])["products"]
    lines = list(csv.DictReader(StringIO(made["csv"].decode())))
    heads, *cells = load_workbook(BytesIO(made["xlsx"])).active.iter_rows()
    assert [cell.value for cell in heads] == list(lines[0]) == list(products[0])
    for product, line, row in zip(products, lines, cells, strict=True):
        known = dict(zip(line, row, strict=True))
        assert line == {name: "" if value is None else str(value) for name, value in product.items()}
        assert (known["name"].value, known["days"].value) == (product["name"], product["days"])
        assert known["empty_on"].value is None or known["empty_on"].is_date


@pytest.mark.usefixtures("store_url")
def test_csv_of_an_empty_store_is_its_heading_and_a_wrong_format_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["forecast", "--format", "csv"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("hotel_id,product_id,name,level,")
    assert main(["forecast", "--format", "pdf"]) == ExitCode.USAGE
    assert "table, json, csv, xlsx" in capsys.readouterr().err
    assert main(["forecast", "--format", "csv", "--json"]) == ExitCode.USAGE


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
