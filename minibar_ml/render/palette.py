"""Colours, fonts and sizes of every rendering, in one place.

The colours are Okabe and Ito's, which can be distinguished with every kind of colour vision. A severity is never shown
by its colour alone: it has a mark and a word too, and text on a colour is black. The HTML page's style sheet names the
same colours; a test compares the two.
"""

from collections.abc import Mapping

SEVERITIES: Mapping[str, str] = {"critical": "#d55e00", "high": "#e69f00", "medium": "#56b4e9", "low": "#009e73"}
LINE = "#0072b2"
"""The period that a report is about."""
BEFORE = "#757a80"
"""The period before, always dashed or hollow too."""
TEXT, SOFT, RULE, WASH = "#1c2127", "#555d66", "#dde1e6", "#f7f8fa"
BAND, ON_BAND, SOFT_ON_BAND = "#12344d", "#ffffff", "#c9d6e0"
"""The band at the head of a document, and what is written on it."""
FONT, FONT_BOLD = "DejaVuSans", "DejaVuSans-Bold"
SMALL, NORMAL, LARGE, HUGE = 7.5, 8.5, 12.0, 19.0
"""Sizes of letters on paper, in points."""
