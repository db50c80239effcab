"""Case endings of Turkish figures: 12.000'de, 61 milyonda, %38'inde, 1 adetten."""

import re

_ENDINGS = {
    "0": ("da", "ı"), "1": ("de", "i"), "2": ("de", "si"), "3": ("te", "ü"), "4": ("te", "ü"), "5": ("te", "i"),
    "6": ("da", "sı"), "7": ("de", "si"), "8": ("de", "i"), "9": ("da", "u"), "10": ("da", "u"), "20": ("de", "si"),
    "30": ("da", "u"), "40": ("ta", "ı"), "50": ("de", "si"), "60": ("ta", "ı"), "70": ("te", "i"), "80": ("de", "i"),
    "90": ("da", "ı"), "100": ("de", "ü"), "1000": ("de", "i"), "milyon": ("da", "u"), "milyar": ("da", "ı"),
}  # fmt: skip
"""By the last word of a number as it is read aloud: locative and possessive."""
_ABLATIVES = {
    "adet": "ten", "dakika": "dan", "gece": "den", "görevli": "den", "gün": "den", "konaklama": "dan", "kontrol": "den",
    "misafir": "den", "oda": "dan", "saat": "ten",
}  # fmt: skip
"""By the name of a counted thing."""
_LAST_DIGITS = re.compile(r"[1-9]0*$|0$")


class Figure(str):
    """A written figure that takes an ending in a format string.

    `{0:de}` is the locative (12.000'de), `{0:i}` the possessive (%38'i), `{0:inde}` and `{0:inden}` their combinations;
    `{0:den}` is the ablative of a counted thing (1 adetten).
    """

    __slots__ = ()

    def __format__(self, ending: str) -> str:
        """The figure with its ending; without one as it is."""
        if not ending:
            return str(self)
        if ending == "den":
            return self + _ABLATIVES[self.split()[-1]]
        locative, possessive = _ENDINGS[_last_word(self)]
        is_front = possessive[-1] in "iü"
        endings = {
            "de": locative,
            "i": possessive,
            "inde": possessive + ("nde" if is_front else "nda"),
            "inden": possessive + ("nden" if is_front else "ndan"),
        }
        apostrophe = "'" if self[-1:].isdigit() else ""
        return f"{self}{apostrophe}{endings[ending]}"


def _last_word(figure: str) -> str:
    """The key of `_ENDINGS` for the last word of a number: `7` for 99,7, `1000` for 12.000, `milyon` for 61 milyon."""
    last = figure.split()[-1]
    if last in _ENDINGS:
        return last
    _, comma, decimals = last.partition(",")
    digits = decimals if comma else re.sub(r"\D", "", last)
    found = _LAST_DIGITS.search(digits)
    end = found[0] if found else "0"
    size = len(end)
    if size <= 2 or end == "100":
        return end
    return "100" if size == 3 else "1000" if size <= 6 else "milyon" if size <= 9 else "milyar"
