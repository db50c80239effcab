"""Results of benchmarks: a row per figure, with its baseline and its limit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

HEAD = ("benchmark", "measured", "value", "compared with", "ratio", "limit", "holds")
RIGHT = ("value", "ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. `limit` is for the ratio where there is one, else for the value; without one it is only shown."""

    benchmark: str
    measured: str
    value: float
    unit: str
    baseline: str = ""
    baseline_value: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value divided by its baseline."""
        return self.value / self.baseline_value if self.baseline_value else None

    @property
    def holds(self) -> bool | None:
        """Whether the limit is met; None where there is none."""
        figure = self.value if self.ratio is None else self.ratio
        return None if self.limit is None else figure <= self.limit

    def as_json(self) -> dict[str, Any]:
        """All fields, ratio and result."""
        return asdict(self) | {"ratio": self.ratio, "holds": self.holds}

    def cells(self) -> tuple[str, ...]:
        """The row as text, in the order of HEAD."""
        baseline = (
            f"{self.baseline}: {figure(self.baseline_value, self.unit)}" if self.baseline_value else self.baseline
        )
        limit = "" if self.limit is None else f"{self.limit:g}" + ("" if self.ratio is not None else f" {self.unit}")
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        holds = {None: "", True: "yes", False: "NO"}[self.holds]
        return self.benchmark, self.measured, figure(self.value, self.unit), baseline, ratio, limit, holds


def figure(value: float | None, unit: str) -> str:
    """A number in its unit, seconds and exponents to the hundredth, anything else whole."""
    digits = 2 if unit in ("s", "exponent") else 0
    return "" if value is None else f"{value:.{digits}f} {unit}".strip()


def table(rows: Sequence[Row]) -> str:
    """The rows as plain text."""
    lines = [HEAD, *(row.cells() for row in rows)]
    sizes = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_aligned(line, sizes)).rstrip() for line in lines)


def _aligned(line: Sequence[str], sizes: Sequence[int]) -> list[str]:
    return [
        cell.rjust(size) if name in RIGHT else cell.ljust(size)
        for name, cell, size in zip(HEAD, line, sizes, strict=True)
    ]
