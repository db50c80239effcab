"""Turkish endings of figures."""

import pytest

from minibar_ml.i18n.turkish import Figure


@pytest.mark.parametrize(
    ("figure", "locative", "possessive", "ablative"),
    [("1", "1'de", "1'i", "1'inden"), ("6", "6'da", "6'sı", "6'sından"), ("9", "9'da", "9'u", "9'undan"),
     ("40", "40'ta", "40'ı", "40'ından"), ("300", "300'de", "300'ü", "300'ünden"),
     ("12.000", "12.000'de", "12.000'i", "12.000'inden"), ("340.000", "340.000'de", "340.000'i", "340.000'inden"),
     ("61 milyon", "61 milyonda", "61 milyonu", "61 milyonundan"), ("%99,7", "%99,7'de", "%99,7'si", "%99,7'sinden"),
     ("%38", "%38'de", "%38'i", "%38'inden"), ("0", "0'da", "0'ı", "0'ından"),
     ("1.000.000", "1.000.000'da", "1.000.000'u", "1.000.000'undan")],
)  # fmt: skip
def test_a_turkish_figure_takes_the_ending_of_its_last_word(
    figure: str, locative: str, possessive: str, ablative: str
) -> None:
    written = Figure(figure)
    assert (f"{written:de}", f"{written:i}", f"{written:inden}") == (locative, possessive, ablative)
    assert f"{written}" == figure
