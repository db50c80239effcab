"""How products are ordered: the defaults of the settings, the products file, and what is wrong in it."""

from pathlib import Path

import pytest

from minibar_ml.config.facts import House, house_of
from minibar_ml.config.facts_import import of_products
from minibar_ml.config.loading import load
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.hotels.facts import Key
from minibar_ml.domain.hotels.supplies import Supply


def stated(folder: Path, content: str, name: str) -> House:
    """What a file of products says over what holds for all of them."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    usual = load({"ML_LEAD_TIME_DAYS": "4", "ML_ORDER_MULTIPLE": "6"}, folder)
    return house_of(usual, of_products(path))


def test_without_a_file_all_products_are_ordered_alike() -> None:
    found = House(Settings()).supplies()
    assert (found.of(1), found.cover_days) == (Supply(3, 1, 0), 14)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("products.toml", '["Efes 33 cl"]\nlead_time_days = 9\nmin_order = 48\n[17]\norder_multiple = 24\n'),
        ("products.csv", "\ufeffproduct,lead_time_days,order_multiple,min_order\nEfes 33 cl,9,,48\n17,,24,\n"),
    ],
)
def test_a_file_says_what_is_different_by_id_or_name(tmp_path: Path, name: str, content: str) -> None:
    found = stated(tmp_path, content, name).supplies().named({3: "EFES 33 CL", 4: "Su"})
    assert (found.of(3), found.of(17), found.of(4)) == (Supply(9, 6, 48), Supply(4, 24, 0), Supply(4, 6, 0))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.toml", "lead_time_days = 3\n", "outside a product's table"),
        ("a.toml", "[x]\nlead_days = 3\n", "[x]: unknown key 'lead_days'; use lead_time_days"),
        ("a.toml", "[x]\nlead_time_days = -3\n", "use a whole number between 0 and 365"),
        ("a.toml", "[x]\norder_multiple = 0\n", "use a whole number between 1"),
        ("a.toml", "[x]\nmin_order = 2.5\n", "use a whole number"),
        ("a.toml", "[x]\nmin_order = true\n", "use a whole number"),
        ("a.toml", "[x]\n[X]\n", "product 'X' is listed twice"),
        ("a.toml", "[x\n", "Can't read ML_PRODUCTS_FILE"),
        ("a.csv", "id,min_order\n1,2\n", "line 1: column product is missing"),
        ("a.csv", "product,min_order\n1,2,3\n", "line 2: more cells"),
        ("a.csv", "product,min_order\n1,many\n", "line 2: min_order is 'many'"),
    ],
)
def test_an_error_is_named_with_its_place_and_what_to_write(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        stated(tmp_path, content, name)
    assert words in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        of_products(tmp_path / "none.toml")


def test_what_is_stated_of_a_product_goes_before_its_hotel_and_that_before_all_hotels() -> None:
    house = house_of(
        Settings(),
        {
            Key("lead_time_days"): 4,
            Key("lead_time_days", 2): 6,
            Key("order_cover_days", 2): 30,
            Key("lead_time_days", None, "7"): 9,
            Key("order_multiple", 2, "7"): 24,
        },
    )
    assert (house.supplies().of(1), house.supplies().of(7)) == (Supply(4), Supply(9))
    assert (house.supplies(1).of(7), house.supplies(1).cover_days) == (Supply(9), 14)
    assert (house.supplies(2).of(1), house.supplies(2).of(7), house.supplies(2).cover_days) == (
        Supply(6), Supply(9, 24), 30,
    )  # fmt: skip
